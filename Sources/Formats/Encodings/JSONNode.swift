// SPDX-License-Identifier: Apache-2.0

/// Why a document that is valid JSON is not of the expected shape.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where: a path such as `verificationMaterial.tlogEntries[0].logIndex`; empty at the top.
  package let path: String
  /// What is wrong there, such as `expected a string`.
  package let problem: String

  /// Makes an error for a place.
  package init(path: String, problem: String) {
    self.path = path
    self.problem = problem
  }

  /// One sentence for a person.
  package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

/// A JSON value together with its place, for reading documents with errors that say where.
///
/// As in protobuf's JSON mapping, a member whose value is `null` counts as absent.
package struct JSONNode: Sendable {
  /// The value here.
  package let value: JSONValue
  private let place: Place

  /// Where a node is; its text is only made for an error.
  private enum Place: Sendable {
    case top(String)
    case member(Parent, String)
    case element(Parent, Int)

    var path: String {
      switch self {
      case .top(let path): return path
      case .member(let parent, let key):
        let path = parent.place.path
        return path.isEmpty ? key : "\(path).\(key)"
      case .element(let parent, let index): return "\(parent.place.path)[\(index)]"
      }
    }
  }

  /// The place of what encloses a node; the elements of an array share it.
  private final class Parent: Sendable {
    let place: Place

    init(_ place: Place) {
      self.place = place
    }
  }

  /// The path from the top of the document.
  package var path: String { place.path }

  /// Starts at the top of a document.
  package init(_ value: JSONValue, path: String = "") {
    self.init(value, .top(path))
  }

  private init(_ value: JSONValue, _ place: Place) {
    self.value = value
    self.place = place
  }

  /// Reads JSON text and starts at its top.
  ///
  /// - Throws: ``DocumentError`` with the JSON reader's sentence.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(DocumentError) {
    do {
      self.init(try JSONReader.parse(bytes, limits: limits))
    } catch {
      throw DocumentError(path: "", problem: "\(error)")
    }
  }

  /// An error about this place.
  package func error(_ problem: String) -> DocumentError {
    DocumentError(path: path, problem: problem)
  }

  /// The members of an object.
  package func object() throws(DocumentError) -> JSONObject {
    guard case .object(let object) = value else { throw error("expected an object") }
    return object
  }

  /// A member that may be absent or null.
  package func optional(_ key: String) throws(DocumentError) -> JSONNode? {
    guard let member = try object()[key] else { return nil }
    if case .null = member { return nil }
    return JSONNode(member, .member(Parent(place), key))
  }

  /// A member that must be there.
  package func required(_ key: String) throws(DocumentError) -> JSONNode {
    guard let member = try optional(key) else { throw error("`\(key)` is missing") }
    return member
  }

  /// The elements of an array of at most `limit`.
  package func array(limit: Int) throws(DocumentError) -> [JSONNode] {
    guard case .array(let elements) = value else { throw error("expected an array") }
    guard elements.count <= limit else { throw error("more than \(limit) elements") }
    let parent = Parent(place)
    return elements.indices.map { JSONNode(elements[$0], .element(parent, $0)) }
  }

  /// A string.
  package func string() throws(DocumentError) -> String {
    guard case .string(let text) = value else { throw error("expected a string") }
    return text
  }

  /// A Boolean.
  package func boolean() throws(DocumentError) -> Bool {
    guard case .boolean(let flag) = value else { throw error("expected true or false") }
    return flag
  }

  /// An integer that is a JSON number.
  package func integer() throws(DocumentError) -> Int64 {
    guard case .integer(let number) = value else { throw error("expected an integer") }
    return number
  }

  /// A 64-bit integer of protobuf's JSON mapping, a decimal string or a number, at least 0.
  package func unsigned64() throws(DocumentError) -> UInt64 {
    switch value {
    case .integer(let number) where number >= 0: return UInt64(number)
    case .string(let text):
      // int64 and uint64 both stay within 63 bits in the formats here.
      guard let number = DecimalText.parse(text.utf8), number <= UInt64(Int64.max) else {
        throw error("expected a decimal integer of at least 0")
      }
      return number
    default: throw error("expected a decimal integer of at least 0")
    }
  }

  /// Bytes of protobuf's JSON mapping: a base64 string.
  package func bytes() throws(DocumentError) -> [UInt8] {
    let text = try string()
    do { return try Base64.decode(text) } catch { throw self.error("\(error)") }
  }

  /// Bytes that are a SHA-256 digest in base64.
  package func digest() throws(DocumentError) -> SHA256Hash {
    guard let digest = SHA256Hash(bytes: try bytes()) else { throw error("expected 32 bytes") }
    return digest
  }

  /// An RFC 3339 time.
  package func timestamp() throws(DocumentError) -> Timestamp {
    let text = try string()
    do { return try Timestamp(rfc3339: text) } catch { throw self.error("\(error)") }
  }
}
