// SPDX-License-Identifier: Apache-2.0

/// Finds comments, which libyaml skips: `#` at the start of a line or after a blank, outside of
/// scalars (YAML 1.2.2 section 6.6).
enum YAMLCommentScan {
  /// The comments of a text, given the spans of all scalars in their order.
  static func comments(in lines: SourceLines, scalars: [Range<Int>]) -> [YAMLComment] {
    let bytes = lines.bytes
    var result: [YAMLComment] = []
    var next = 0
    var offset = 0
    while offset < bytes.count {
      while next < scalars.count, scalars[next].upperBound <= offset { next += 1 }
      if next < scalars.count, scalars[next].contains(offset) {
        // The line of a block scalar's `|` may end with a comment.
        let isBlock = bytes[offset] == UInt8(ascii: "|") || bytes[offset] == UInt8(ascii: ">")
        if isBlock, scalars[next].lowerBound == offset {
          let end = lineEnd(bytes, from: offset)
          if let comment = comment(bytes, offset + 1..<min(end, scalars[next].upperBound)) {
            result.append(comment)
          }
        }
        offset = scalars[next].upperBound
        continue
      }
      if bytes[offset] == UInt8(ascii: "#") {
        let end = lineEnd(bytes, from: offset)
        if let comment = comment(bytes, offset..<end) { result.append(comment) }
        offset = end
        continue
      }
      offset += 1
    }
    return result
  }

  private static func lineEnd(_ bytes: [UInt8], from offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    return end
  }

  private static func comment(_ bytes: [UInt8], _ part: Range<Int>) -> YAMLComment? {
    guard !part.isEmpty,
      let start = bytes[part].firstIndex(of: UInt8(ascii: "#")),
      start == 0 || [0x20, 0x09, 0x0A, 0x0D, 0xBF].contains(bytes[start - 1])
    else { return nil }
    var before = start
    while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
    let isAlone = before == 0 || bytes[before - 1] == 0x0A || bytes[before - 1] == 0x0D
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    var text = bytes[start..<part.upperBound].dropFirst()
    text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return YAMLComment(
      span: start..<part.upperBound, text: String(decoding: text, as: UTF8.self),
      isAlone: isAlone)
  }
}
