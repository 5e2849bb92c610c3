// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A value of an expression, with GitHub's conversions between types.
package indirect enum ExpressionValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([ExpressionValue])
  /// Names and values.
  case object([Member])

  /// A member of an object.
  package struct Member: Hashable, Sendable {
    /// Its name, which is compared without case.
    package let name: String
    /// Its value.
    package let value: ExpressionValue

    /// Makes a member.
    package init(_ name: String, _ value: ExpressionValue) {
      self.name = name
      self.value = value
    }
  }

  /// Whether a condition of this value holds: not for `false`, `0`, `''` and `null`.
  package var isTrue: Bool {
    switch self {
    case .null: false
    case .boolean(let value): value
    case .number(let value): value != 0 && !value.isNaN
    case .string(let value): !value.isEmpty
    case .array, .object: true
    }
  }

  /// The value as a text, as it stands where the expression stood.
  package var text: String {
    switch self {
    case .null: ""
    case .boolean(let value): value ? "true" : "false"
    case .number(let value): Self.text(value)
    case .string(let value): value
    case .array: "Array"
    case .object: "Object"
    }
  }

  /// The value as a number, to compare values of different types.
  var number: Double {
    switch self {
    case .null: 0
    case .boolean(let value): value ? 1 : 0
    case .number(let value): value
    case .string(let value):
      value.isEmpty ? 0 : ExpressionParser.number(value.trimmingBlanks) ?? .nan
    case .array, .object: .nan
    }
  }

  /// A member by name; null where there is none.
  package func member(_ name: String) -> ExpressionValue {
    guard case .object(let members) = self else { return .null }
    return members.last { $0.name.lowercased() == name.lowercased() }?.value ?? .null
  }

  /// Whether two values are equal for GitHub: texts without case, other types as numbers.
  static func equal(_ left: Self, _ right: Self) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.string(let left), .string(let right)): left.lowercased() == right.lowercased()
    // Lists and objects are equal to themselves only.
    case (.array, .array), (.object, .object): false
    default: left.number == right.number
    }
  }

  /// Whether one value is before another.
  static func isLess(_ left: Self, _ right: Self) -> Bool {
    if case .string(let left) = left, case .string(let right) = right {
      return left.lowercased().utf8.lexicographicallyPrecedes(right.lowercased().utf8)
    }
    return left.number < right.number
  }

  private static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    if let whole = Int64(exactly: value) { return "\(whole)" }
    return "\(value)"
  }
}

extension ExpressionValue {
  /// The value of a JSON text; nil where it is none.
  init?(json text: String) {
    guard let value = try? JSONReader.parse(Array(text.utf8)) else { return nil }
    self.init(value)
  }

  private init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .number(Double(number))
    case .number(let text): self = .number(Double(text) ?? .nan)
    case .string(let text): self = .string(text)
    case .array(let items): self = .array(items.map { Self($0) })
    case .object(let object):
      self = .object(object.members.map { Member($0.key, Self($0.value)) })
    }
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    var part = self[...]
    while let first = part.utf8.first, first <= 0x20 { part.removeFirst() }
    while let last = part.utf8.last, last <= 0x20 { part.removeLast() }
    return String(part)
  }
}
