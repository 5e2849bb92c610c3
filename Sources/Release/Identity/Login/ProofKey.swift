// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Proof key for code exchange (RFC 7636): whoever redeems a code must be who asked for it.
///
/// The verifier stays in this process until the code is redeemed; the browser carries only its
/// SHA-256. Descriptions and dumps leave out the verifier.
package struct ProofKey: Sendable {
  /// `code_verifier`: 43 characters.
  package let unsafelyRevealedVerifier: String
  /// `code_challenge`.
  package let challenge: String
  /// `code_challenge_method`.
  package static let method = "S256"

  /// Makes a key from randomness.
  package init(using random: inout some RandomNumberGenerator) {
    unsafelyRevealedVerifier = RandomText.text(using: &random)
    let digest = SHA256Hash(hashing: Array(unsafelyRevealedVerifier.utf8))
    challenge = Base64.encodeURL(digest.bytes)
  }
}

extension ProofKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The challenge.
  package var description: String { "[proof key of \(challenge)]" }
  /// The challenge.
  package var debugDescription: String { description }
  /// Nothing of the verifier.
  package var customMirror: Mirror { Mirror(self, children: ["challenge": challenge]) }
}

/// Texts that nobody can guess.
enum RandomText {
  /// 256 random bits in base64url.
  static func text(using random: inout some RandomNumberGenerator) -> String {
    Base64.encodeURL((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }
}
