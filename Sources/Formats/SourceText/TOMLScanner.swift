// SPDX-License-Identifier: Apache-2.0

/// A quick pass over TOML text that refuses what the parser below cannot take safely.
///
/// It follows strings, comments and brackets just far enough to find three things: an escape for
/// U+0000, at which C strings end; a dotted key of very many parts, for each of which the parser
/// recurses; and a table header that starts with no key, which the parser takes for impossible. It
/// accepts other malformed text; finding that is the parser's work.
enum TOMLScanner {
  static func check(_ bytes: [UInt8], depth: Int) throws(TOMLError) {
    var position = 0
    var dots = 0
    // Brackets and braces that are open, and whether a value has begun on this line: without either
    // a bracket is that of a header.
    var open = 0
    var isValue = false
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "#"):
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position = try skipString(bytes, at: position)
      case UInt8(ascii: "."):
        dots += 1
        guard dots < depth else { throw .tooDeep(limit: depth) }
        position += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        if byte == UInt8(ascii: "["), open == 0, !isValue { try checkHeader(bytes, at: position) }
        open += 1
        dots = 0
        position += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        open = max(0, open - 1)
        dots = 0
        position += 1
      case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","):
        if open == 0 { isValue = byte == UInt8(ascii: "=") || (isValue && byte != 0x0a) }
        dots = 0
        position += 1
      case 0:
        throw syntax(bytes, at: position, "the character U+0000 is not allowed")
      default:
        position += 1
      }
    }
  }

  /// Refuses `[`, `[[` and blanks without the start of a key after them, but for `]` and the end of
  /// the text, of which the parser says what is wrong.
  private static func checkHeader(_ bytes: [UInt8], at start: Int) throws(TOMLError) {
    var position = start + 1
    if position < bytes.count, bytes[position] == UInt8(ascii: "[") { position += 1 }
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
      position += 1
    }
    guard position < bytes.count, bytes[position] != UInt8(ascii: "]") else { return }
    switch bytes[position] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "\""), UInt8(ascii: "'"):
      return
    default: throw syntax(bytes, at: position, "a table header must name a key")
    }
  }

  /// The position after the string that starts at `start`; an unclosed one ends with its line or,
  /// if it has three quotes, with the text.
  private static func skipString(_ bytes: [UInt8], at start: Int) throws(TOMLError) -> Int {
    let quote = bytes[start]
    let escapes = quote == UInt8(ascii: "\"")
    func isTriple(_ position: Int) -> Bool {
      position + 2 < bytes.count && bytes[position] == quote && bytes[position + 1] == quote
        && bytes[position + 2] == quote
    }
    let multiline = isTriple(start)
    var position = start + (multiline ? 3 : 1)
    while position < bytes.count {
      let byte = bytes[position]
      if escapes, byte == UInt8(ascii: "\\") {
        if isNullEscape(bytes, at: position) {
          throw syntax(bytes, at: position, "the escape of U+0000 is not accepted")
        }
        position += 2
      } else if multiline {
        if isTriple(position) {
          position += 3
          // Up to two quotes may stand right before the closing three.
          while position < bytes.count, bytes[position] == quote { position += 1 }
          return position
        }
        position += 1
      } else if byte == quote {
        return position + 1
      } else if byte == UInt8(ascii: "\n") {
        return position
      } else {
        position += 1
      }
    }
    return bytes.count
  }

  private static func isNullEscape(_ bytes: [UInt8], at position: Int) -> Bool {
    guard position + 1 < bytes.count else { return false }
    let digits: Int
    switch bytes[position + 1] {
    case UInt8(ascii: "u"): digits = 4
    case UInt8(ascii: "U"): digits = 8
    case UInt8(ascii: "x"): digits = 2
    default: return false
    }
    let end = position + 2 + digits
    guard end <= bytes.count else { return false }
    return bytes[(position + 2)..<end].allSatisfy { $0 == UInt8(ascii: "0") }
  }

  private static func syntax(_ bytes: [UInt8], at position: Int, _ reason: String) -> TOMLError {
    let before = bytes[..<position]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    return .syntax(line: line, column: position - lineStart + 1, reason: reason)
  }
}
