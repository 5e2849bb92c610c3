// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// A SHA-256 digest: 32 bytes, held in four words because digests are set and dictionary keys.
package struct SHA256Hash: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest of exactly 32 bytes; any other count gives `nil`.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.init(bigEndian: bytes)
  }

  /// Takes 32 bytes.
  private init(bigEndian bytes: some Sequence<UInt8>) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      switch index / 8 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
    }
    self.words = words
  }

  /// Makes a digest of 64 lower-case hexadecimal digits; anything else gives `nil`.
  package init?(hexadecimal: some StringProtocol) {
    guard let bytes = try? Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }

  /// Takes over a digest that Swift Crypto computed.
  package init(_ digest: SHA256.Digest) {
    self = digest.withUnsafeBytes { SHA256Hash(bigEndian: $0) }
  }

  /// Hashes bytes.
  package init(hashing bytes: [UInt8]) {
    self.init(SHA256.hash(data: bytes))
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      for index in 0..<8 {
        let shift = UInt64(56 - 8 * index)
        output[index] = UInt8(truncatingIfNeeded: words.0 >> shift)
        output[index + 8] = UInt8(truncatingIfNeeded: words.1 >> shift)
        output[index + 16] = UInt8(truncatingIfNeeded: words.2 >> shift)
        output[index + 24] = UInt8(truncatingIfNeeded: words.3 >> shift)
      }
      count = 32
    }
  }

  /// The digest as 64 lower-case hexadecimal digits.
  package var hexadecimal: String { Hexadecimal.encode(bytes) }

  /// The digest as padded base64.
  package var base64: String { Base64.encode(bytes) }

  package static func == (left: SHA256Hash, right: SHA256Hash) -> Bool {
    left.words == right.words
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }
}

extension SHA256Hash: CustomStringConvertible {
  /// The digest as 64 lower-case hexadecimal digits.
  package var description: String { hexadecimal }
}
