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

  /// Four tables of 256, one for each character of a group: its six bits where they belong in the
  /// group's 24, or ``invalid``.
  private static func values(of alphabet: [UInt8]) -> [UInt32] {
    var table = [UInt32](repeating: invalid, count: 4 * 256)
    for (value, character) in alphabet.enumerated() {
      for place in 0..<4 {
        table[place * 256 + Int(character)] = UInt32(value) << UInt32(18 - 6 * place)
      }
    }
    return table
  }

  /// A bit above the 24 of a group.
  private static let invalid: UInt32 = 1 << 31

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
    _ text: some StringProtocol, values: [UInt32], padded: Bool
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
    _ text: UnsafeBufferPointer<UInt8>, values: [UInt32], padded: Bool
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
    // Room for the fourth byte that each group's store writes and the next one's overwrites.
    let output = [UInt8](unsafeUninitializedCapacity: end / 4 * 3 + 4) { output, count in
      let raw = UnsafeMutableRawBufferPointer(output)
      values.withUnsafeBufferPointer { values in
        func bits(_ offset: Int, _ place: Int) -> UInt32 {
          values[place << 8 | Int(text[offset + place])]
        }
        for group in 0..<whole {
          let offset = 4 * group
          let all = bits(offset, 0) | bits(offset, 1) | bits(offset, 2) | bits(offset, 3)
          if all & invalid != 0 {
            bad = (offset..<offset + 4).first { values[Int(text[$0])] == invalid }
            return
          }
          raw.storeBytes(of: (all << 8).bigEndian, toByteOffset: 3 * group, as: UInt32.self)
        }
        count = 3 * whole
        guard rest > 0 else { return }
        let offset = 4 * whole
        bad = (offset..<end).first { values[Int(text[$0])] == invalid }
        guard bad == nil else { return }
        let all = bits(offset, 0) | bits(offset, 1) | (rest == 3 ? bits(offset, 2) : 0)
        // Left-over bits must be zero, or several texts would mean the same bytes.
        guard all & (rest == 3 ? 0xff : 0xffff) == 0 else {
          bad = end - 1
          return
        }
        output[3 * whole] = UInt8(truncatingIfNeeded: all >> 16)
        if rest == 3 { output[3 * whole + 1] = UInt8(truncatingIfNeeded: all >> 8) }
        count = 3 * whole + rest - 1
      }
    }
    if let bad { throw .base64(offset: bad) }
    return output
  }
}
