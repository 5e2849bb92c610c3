// SPDX-License-Identifier: Apache-2.0

/// A value with the bytes of its file where it stands.
package struct Located<Value: Sendable>: Sendable {
  /// The value.
  package let value: Value
  /// Its bytes.
  package let span: Range<Int>

  /// Makes a value with its place.
  package init(_ value: Value, _ span: Range<Int>) {
    self.value = value
    self.span = span
  }
}

extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
