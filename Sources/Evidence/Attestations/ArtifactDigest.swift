// SPDX-License-Identifier: Apache-2.0

import Crypto
package import Encodings

/// The digest by which an artifact is looked for among a statement's subjects.
package struct ArtifactDigest: Hashable, Sendable, CustomStringConvertible {
  /// The hashes that artifacts are compared by; none is shorter than 256 bits.
  package enum Algorithm: String, Hashable, Sendable, CaseIterable {
    /// SHA-256.
    case sha256
    /// SHA-384.
    case sha384
    /// SHA-512.
    case sha512

    var byteCount: Int {
      switch self {
      case .sha256: 32
      case .sha384: 48
      case .sha512: 64
      }
    }

    /// The name in bundles and in Rekor v2 (sigstore protobuf-specs, `HashAlgorithm`).
    package var protobufName: String {
      switch self {
      case .sha256: "SHA2_256"
      case .sha384: "SHA2_384"
      case .sha512: "SHA2_512"
      }
    }
  }

  /// The hash.
  package let algorithm: Algorithm
  /// The digest in lower-case hexadecimal digits.
  package let hexadecimal: String

  /// Takes over a SHA-256.
  package init(_ digest: SHA256Hash) {
    algorithm = .sha256
    hexadecimal = digest.hexadecimal
  }

  /// The SHA-256, if the digest is one.
  package var sha256: SHA256Hash? {
    algorithm == .sha256 ? SHA256Hash(hexadecimal: hexadecimal) : nil
  }

  /// Hashes bytes.
  package init(_ algorithm: Algorithm, hashing bytes: [UInt8]) {
    self.algorithm = algorithm
    hexadecimal =
      switch algorithm {
      case .sha256: Hexadecimal.encode(SHA256.hash(data: bytes))
      case .sha384: Hexadecimal.encode(SHA384.hash(data: bytes))
      case .sha512: Hexadecimal.encode(SHA512.hash(data: bytes))
      }
  }

  /// Takes over a digest; `nil` if it is not as long as the hash's.
  package init?(_ algorithm: Algorithm, bytes: [UInt8]) {
    self.init(algorithm, hexadecimal: Hexadecimal.encode(bytes))
  }

  /// The digest's bytes.
  package var bytes: [UInt8] { (try? Hexadecimal.decode(hexadecimal)) ?? [] }

  /// Reads `sha256:HEX`, `sha384:HEX` or `sha512:HEX`; anything else gives `nil`.
  package init?(_ text: String) {
    let parts = text.utf8.split(
      separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let name = String(parts[0]), let digits = String(parts[1]),
      let algorithm = Algorithm(rawValue: name)
    else { return nil }
    self.init(algorithm, hexadecimal: digits)
  }

  /// Makes a digest of exactly as many lower-case hexadecimal digits as the hash has; anything else
  /// gives `nil`.
  package init?(_ algorithm: Algorithm, hexadecimal: String) {
    guard let bytes = try? Hexadecimal.decode(hexadecimal), bytes.count == algorithm.byteCount
    else { return nil }
    self.algorithm = algorithm
    self.hexadecimal = hexadecimal
  }

  /// `sha256:HEX`.
  package var description: String { "\(algorithm.rawValue):\(hexadecimal)" }
}

extension Subject {
  /// Whether the subject has exactly this digest.
  package func has(_ digest: ArtifactDigest) -> Bool {
    digests[digest.algorithm.rawValue].map {
      $0.utf8.elementsEqual(digest.hexadecimal.utf8)
    } ?? false
  }
}
