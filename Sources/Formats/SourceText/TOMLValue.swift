// SPDX-License-Identifier: Apache-2.0

/// A TOML value (TOML 1.0.0), copied out of the parser into value types.
package indirect enum TOMLValue: Sendable {
  /// A string, decoded.
  case string(String)
  /// A 64-bit integer.
  case integer(Int64)
  /// A floating-point number.
  case float(Double)
  /// `true` or `false`.
  case boolean(Bool)
  /// A date, a time, or both, in RFC 3339 spelling; nothing here computes with it.
  case dateTime(String)
  /// An array.
  case array([TOMLValue])
  /// A table.
  case table(TOMLTable)

  /// The name of the value's type with its article, as it stands in error texts.
  package var typeName: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .float: "a floating-point number"
    case .boolean: "a Boolean"
    case .dateTime: "a date or time"
    case .array: "an array"
    case .table: "a table"
    }
  }
}

/// The members of a TOML table, ordered by key.
package struct TOMLTable: Sendable {
  /// One key and its value.
  package struct Member: Sendable {
    /// The decoded key.
    package let key: String
    /// Its value.
    package let value: TOMLValue
  }

  /// All members; no key appears twice.
  package let members: [Member]

  /// Trusts that the keys are unique; the parser has checked them.
  init(uniqueMembers: [Member]) {
    members = uniqueMembers
  }

  /// The value of a key, compared byte by byte.
  ///
  /// A Swift dictionary would compare by canonical equivalence and let one spelling of a key stand
  /// for another.
  package subscript(key: String) -> TOMLValue? {
    members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}
