// SPDX-License-Identifier: Apache-2.0

/// Writes texts as YAML scalars (YAML 1.2.2 sections 7.3 and 8.1), only in ways that readers of
/// YAML 1.1 and 1.2 understand alike.
enum YAMLScalarWriting {
  /// A text in one line: plain, else in single quotes, else in double quotes.
  static func inline(_ text: String, inFlow: Bool) throws(YAMLEditRefusal) -> String {
    if isPlain(text, inFlow: inFlow) { return text }
    return singleQuoted(text) ?? doubleQuoted(text)
  }

  /// A text in the style that another one had, where it allows that.
  ///
  /// - Returns: nil where the style does not allow the text, or is one of several lines.
  static func text(_ text: String, _ style: YAMLScalar.Style, inFlow: Bool) -> String? {
    switch style {
    case .plain: isPlain(text, inFlow: inFlow) ? text : singleQuoted(text) ?? doubleQuoted(text)
    case .singleQuoted: singleQuoted(text) ?? doubleQuoted(text)
    case .doubleQuoted: doubleQuoted(text)
    case .literal, .folded: nil
    }
  }

  /// Whether a text can stand without quotes.
  static func isPlain(_ text: String, inFlow: Bool) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20,
      last != UInt8(ascii: ":"), text.unicodeScalars.allSatisfy(isPrintable)
    else { return false }
    guard !"-?:,[]{}#&*!|>'\"%@`=".utf8.contains(first) || bytes.starts(with: "--".utf8) else {
      return false
    }
    guard !bytes.starts(with: "---".utf8), !bytes.starts(with: "...".utf8) else { return false }
    for (index, byte) in bytes.enumerated() {
      if inFlow, ",[]{}:?".utf8.contains(byte) { return false }
      if byte == UInt8(ascii: ":"), bytes[index + 1] == 0x20 { return false }
      if byte == UInt8(ascii: "#"), bytes[index - 1] == 0x20 { return false }
    }
    return true
  }

  /// The lines of a text of several lines as a block with `|`; nil where it has one, or where
  /// blanks and line breaks at its ends would need more care.
  static func literal(_ text: String) -> (header: String, lines: [String])? {
    var bytes = Array(text.utf8)
    guard bytes.contains(0x0A), let first = bytes.first, first > 0x20,
      first != UInt8(ascii: "#"),
      text.unicodeScalars.allSatisfy({ $0 == "\n" || $0 == "\t" || isPrintable($0) })
    else { return nil }
    let isClipped = bytes.last == 0x0A
    if isClipped { bytes.removeLast() }
    guard let last = bytes.last, last > 0x20 else { return nil }
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    // A line of blanks alone would be taken for an empty one.
    guard lines.allSatisfy({ $0.isEmpty || $0.contains { $0 > 0x20 } }) else { return nil }
    return (isClipped ? "|" : "|-", lines.map { String(decoding: $0, as: UTF8.self) })
  }

  private static func singleQuoted(_ text: String) -> String? {
    guard text.unicodeScalars.allSatisfy(isPrintable) else { return nil }
    var result = "'"
    for scalar in text.unicodeScalars {
      result.unicodeScalars.append(scalar)
      if scalar == "'" { result += "'" }
    }
    return result + "'"
  }

  private static func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return result + "\""
  }

  // Without tabs, line breaks of any kind, and the byte order mark.
  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }
}
