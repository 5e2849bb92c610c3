// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a TOML document, or not the document that was expected.
package enum TOMLError: Error, Hashable, Sendable {
  /// The text is longer than the limit, in bytes.
  case tooLarge(limit: Int)
  /// The bytes are not UTF-8.
  case notUTF8
  /// The text breaks TOML's grammar; line and column count from 1.
  case syntax(line: Int, column: Int, reason: String)
  /// Tables and arrays are nested deeper than the limit.
  case tooDeep(limit: Int)
  /// The document is valid TOML, but a value is missing, unknown or of another type.
  case unexpected(path: String, problem: String)
}

extension TOMLError: CustomStringConvertible {
  /// One sentence for a person, with the line and column or the path of the key.
  package var description: String {
    switch self {
    case .tooLarge(let limit): "the document is longer than \(limit) bytes"
    case .notUTF8: "the document is not UTF-8"
    case .syntax(let line, let column, let reason): "line \(line), column \(column): \(reason)"
    case .tooDeep(let limit): "tables or arrays are nested deeper than \(limit)"
    case .unexpected(let path, let problem): path.isEmpty ? problem : "\(path): \(problem)"
    }
  }
}
