// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a YAML document that can be used.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of reason it is.
  package enum Reason: Hashable, Sendable {
    /// Not UTF-8.
    case encoding
    /// Against the grammar.
    case syntax
    /// More than one document, or none.
    case documents
    /// Larger or deeper than the limits allow.
    case limit
  }

  /// The kind.
  package let reason: Reason
  /// Where, if it has a place.
  package let position: SourcePosition?
  /// What is wrong, for a person: lowercase, without a full stop.
  package let problem: String

  package var description: String {
    guard let position else { return problem }
    return "line \(position.line), column \(position.column): \(problem)"
  }
}
