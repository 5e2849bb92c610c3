// SPDX-License-Identifier: Apache-2.0

/// Strict base64 and base64url (RFC 4648 §4 and §5).
///
/// Decoding accepts exactly the canonical form: the right alphabet, full padding where the
/// alphabet asks for it, no white space, and zero trailing bits. Every byte sequence therefore has
/// one text, so that a signed text cannot be changed without changing the bytes.
package enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlSafe = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static let standardValues = values(of: standard)
  private static let urlSafeValues = values(of: urlSafe)

  private static func values(of alphabet: [UInt8]) -> [UInt8] {
    var table = [UInt8](repeating: 0xff, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }

  /// Returns the base64 text of bytes, padded.
  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    encode(bytes, alphabet: standard, padded: true)
  }

  /// Returns the base64url text of bytes, without padding (as in RFC 7515).
  package static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
    encode(bytes, alphabet: urlSafe, padded: false)
  }

  /// Decodes padded base64.
  ///
  /// - Throws: ``EncodingError`` at the first character that is not canonical.
  package static func decode(_ text: some StringProtocol) throws(EncodingError) -> [UInt8] {
    try decode(Array(text.utf8), values: standardValues, padded: true)
  }

  /// Decodes unpadded base64url.
  ///
  /// - Throws: ``EncodingError`` at the first character that is not canonical.
  package static func decodeURL(_ text: some StringProtocol) throws(EncodingError) -> [UInt8] {
    try decode(Array(text.utf8), values: urlSafeValues, padded: false)
  }

  private static func encode(
    _ bytes: some Collection<UInt8>, alphabet: [UInt8], padded: Bool
  ) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    var bits: UInt32 = 0
    var pending = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      pending += 8
      while pending >= 6 {
        pending -= 6
        output.append(alphabet[Int(bits >> UInt32(pending) & 0x3f)])
      }
      bits &= 0xff
    }
    if pending > 0 { output.append(alphabet[Int(bits << UInt32(6 - pending) & 0x3f)]) }
    if padded { while output.count % 4 != 0 { output.append(UInt8(ascii: "=")) } }
    return String(decoding: output, as: UTF8.self)
  }

  private static func decode(
    _ text: [UInt8], values: [UInt8], padded: Bool
  ) throws(EncodingError) -> [UInt8] {
    var end = text.count
    if padded {
      guard text.count % 4 == 0 else { throw .base64(offset: text.count) }
      while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
    }
    guard end % 4 != 1 else { throw .base64(offset: end) }
    var output: [UInt8] = []
    output.reserveCapacity(end / 4 * 3 + 2)
    var bits: UInt32 = 0
    var pending = 0
    for offset in 0..<end {
      let value = values[Int(text[offset])]
      guard value != 0xff else { throw .base64(offset: offset) }
      bits = (bits << 6 | UInt32(value)) & 0xffff
      pending += 6
      if pending >= 8 {
        pending -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
      }
    }
    // Left-over bits must be zero, or several texts would mean the same bytes.
    guard bits & ((1 << UInt32(pending)) - 1) == 0 else { throw .base64(offset: end - 1) }
    return output
  }
}
