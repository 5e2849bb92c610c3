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

  /// Adds the base64 text of bytes, padded, to other bytes.
  package static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    let start = text.count
    let count = (bytes.count + 2) / 3 * 4
    text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: count))
    text.withUnsafeMutableBufferPointer { text in
      bytes.withUnsafeBufferPointer { bytes in
        encode(
          bytes, alphabet: standard, into: UnsafeMutableBufferPointer(rebasing: text[start...]))
      }
    }
  }

  /// Returns the base64url text of bytes, without padding (as in RFC 7515).
  package static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
    encode(bytes, alphabet: urlSafe, padded: false)
  }

  /// Decodes padded base64.
  ///
  /// - Throws: ``EncodingError`` at the first character that is not canonical.
  package static func decode(_ text: some StringProtocol) throws(EncodingError) -> [UInt8] {
    try decode(text, values: standardValues, padded: true)
  }

  /// Decodes unpadded base64url.
  ///
  /// - Throws: ``EncodingError`` at the first character that is not canonical.
  package static func decodeURL(_ text: some StringProtocol) throws(EncodingError) -> [UInt8] {
    try decode(text, values: urlSafeValues, padded: false)
  }

  /// Decodes padded base64 that is at hand as bytes.
  ///
  /// - Throws: ``EncodingError`` at the first character that is not canonical.
  static func decode(_ text: UnsafeBufferPointer<UInt8>) throws(EncodingError) -> [UInt8] {
    try decode(text, values: standardValues, padded: true)
  }

  private static func encode(
    _ bytes: some Collection<UInt8>, alphabet: [UInt8], padded: Bool
  ) -> String {
    // Bytes that lie in a row are read where they are.
    bytes.withContiguousStorageIfAvailable { encode($0, alphabet: alphabet, padded: padded) }
      ?? Array(bytes).withUnsafeBufferPointer {
        encode($0, alphabet: alphabet, padded: padded)
      }
  }

  private static func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, alphabet: [UInt8], padded: Bool
  ) -> String {
    let whole = bytes.count / 3
    let rest = bytes.count % 3
    let count = whole * 4 + (rest == 0 ? 0 : padded ? 4 : rest + 1)
    return String(unsafeUninitializedCapacity: count) { output in
      encode(bytes, alphabet: alphabet, into: output)
      if padded {
        let end = whole * 4 + (rest == 0 ? 0 : rest + 1)
        for position in end..<count { output[position] = UInt8(ascii: "=") }
      }
      return count
    }
  }

  /// Writes all characters but the padding.
  private static func encode(
    _ bytes: UnsafeBufferPointer<UInt8>, alphabet: [UInt8],
    into output: UnsafeMutableBufferPointer<UInt8>
  ) {
    let whole = bytes.count / 3
    let rest = bytes.count % 3
    alphabet.withUnsafeBufferPointer { alphabet in
      for group in 0..<whole {
        let bits =
          UInt32(bytes[3 * group]) << 16 | UInt32(bytes[3 * group + 1]) << 8
          | UInt32(bytes[3 * group + 2])
        output[4 * group] = alphabet[Int(bits >> 18)]
        output[4 * group + 1] = alphabet[Int(bits >> 12 & 0x3f)]
        output[4 * group + 2] = alphabet[Int(bits >> 6 & 0x3f)]
        output[4 * group + 3] = alphabet[Int(bits & 0x3f)]
      }
      guard rest > 0 else { return }
      let second = rest == 2 ? bytes[3 * whole + 1] : 0
      let bits = UInt32(bytes[3 * whole]) << 16 | UInt32(second) << 8
      output[4 * whole] = alphabet[Int(bits >> 18)]
      output[4 * whole + 1] = alphabet[Int(bits >> 12 & 0x3f)]
      if rest == 2 { output[4 * whole + 2] = alphabet[Int(bits >> 6 & 0x3f)] }
    }
  }

  private static func decode(
    _ text: some StringProtocol, values: [UInt8], padded: Bool
  ) throws(EncodingError) -> [UInt8] {
    // A typed error cannot leave the closure, a result can.
    let result = text.utf8.withContiguousStorageIfAvailable { bytes in
      Result { () throws(EncodingError) in try decode(bytes, values: values, padded: padded) }
    }
    if let result { return try result.get() }
    return try Array(text.utf8).withUnsafeBufferPointer { bytes in
      Result { () throws(EncodingError) in try decode(bytes, values: values, padded: padded) }
    }.get()
  }

  private static func decode(
    _ text: UnsafeBufferPointer<UInt8>, values: [UInt8], padded: Bool
  ) throws(EncodingError) -> [UInt8] {
    var end = text.count
    if padded {
      guard text.count % 4 == 0 else { throw .base64(offset: text.count) }
      while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
    }
    guard end % 4 != 1 else { throw .base64(offset: end) }
    let whole = end / 4
    let rest = end % 4
    var bad: Int?
    let output = [UInt8](unsafeUninitializedCapacity: end / 4 * 3 + 2) { output, count in
      values.withUnsafeBufferPointer { values in
        func sextet(_ offset: Int) -> UInt32 { UInt32(values[Int(text[offset])]) }
        for group in 0..<whole {
          let offset = 4 * group
          let bits = (sextet(offset), sextet(offset + 1), sextet(offset + 2), sextet(offset + 3))
          // 0xff, which is no value, has the two upper bits of a byte.
          if (bits.0 | bits.1 | bits.2 | bits.3) & 0xc0 != 0 {
            bad = (offset..<offset + 4).first { values[Int(text[$0])] == 0xff }
            return
          }
          output[3 * group] = UInt8(truncatingIfNeeded: bits.0 << 2 | bits.1 >> 4)
          output[3 * group + 1] = UInt8(truncatingIfNeeded: bits.1 << 4 | bits.2 >> 2)
          output[3 * group + 2] = UInt8(truncatingIfNeeded: bits.2 << 6 | bits.3)
        }
        count = 3 * whole
        guard rest > 0 else { return }
        let offset = 4 * whole
        bad = (offset..<end).first { values[Int(text[$0])] == 0xff }
        guard bad == nil else { return }
        let third = rest == 3 ? sextet(offset + 2) : 0
        let bits = sextet(offset) << 18 | sextet(offset + 1) << 12 | third << 6
        // Left-over bits must be zero, or several texts would mean the same bytes.
        guard bits & (rest == 3 ? 0xff : 0xffff) == 0 else {
          bad = end - 1
          return
        }
        output[3 * whole] = UInt8(truncatingIfNeeded: bits >> 16)
        if rest == 3 { output[3 * whole + 1] = UInt8(truncatingIfNeeded: bits >> 8) }
        count = 3 * whole + rest - 1
      }
    }
    if let bad { throw .base64(offset: bad) }
    return output
  }
}
