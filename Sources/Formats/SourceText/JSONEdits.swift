// SPDX-License-Identifier: Apache-2.0

/// A value that is written into a JSON file.
package indirect enum JSONFragment: Hashable, Sendable {
  /// A text.
  case string(String)
  /// `true` or `false`.
  case boolean(Bool)
  /// A list, in one line.
  case array([JSONFragment])
  /// Names and values, in one line.
  case object([(String, JSONFragment)])

  /// How it is written.
  package var text: String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .boolean(let value): value ? "true" : "false"
    case .array(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0) + ": " + $1.text }.joined(separator: ", ") + "}"
    }
  }

  /// A text in double quotes.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case let scalar where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  package static func == (left: Self, right: Self) -> Bool { left.text == right.text }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

// Each edit leaves all other bytes as they are: lines, indentation, comments, a comma at the end.
extension YAMLDocument {
  /// Inserts a member behind the last one of a JSON object.
  ///
  /// - Parameters:
  ///   - name: the name, which must not be there.
  ///   - value: the value.
  ///   - object: an object of this document.
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``.
  package func insertingJSON(
    _ name: String, _ value: JSONFragment, into object: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard case .mapping(let entries, .flow) = object.content else { throw .shape }
    guard object.entry(name) == nil else { throw .duplicate(name) }
    return try insertingInFlow(
      JSONFragment.quoted(name) + ": " + value.text, at: entries.count,
      starts: entries.map(\.key.span.lowerBound), ends: entries.map(\.value.span.upperBound),
      brackets: object.span, open: UInt8(ascii: "{"), allowsTabs: true)
  }

  /// Appends an item to a JSON array.
  ///
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``.
  package func appendingJSON(
    _ item: JSONFragment, to array: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard case .sequence(let items, .flow) = array.content else { throw .shape }
    return try insertingInFlow(
      item.text, at: items.count, starts: items.map(\.span.lowerBound),
      ends: items.map(\.span.upperBound), brackets: array.span, open: UInt8(ascii: "["),
      allowsTabs: true)
  }

  /// Writes a member of a JSON object: another value of one that is there, or a new one.
  ///
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``.
  package func settingJSON(
    _ name: String, to value: JSONFragment, in object: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard let entry = object.entry(name) else {
      return try insertingJSON(name, value, into: object)
    }
    guard !entry.value.span.isEmpty else { throw .shape }
    return [SourceEdit(entry.value.span, value.text)]
  }
}
