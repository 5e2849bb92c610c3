// SPDX-License-Identifier: Apache-2.0

extension YAMLDocument {
  /// Parses JSON, or the parts of JSON5 that are used most: comments, trailing commas, names without
  /// quotes, single quotes.
  ///
  /// The text is read as YAML's flow collections, of which JSON is a part, with blanks in place of
  /// comments, so that every value keeps its place; what the two would read differently is refused.
  ///
  /// - Throws: ``YAMLError``.
  package init(
    parsingRelaxedJSON bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) {
    guard bytes.count <= limits.size else {
      throw YAMLError(
        reason: .limit, position: nil, problem: "larger than \(limits.size) bytes")
    }
    try self.init(parsing: RelaxedJSON.withoutComments(bytes), limits: limits)
  }
}

/// JSON with comments, trailing commas and names without quotes, as far as YAML reads the same.
enum RelaxedJSON {
  /// The bytes with blanks in place of comments, so that every place stays what it is.
  ///
  /// - Throws: ``YAMLError`` for what is no such text, or what YAML would read differently.
  static func withoutComments(_ bytes: [UInt8]) throws(YAMLError) -> [UInt8] {
    var result = bytes
    var offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var isFirst = true
    func refuse(_ offset: Int, _ problem: String) -> YAMLError {
      YAMLError(
        reason: .syntax, position: SourceLines(bytes).position(at: offset), problem: problem)
    }
    while offset < bytes.count {
      let byte = bytes[offset]
      let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
      switch byte {
      case UInt8(ascii: "/") where next == UInt8(ascii: "/"):
        while offset < bytes.count, bytes[offset] != 0x0A, bytes[offset] != 0x0D {
          result[offset] = 0x20
          offset += 1
        }
      case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
        let start = offset
        offset += 2
        while offset + 1 < bytes.count,
          !(bytes[offset] == UInt8(ascii: "*") && bytes[offset + 1] == UInt8(ascii: "/"))
        {
          offset += 1
        }
        guard offset + 1 < bytes.count else { throw refuse(start, "the comment has no end") }
        offset += 2
        for index in start..<offset where bytes[index] != 0x0A && bytes[index] != 0x0D {
          result[index] = 0x20
        }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        let start = offset
        offset += 1
        while offset < bytes.count, bytes[offset] != byte {
          if bytes[offset] == UInt8(ascii: "\\") {
            guard byte == UInt8(ascii: "\"") else {
              throw refuse(offset, "an escape in single quotes is not read")
            }
            offset += 1
          }
          offset += 1
        }
        guard offset < bytes.count else { throw refuse(start, "the string has no end") }
        offset += 1
        isFirst = false
      default:
        if isFirst, byte > 0x20 {
          guard byte == UInt8(ascii: "{") else { throw refuse(offset, "it is not a JSON object") }
          isFirst = false
        }
        // YAML takes these for something of its own.
        if "#&*!|>%@`?".utf8.contains(byte) {
          throw refuse(offset, "`\(Character(Unicode.Scalar(byte)))` stands outside of a string")
        }
        if byte == UInt8(ascii: ":"), next > 0x20, offset > 0,
          bytes[offset - 1] != UInt8(ascii: "\""), bytes[offset - 1] != UInt8(ascii: "'"),
          bytes[offset - 1] > 0x20
        {
          throw refuse(offset, "a name without quotes needs a blank behind its colon")
        }
        offset += 1
      }
    }
    return result
  }
}
