// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// A SHA-256 digest: 32 bytes, held in four words because digests are set and dictionary keys.
package struct SHA256Hash: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest of exactly 32 bytes; any other count gives `nil`.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// Makes a digest of 64 lower-case hexadecimal digits; anything else gives `nil`.
  package init?(hexadecimal: some StringProtocol) {
    guard let bytes = try? Hexadecimal.decode(hexadecimal) else { return nil }
    self.init(bytes: bytes)
  }

  /// Takes over a digest that Swift Crypto computed.
  package init(_ digest: SHA256.Digest) {
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in digest.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.words = (words[0], words[1], words[2], words[3])
  }

  /// Hashes bytes.
  package init(hashing bytes: [UInt8]) {
    self.init(SHA256.hash(data: bytes))
  }

  /// The 32 bytes.
  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
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
