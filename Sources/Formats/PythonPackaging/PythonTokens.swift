// SPDX-License-Identifier: Apache-2.0

/// The tokens of a Python source, as far as finding literals in it needs them.
enum PythonTokens {
  /// A token.
  enum Token: Hashable, Sendable {
    /// An identifier, a keyword or a number.
    case name(String)
    /// A string; nil where its text is not what is written: formatted, of bytes, or with escapes.
    case string(String?)
    /// A byte of an operator or a delimiter.
    case sign(UInt8)
  }

  /// Reads a source, without comments and space.
  ///
  /// - Returns: The tokens; nil where a string does not end, or is not UTF-8.
  static func read(_ bytes: [UInt8]) -> [Token]? {
    var tokens: [Token] = []
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "#"):
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        guard let end = string(bytes, at: index, prefix: "", into: &tokens) else { return nil }
        index = end
      case _ where isWord(byte):
        let start = index
        while index < bytes.count, isWord(bytes[index]) { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self)
        let isPrefix =
          word.utf8.count <= 2 && word.lowercased().allSatisfy { "rbfut".contains($0) }
        if isPrefix, index < bytes.count, [0x22, 0x27].contains(bytes[index]) {
          guard let end = string(bytes, at: index, prefix: word.lowercased(), into: &tokens) else {
            return nil
          }
          index = end
        } else {
          tokens.append(.name(word))
        }
      case 0x09, 0x0A, 0x0C, 0x0D, 0x20, UInt8(ascii: "\\"):
        index += 1
      default:
        tokens.append(.sign(byte))
        index += 1
      }
    }
    return tokens
  }

  // Returns the place after the string.
  private static func string(
    _ bytes: [UInt8], at quote: Int, prefix: String, into tokens: inout [Token]
  ) -> Int? {
    let mark = bytes[quote]
    let isTriple = quote + 2 < bytes.count && bytes[quote + 1] == mark && bytes[quote + 2] == mark
    let width = isTriple ? 3 : 1
    var index = quote + width
    var hasEscapes = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        index += 2
        continue
      }
      if !isTriple, byte == 0x0A { return nil }
      let ends =
        index + width <= bytes.count && bytes[index..<(index + width)].allSatisfy { $0 == mark }
      if ends {
        let text = String(validating: bytes[(quote + width)..<index], as: UTF8.self)
        guard let text else { return nil }
        let isPlain = !prefix.contains { "bft".contains($0) }
        tokens.append(.string(isPlain && !hasEscapes ? text : nil))
        return index + width
      }
      index += 1
    }
    return nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...0xFF: true
    default: false
    }
  }
}
