// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// A key of a root or of a delegation (TUF specification §4.2).
package struct MetadataKey: Hashable, Sendable {
  /// A key of a supported kind, with its scheme.
  struct Verification: Hashable, Sendable {
    fileprivate enum Scheme: Hashable, Sendable {
      case ed25519
      case ecdsa
      case rsaPSS
    }

    fileprivate let scheme: Scheme
    fileprivate let key: SignatureKey

    /// The key itself, by which two ids for one key are told to be the same.
    var material: [UInt8] { key.subjectPublicKeyInfo }

    /// Whether a signature over a message is valid.
    func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
      switch scheme {
      case .ed25519, .ecdsa: key.isValidSignature(signature, for: message)
      case .rsaPSS: key.isValidPSSSignature(signature, for: message)
      }
    }
  }

  /// How signatures are checked; `nil` for kinds that are not supported, which do not count.
  let verification: Verification?

  /// Reads a key; one of an unknown kind is read too, because other keys may reach the threshold.
  init(_ node: JSONNode) throws(DocumentError) {
    let type = try node.required("keytype").string()
    let scheme = try node.required("scheme").string()
    let text = try node.required("keyval").required("public").string()
    switch (type, scheme) {
    case ("ed25519", "ed25519"):
      verification = Self.verification(.ed25519, hexadecimal: text, SignatureKey.ed25519Prefix)
    case ("ecdsa", "ecdsa-sha2-nistp256"), ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"):
      // Sigstore's first roots write the point in hexadecimal, all others PEM.
      verification =
        Self.verification(.ecdsa, .p256, pem: text)
        ?? Self.verification(.ecdsa, hexadecimal: text, SignatureKey.p256Prefix)
    case ("ecdsa", "ecdsa-sha2-nistp384"), ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"):
      verification = Self.verification(.ecdsa, .p384, pem: text)
    case ("rsa", "rsassa-pss-sha256"):
      verification = Self.verification(.rsaPSS, .rsa, pem: text)
    default: verification = nil
    }
  }

  private static func verification(
    _ scheme: Verification.Scheme, _ algorithm: SignatureKey.Algorithm, pem: String
  ) -> Verification? {
    guard let key = try? SignatureKey(pem: pem), key.algorithm == algorithm else { return nil }
    return Verification(scheme: scheme, key: key)
  }

  private static func verification(
    _ scheme: Verification.Scheme, hexadecimal: String, _ prefix: [UInt8]
  ) -> Verification? {
    guard let bytes = try? Hexadecimal.decode(hexadecimal),
      let key = try? SignatureKey(subjectPublicKeyInfo: prefix + bytes)
    else { return nil }
    return Verification(scheme: scheme, key: key)
  }
}
