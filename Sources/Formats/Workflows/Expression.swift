// SPDX-License-Identifier: Apache-2.0

/// An expression of GitHub Actions: what stands in `${{ }}` and in `if:`.
///
/// Names of contexts, properties and functions are compared without case, as GitHub does.
package indirect enum Expression: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case boolean(Bool)
  /// A number.
  case number(Double)
  /// A text in single quotes, unescaped.
  case string(String)
  /// A context by its name: `github`.
  case context(String)
  /// A member by name: `github.event`.
  case property(Expression, String)
  /// A member by a value: `github['event']`, `matrix[matrix.key]`.
  case index(Expression, Expression)
  /// All members: `github.event.commits.*`, `steps[*]`.
  case star(Expression)
  /// A function: `contains(github.ref, 'v')`.
  case call(String, [Expression])
  /// `!value`.
  case not(Expression)
  /// Two values and what is between them.
  case binary(Operator, Expression, Expression)

  /// What stands between two values.
  package enum Operator: String, Hashable, Sendable, CaseIterable {
    case or = "||"
    case and = "&&"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// The contexts that are read, each as far as its names are known, in lowercase:
  /// `github.event.issue.title`; `*` for all members, `[…]` for a member by a value.
  package var contexts: [String] {
    var result: [String] = []
    visit { expression in
      guard let path = expression.path else { return true }
      result.append(path)
      // What stands in brackets is read as well.
      for index in expression.computedIndexes { result += index.contexts }
      return false
    }
    return result
  }

  /// Its names where it is a context or a member of one, as in `contexts`; else nil.
  package var path: String? {
    switch self {
    case .context(let name): name.lowercased()
    case .property(let base, let name): base.path.map { "\($0).\(name.lowercased())" }
    case .index(let base, .string(let name)): base.path.map { "\($0).\(name.lowercased())" }
    case .index(let base, .number(let number)):
      base.path.map { path in
        Int(exactly: number).map { "\(path).\($0)" } ?? "\(path).[…]"
      }
    case .index(let base, _): base.path.map { "\($0).[…]" }
    case .star(let base): base.path.map { "\($0).*" }
    default: nil
    }
  }

  /// The names of the functions that are called, in lowercase.
  package var functions: [String] {
    var result: [String] = []
    visit { expression in
      if case .call(let name, _) = expression { result.append(name.lowercased()) }
      return true
    }
    return result
  }

  /// Goes through the expression and its parts; not into those for which `body` says false.
  package func visit(_ body: (Expression) -> Bool) {
    guard body(self) else { return }
    switch self {
    case .null, .boolean, .number, .string, .context: break
    case .property(let base, _), .star(let base), .not(let base): base.visit(body)
    case .index(let base, let index):
      base.visit(body)
      index.visit(body)
    case .call(_, let arguments): for argument in arguments { argument.visit(body) }
    case .binary(_, let left, let right):
      left.visit(body)
      right.visit(body)
    }
  }

  private var computedIndexes: [Expression] {
    switch self {
    case .property(let base, _), .star(let base): return base.computedIndexes
    case .index(let base, let index):
      switch index {
      case .string, .number: return base.computedIndexes
      default: return base.computedIndexes + [index]
      }
    default: return []
    }
  }
}

/// Why an expression does not parse.
package struct ExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The byte of the expression's source where it goes wrong.
  package let offset: Int
  /// What is wrong, for a person: lowercase, without a full stop.
  package let problem: String

  package var description: String { problem }
}
