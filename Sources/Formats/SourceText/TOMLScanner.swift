// SPDX-License-Identifier: Apache-2.0

/// A quick pass over TOML text that refuses what the parser below cannot take safely.
///
/// It follows strings, comments and brackets just far enough to find what makes the parser stop the
/// program or lose text: an escape for U+0000, at which C strings end; a dotted key of very many
/// parts, for each of which the parser recurses; a table's header without a name (`[ .`); an array's
/// element that cannot begin so (`[}`); and a date with a time of one digit (`2026-01-01 5`). It
/// accepts other malformed text; finding that is the parser's work.
enum TOMLScanner {
  private enum Bracket {
    case header, array, table
  }

  static func check(_ bytes: [UInt8], depth: Int) throws(TOMLError) {
    var position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var dots = 0
    var open: [Bracket] = []
    var isLineStart = true
    // Whether the next thing can only be an element of the innermost array.
    var expectsElement = false
    // Whether only blanks stood since the equals sign.
    var followsEquals = false
    while position < bytes.count {
      let byte = bytes[position]
      let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
      if expectsElement, !isSpace { try checkElement(bytes, at: position) }
      if expectsElement || followsEquals, isDigit(byte) { try checkDate(bytes, at: position) }
      if !isSpace { followsEquals = byte == UInt8(ascii: "=") }
      switch byte {
      case UInt8(ascii: "#"):
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        continue
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        position = try skipString(bytes, at: position)
        isLineStart = false
        expectsElement = false
        continue
      case UInt8(ascii: "."):
        dots += 1
        guard dots < depth else { throw .tooDeep(limit: depth) }
      case UInt8(ascii: "["):
        if isLineStart, open.isEmpty { try checkHeader(bytes, at: position) }
        let isHeader = open.isEmpty ? isLineStart : open.last == .header
        open.append(isHeader ? .header : .array)
      case UInt8(ascii: "{"): open.append(.table)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): _ = open.popLast()
      case 0: throw syntax(bytes, at: position, "the character U+0000 is not allowed")
      default: break
      }
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "["),
        UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
        dots = 0
      default: break
      }
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: ","): expectsElement = open.last == .array
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
      default: if !isSpace { expectsElement = false }
      }
      isLineStart = byte == UInt8(ascii: "\n") || isLineStart && isSpace
      position += 1
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Checks that what looks like a date, ten characters with two dashes, is not followed by a blank
  /// and a lone digit, which the parser takes for the beginning of a time.
  private static func checkDate(_ bytes: [UInt8], at start: Int) throws(TOMLError) {
    func endsValue(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "#"), 0x09...0x0d,
        UInt8(ascii: " "):
        true
      default: false
      }
    }
    var position = start
    var characters: [UInt8] = []
    while position < bytes.count, !endsValue(bytes[position]), characters.count <= 10 {
      let byte = bytes[position]
      // Underscores do not count, nor do the later bytes of a character.
      if byte != UInt8(ascii: "_"), byte & 0xc0 != 0x80 { characters.append(byte) }
      position += 1
    }
    guard characters.count == 10, characters[4] == UInt8(ascii: "-"),
      characters[7] == UInt8(ascii: "-"), position + 2 < bytes.count,
      bytes[position] == UInt8(ascii: " "), isDigit(bytes[position + 1])
    else { return }
    let next = bytes[position + 2]
    if endsValue(next) || next >= 0x80 {
      throw syntax(bytes, at: position + 1, "in value: expected a time after the date")
    }
  }

  /// Checks that a byte can begin an array's element, or follow in its place: a comma and the end of
  /// the array are left to the parser.
  private static func checkElement(_ bytes: [UInt8], at position: Int) throws(TOMLError) {
    switch bytes[position] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "["),
      UInt8(ascii: "{"), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: "#"),
      UInt8(ascii: "\n"), UInt8(ascii: "\r"):
      return
    default:
      throw syntax(bytes, at: position, "in array: expected a value")
    }
  }

  /// Checks that a name begins after the `[` or `[[` of a table's header; `]` and the end of the text
  /// are left to the parser.
  private static func checkHeader(_ bytes: [UInt8], at start: Int) throws(TOMLError) {
    var position = start + 1
    func skipSpace() {
      while position < bytes.count,
        bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\t")
      { position += 1 }
    }
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "[") { position += 1 }
    skipSpace()
    guard position < bytes.count else { return }
    switch bytes[position] {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "]"):
      return
    default:
      throw syntax(bytes, at: position, "in table header: expected a name")
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
