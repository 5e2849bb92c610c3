// SPDX-License-Identifier: Apache-2.0

/// A TOML value together with its place, for reading documents with errors that say where.
///
/// A wrong type at `repository` in the first `[[publisher]]` gives
/// `publisher[0].repository: expected a string, found an integer`.
package struct TOMLNode: Sendable {
  /// The value here.
  package let value: TOMLValue
  /// The path from the top of the document; empty at the top.
  package let path: String

  /// Starts at a value.
  package init(_ value: TOMLValue, path: String = "") {
    self.value = value
    self.path = path
  }

  /// An error about this place.
  package func error(_ problem: String) -> TOMLError {
    .unexpected(path: path, problem: problem)
  }

  /// The members of a table.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)`` when the value is not a table.
  package func table() throws(TOMLError) -> TOMLTable {
    guard case .table(let table) = value else { throw mismatch("a table") }
    return table
  }

  /// A member that may be absent.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)`` when the value is not a table.
  package func optional(_ key: String) throws(TOMLError) -> TOMLNode? {
    guard let member = try table()[key] else { return nil }
    return TOMLNode(member, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// A member that must be there.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)`` when the value is not a table or has no
  ///   such key.
  package func required(_ key: String) throws(TOMLError) -> TOMLNode {
    guard let member = try optional(key) else { throw error("`\(key)` is missing") }
    return member
  }

  /// The elements of an array of at most `limit`.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)``.
  package func array(limit: Int = 1_000) throws(TOMLError) -> [TOMLNode] {
    guard case .array(let elements) = value else { throw mismatch("an array") }
    guard elements.count <= limit else { throw error("more than \(limit) elements") }
    return elements.enumerated().map { TOMLNode($1, path: "\(path)[\($0)]") }
  }

  /// A string.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)``.
  package func string() throws(TOMLError) -> String {
    guard case .string(let text) = value else { throw mismatch("a string") }
    return text
  }

  /// An array of strings, of at most `limit`.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)``.
  package func strings(limit: Int = 1_000) throws(TOMLError) -> [String] {
    var texts: [String] = []
    for element in try array(limit: limit) { texts.append(try element.string()) }
    return texts
  }

  /// An integer.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)``.
  package func integer() throws(TOMLError) -> Int64 {
    guard case .integer(let number) = value else { throw mismatch("an integer") }
    return number
  }

  /// A Boolean.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)``.
  package func boolean() throws(TOMLError) -> Bool {
    guard case .boolean(let flag) = value else { throw mismatch("true or false") }
    return flag
  }

  /// Refuses keys of a table that are not in the list, so that a misspelt key is not ignored.
  ///
  /// - Throws: ``TOMLError/unexpected(path:problem:)`` that names the first unknown key.
  package func allowOnly(keys: [String]) throws(TOMLError) {
    for member in try table().members
    where !keys.contains(where: { $0.utf8.elementsEqual(member.key.utf8) }) {
      let known = keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
      throw error("unknown key `\(member.key)`, expected one of \(known)")
    }
  }

  private func mismatch(_ expected: String) -> TOMLError {
    error("expected \(expected), found \(value.typeName)")
  }
}
