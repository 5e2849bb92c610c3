// SPDX-License-Identifier: Apache-2.0

package import SourceText

/// The combinations of a matrix, as far as they can be known before a run.
package struct ExpandedMatrix: Hashable, Sendable {
  /// One combination: names and values, in GitHub's order.
  package typealias Combination = [ExpressionValue.Member]

  /// Most combinations; GitHub takes as many.
  package static let limit = 256

  /// The combinations.
  package let combinations: [Combination]
  /// Of each combination the part that GitHub shows in the job's name: all but what `include` adds to
  /// a combination of the dimensions.
  package let shown: [Combination]

  /// Expands a matrix; nil where an expression gives a part of it that only a run knows, or where
  /// it has more combinations than the limit.
  package init?(_ matrix: Matrix, in document: YAMLDocument) {
    guard matrix.expression == nil || matrix.expression?.isExpression == true else { return nil }
    var dimensions: [(String, [ExpressionValue])] = []
    var include: [ExpressionValue] = []
    var exclude: [ExpressionValue] = []
    if let whole = matrix.expression {
      guard case .object(let members)? = whole.expressions.first?.expression?.value() else {
        return nil
      }
      for member in members {
        guard case .array(let items) = member.value else { return nil }
        switch member.name {
        case "include": include = items
        case "exclude": exclude = items
        default: dimensions.append((member.name, items))
        }
      }
    } else {
      for dimension in matrix.dimensions {
        guard let values = Self.values(dimension, document) else { return nil }
        dimensions.append((dimension.name.value, values))
      }
      guard let included = Self.list(matrix.include, document),
        let excluded = Self.list(matrix.exclude, document)
      else { return nil }
      include = included
      exclude = excluded
    }
    var rows: [Combination] = dimensions.isEmpty ? [] : [[]]
    for (name, values) in dimensions {
      guard rows.count * values.count <= Self.limit * 16 else { return nil }
      rows = rows.flatMap { row in values.map { row + [.init(name, $0)] } }
    }
    rows.removeAll { row in exclude.contains { Self.matches(row, $0, isFilter: true) } }
    guard include.count <= Self.limit else { return nil }
    let names = Set(dimensions.map(\.0))
    var extended = rows
    var alone: [Combination] = []
    for item in include {
      guard case .object(let members) = item else { return nil }
      let filter = ExpressionValue.object(members.filter { names.contains($0.name) })
      let extra = members.filter { !names.contains($0.name) }
      let places = rows.indices.filter { Self.matches(rows[$0], filter, isFilter: false) }
      for place in places {
        extended[place].removeAll { old in extra.contains { $0.name == old.name } }
        extended[place] += extra
      }
      if places.isEmpty { alone.append(members.filter { names.contains($0.name) } + extra) }
    }
    guard rows.count + alone.count <= Self.limit else { return nil }
    combinations = extended + alone
    shown = rows + alone
  }

  /// Whether a combination has all that a filter names; a filter of `exclude` names something.
  private static func matches(
    _ row: Combination, _ filter: ExpressionValue, isFilter: Bool
  ) -> Bool {
    guard case .object(let members) = filter, !isFilter || !members.isEmpty else { return false }
    return has(.object(row), filter)
  }

  // Leaves are compared as `==` does; what a filter does not name is not looked at.
  private static func has(_ value: ExpressionValue, _ filter: ExpressionValue) -> Bool {
    switch filter {
    case .object(let members):
      guard case .object = value else { return members.isEmpty }
      return members.allSatisfy { has(value.member($0.name), $0.value) }
    case .array(let items):
      guard case .array(let own) = value else { return items.isEmpty }
      return items.enumerated().allSatisfy {
        has(own.indices.contains($0.offset) ? own[$0.offset] : .null, $0.element)
      }
    default: return ExpressionValue.equal(value, filter)
    }
  }

  private static func values(
    _ dimension: Matrix.Dimension, _ document: YAMLDocument
  ) -> [ExpressionValue]? {
    if let text = dimension.expression {
      guard text.isExpression, case .array(let items)? = text.expressions[0].expression?.value()
      else { return nil }
      return items
    }
    var values: [ExpressionValue] = []
    for node in dimension.values {
      guard let value = value(node, document, level: 0) else { return nil }
      values.append(value)
    }
    return values
  }

  private static func list(_ node: YAMLNode?, _ document: YAMLDocument) -> [ExpressionValue]? {
    guard let node, !node.isNull else { return [] }
    guard case .array(let items)? = value(node, document, level: 0) else { return nil }
    return items
  }

  /// A value as it is written, typed as in YAML's core schema; nil for what only a run knows.
  static func value(
    _ node: YAMLNode, _ document: YAMLDocument, level: Int
  ) -> ExpressionValue? {
    guard level < 16 else { return nil }
    if let text = WorkflowText(node, in: document) {
      if text.isExpression { return text.expressions[0].expression?.value() }
      if text.hasExpressions { return text.resolved().map { .string($0) } }
      guard text.style == .plain else { return .string(text.value) }
      if node.isNull { return .null }
      switch text.value {
      case "true", "True", "TRUE": return .boolean(true)
      case "false", "False", "FALSE": return .boolean(false)
      default: return ExpressionParser.number(text.value).map { .number($0) } ?? .string(text.value)
      }
    }
    if let items = node.items {
      let values = items.compactMap { value($0, document, level: level + 1) }
      return values.count == items.count ? .array(values) : nil
    }
    var members: [ExpressionValue.Member] = []
    for entry in node.entries ?? [] {
      guard let name = entry.key.string, let value = value(entry.value, document, level: level + 1)
      else { return nil }
      members.append(.init(name, value))
    }
    return .object(members)
  }
}

extension Job {
  /// The names under which GitHub shows the job's runs: those of its status checks.
  ///
  /// A job that calls a reusable workflow shows `its name / the called job's name` for each job
  /// there; here it is only the first half.
  ///
  /// - Returns: The names in GitHub's order; nil where only a run knows them.
  package func checkNames(in document: YAMLDocument) -> [String]? {
    guard let matrix = strategy?.matrix else {
      guard let name else { return [id.value] }
      return name.resolved().map { [$0] }
    }
    guard let expanded = ExpandedMatrix(matrix, in: document) else { return nil }
    var names: [String] = []
    for (combination, shown) in zip(expanded.combinations, expanded.shown) {
      let known: (String) -> ExpressionValue? = { path in
        guard path.hasPrefix("matrix.") else { return nil }
        var value = ExpressionValue.object(combination)
        for part in path.split(separator: ".").dropFirst() { value = value.member(String(part)) }
        return value
      }
      if let name, name.hasExpressions {
        guard let text = name.resolved(known) else { return nil }
        names.append(text)
      } else {
        let values = shown.flatMap { Self.shown($0.value) }.filter { !$0.isEmpty }
        let base = name?.value ?? id.value
        names.append(
          Self.shortened(values.isEmpty ? base : "\(base) (\(values.joined(separator: ", ")))"))
      }
    }
    return names
  }

  // GitHub counts in UTF-16.
  private static func shortened(_ name: String) -> String {
    guard name.utf16.count > 100 else { return name }
    return String(decoding: Array(name.utf16.prefix(97)), as: UTF16.self) + "..."
  }

  private static func shown(_ value: ExpressionValue) -> [String] {
    switch value {
    case .array(let items): items.flatMap { shown($0) }
    case .object(let members): members.flatMap { shown($0.value) }
    default: [value.text]
    }
  }
}
