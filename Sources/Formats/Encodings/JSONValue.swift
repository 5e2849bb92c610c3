// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) with exact integers and members in the order of the text.
package enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number, as it was written.
  case number(String)
  /// A string, decoded.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object; keys are unique.
  case object(JSONObject)

  /// Makes an object from pairs; later pairs replace earlier ones of the same key.
  package static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(JSONObject(members))
  }
}

/// The members of a JSON object in the order of the text, with unique keys.
package struct JSONObject: Hashable, Sendable {
  /// One name and its value.
  package struct Member: Hashable, Sendable {
    /// The decoded name.
    package let key: String
    /// Its value.
    package let value: JSONValue

    /// Whether the name has these bytes; `String` equality, which is canonical equivalence, is
    /// only asked first because it is quick to say no.
    func isNamed(_ name: String) -> Bool {
      key == name && key.utf8.elementsEqual(name.utf8)
    }
  }

  /// All members, in order.
  package private(set) var members: [Member]

  /// Makes an object from pairs; later pairs replace earlier ones of the same key.
  package init(_ pairs: [(String, JSONValue)] = []) {
    members = []
    for (key, value) in pairs { self[key] = value }
  }

  /// Trusts that the keys are unique; the reader has checked them.
  init(uniqueMembers: [Member]) {
    members = uniqueMembers
  }

  /// The value of a key, compared byte by byte; assigning `nil` removes it.
  package subscript(key: String) -> JSONValue? {
    get {
      // By index, so that the members that are passed over are not copied.
      for index in members.indices where members[index].isNamed(key) {
        return members[index].value
      }
      return nil
    }
    set {
      let position = members.firstIndex { $0.isNamed(key) }
      switch (position, newValue) {
      case (let position?, let value?): members[position] = Member(key: key, value: value)
      case (let position?, nil): members.remove(at: position)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByStringInterpolation
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONObject(elements))
  }
}
