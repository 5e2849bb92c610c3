// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// A SHA-256 digest: 32 bytes, held in four words because digests are set and dictionary keys.
package struct SHA256Hash: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  /// Makes a digest of exactly 32 bytes; any other count gives `nil`.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self = Array(bytes).withUnsafeBytes { SHA256Hash(bigEndian: $0) }
  }

  /// Makes a digest of exactly 32 bytes; any other count gives `nil`.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self = bytes.withUnsafeBytes { SHA256Hash(bigEndian: $0) }
  }

  /// Takes 32 bytes.
  private init(bigEndian bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count == 32)
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    words = (word(0), word(1), word(2), word(3))
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
    withUnsafeBytes(of: bigEndianWords) { Array($0) }
  }

  private var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) {
    (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
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
