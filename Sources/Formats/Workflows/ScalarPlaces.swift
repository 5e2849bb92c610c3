// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// Where each byte of a scalar's text stands in the file.
///
/// Folding and indentation change blanks and line breaks only, so that the other bytes of text and
/// file follow each other in the same order; escapes are read where they stand.
package struct ScalarPlaces: Sendable {
  // The offset of each byte of the text, and the end.
  private let offsets: [Int]

  /// Aligns a text with its bytes; nil where they do not fit together.
  package init?(_ scalar: YAMLScalar, _ span: Range<Int>, _ bytes: [UInt8]) {
    guard span.upperBound <= bytes.count else { return nil }
    let text = Array(scalar.text.utf8)
    var offset = span.lowerBound
    var end = span.upperBound
    switch scalar.style {
    case .plain: break
    case .singleQuoted, .doubleQuoted:
      offset += 1
      end -= 1
    case .literal, .folded:
      while offset < end, bytes[offset] != 0x0A, bytes[offset] != 0x0D { offset += 1 }
    }
    func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
    var offsets: [Int] = []
    offsets.reserveCapacity(text.count + 1)
    var index = 0
    while index < text.count {
      if isBlank(text[index]) {
        // Blanks begin where the file's next byte is; the last one ends before the next text.
        if scalar.style == .doubleQuoted, offset < end, bytes[offset] == UInt8(ascii: "\\"),
          let escape = Self.escape(bytes, offset, end), escape.text == [text[index]]
        {
          offsets.append(offset)
          offset += escape.length
          index += 1
          continue
        }
        var length = 0
        while index + length < text.count, isBlank(text[index + length]) { length += 1 }
        var gap = 0
        while offset + gap < end, isBlank(bytes[offset + gap]) { gap += 1 }
        for part in 0..<length { offsets.append(offset + max(0, min(part, gap - 1))) }
        offset += gap
        index += length
        continue
      }
      while offset < end, isBlank(bytes[offset]) { offset += 1 }
      guard offset < end else { return nil }
      if scalar.style == .doubleQuoted, bytes[offset] == UInt8(ascii: "\\") {
        guard let escape = Self.escape(bytes, offset, end) else { return nil }
        guard text[index...].starts(with: escape.text) else { return nil }
        for _ in escape.text { offsets.append(offset) }
        index += escape.text.count
        offset += escape.length
        continue
      }
      guard bytes[offset] == text[index] else { return nil }
      offsets.append(offset)
      if scalar.style == .singleQuoted, bytes[offset] == UInt8(ascii: "'") { offset += 1 }
      offset += 1
      index += 1
    }
    offsets.append(offset)
    self.offsets = offsets
  }

  /// The bytes in the file of a part of the text, given in UTF-8 bytes of the text.
  package func span(of part: Range<Int>) -> Range<Int>? {
    guard part.upperBound < offsets.count else { return nil }
    guard let last = part.last else { return offsets[part.lowerBound]..<offsets[part.lowerBound] }
    // A part ends right after its last byte, whatever blanks follow in the file.
    let next = offsets[part.upperBound]
    let end = min(next, max(offsets[last] + 1, offsets[part.lowerBound] + 1))
    return offsets[part.lowerBound]..<max(end, offsets[part.lowerBound])
  }

  /// The text and length of an escape (YAML 1.2.2 section 5.7); an escaped line break has no text.
  private static func escape(
    _ bytes: [UInt8], _ offset: Int, _ end: Int
  ) -> (text: [UInt8], length: Int)? {
    guard offset + 1 < end else { return nil }
    func scalar(_ value: UInt32) -> [UInt8]? {
      Unicode.Scalar(value).map { Array(String(Character($0)).utf8) }
    }
    let digits: Int
    switch bytes[offset + 1] {
    case UInt8(ascii: "x"): digits = 2
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    case 0x0A, 0x0D:
      var length = 2
      while offset + length < end, bytes[offset + length] <= 0x20 { length += 1 }
      return ([], length)
    case let byte:
      let known: [UInt8: UInt32] = [
        0x30: 0, 0x61: 7, 0x62: 8, 0x74: 9, 0x09: 9, 0x6E: 10, 0x76: 11, 0x66: 12, 0x72: 13,
        0x65: 27, 0x20: 32, 0x22: 34, 0x2F: 47, 0x5C: 92, 0x4E: 0x85, 0x5F: 0xA0, 0x4C: 0x2028,
        0x50: 0x2029, 0x27: 39,
      ]
      guard let value = known[byte], let text = scalar(value) else { return nil }
      return (text, 2)
    }
    guard offset + 2 + digits <= end,
      let value = UInt32(
        String(decoding: bytes[(offset + 2)..<(offset + 2 + digits)], as: UTF8.self), radix: 16),
      let text = scalar(value)
    else { return nil }
    return (text, 2 + digits)
  }
}
