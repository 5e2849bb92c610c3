// SPDX-License-Identifier: Apache-2.0

import TOMLKit

/// What a TOML document may ask of its reader.
package struct TOMLLimits: Hashable, Sendable {
  /// Most bytes of a document.
  package var size: Int
  /// Most levels of tables and arrays, and most parts of one dotted key.
  package var depth: Int

  /// Makes limits; the defaults are far above any configuration file.
  package init(size: Int = 1 << 20, depth: Int = 32) {
    self.size = size
    self.depth = depth
  }
}

/// A TOML 1.0.0 document, such as `pyproject.toml` or a policy file.
///
/// ```swift
/// let document = try TOMLDocument(parsing: bytes)
/// let name = try document.root.required("project").required("name").string()
/// ```
///
/// Strictness beyond the grammar: the text must be UTF-8, and the escape for U+0000 is refused,
/// because C code below would take the character for the end of the string.
package struct TOMLDocument: Sendable {
  /// The document's top table, to look values up with errors that name their path.
  package let root: TOMLNode

  /// Parses bytes from outside.
  ///
  /// - Throws: ``TOMLError``.
  package init(
    parsing bytes: [UInt8], limits: TOMLLimits = TOMLLimits()
  ) throws(TOMLError) {
    guard bytes.count <= limits.size else { throw .tooLarge(limit: limits.size) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    try TOMLScanner.check(bytes, depth: limits.depth)
    let parsed: TOMLKit.TOMLTable
    do {
      parsed = try TOMLKit.TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .syntax(
        line: error.source.begin.line, column: error.source.begin.column,
        reason: Self.sentence(error.description))
    } catch {
      throw .syntax(line: 1, column: 1, reason: "cannot be parsed")
    }
    root = TOMLNode(.table(try Self.copy(parsed, level: 1, limits)))
  }

  /// Parses text.
  ///
  /// - Throws: ``TOMLError``.
  package init(
    parsing text: String, limits: TOMLLimits = TOMLLimits()
  ) throws(TOMLError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }

  // The parser's objects are references into its own memory; nothing of them leaves this file.
  private static func copy(
    _ table: TOMLKit.TOMLTable, level: Int, _ limits: TOMLLimits
  ) throws(TOMLError) -> TOMLTable {
    guard level <= limits.depth else { throw .tooDeep(limit: limits.depth) }
    var members: [TOMLTable.Member] = []
    for key in table.keys {
      guard let value = table[key] else {
        throw .unexpected(path: key, problem: "the key cannot be read")
      }
      members.append(TOMLTable.Member(key: key, value: try copy(value, level: level + 1, limits)))
    }
    return TOMLTable(uniqueMembers: members)
  }

  private static func copy(
    _ value: any TOMLValueConvertible, level: Int, _ limits: TOMLLimits
  ) throws(TOMLError) -> TOMLValue {
    switch value.type {
    case .string: if let text = value.string { return .string(text) }
    case .int: if let number = value.int { return .integer(Int64(number)) }
    case .double: if let number = value.double { return .float(number) }
    case .bool: if let flag = value.bool { return .boolean(flag) }
    case .date: if let date = value.date { return .dateTime(text(date)) }
    case .time: if let time = value.time { return .dateTime(text(time)) }
    case .dateTime:
      if let both = value.dateTime {
        let offset = both.offset.map { text(offset: $0.offset) } ?? ""
        return .dateTime("\(text(both.date))T\(text(both.time))\(offset)")
      }
    case .table: if let table = value.table { return .table(try copy(table, level: level, limits)) }
    case .array:
      guard level <= limits.depth else { throw .tooDeep(limit: limits.depth) }
      if let array = value.array {
        var elements: [TOMLValue] = []
        for element in array { elements.append(try copy(element, level: level + 1, limits)) }
        return .array(elements)
      }
    }
    throw .unexpected(path: "", problem: "a value cannot be read")
  }

  private static func text(_ date: TOMLDate) -> String {
    "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  private static func text(_ time: TOMLTime) -> String {
    let whole = "\(padded(time.hour, 2)):\(padded(time.minute, 2)):\(padded(time.second, 2))"
    return time.nanoSecond == 0 ? whole : "\(whole).\(padded(time.nanoSecond, 9))"
  }

  private static func text(offset minutes: Int) -> String {
    guard minutes != 0 else { return "Z" }
    let size = abs(minutes)
    return "\(minutes < 0 ? "-" : "+")\(padded(size / 60, 2)):\(padded(size % 60, 2))"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }

  // toml++ says "Error while parsing key: expected ..., saw ...".
  private static func sentence(_ description: String) -> String {
    let prefix = "Error while parsing "
    guard description.hasPrefix(prefix) else { return description }
    return "in \(description.dropFirst(prefix.count))"
  }
}
