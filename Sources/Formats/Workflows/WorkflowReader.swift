// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Reads pieces of a document and notes what does not fit.
struct WorkflowReader {
  let document: YAMLDocument
  private(set) var problems: [WorkflowProblem] = []
  // All expressions of the document; nil where each text looks for its own.
  private let expressions: [EmbeddedExpression]?

  /// Begins with a document and, where they are known, all of its expressions in their order.
  init(_ document: YAMLDocument, _ expressions: [EmbeddedExpression]? = nil) {
    self.document = document
    self.expressions = expressions
  }

  private func text(_ node: YAMLNode) -> WorkflowText? {
    expressions.map { WorkflowText(node, among: $0) } ?? WorkflowText(node, in: document)
  }

  mutating func note(_ node: YAMLNode, _ problem: String) {
    problems.append(WorkflowProblem(node.resolved.span, problem))
  }

  /// Notes keys that stand twice, which GitHub refuses.
  mutating func noteDuplicates() {
    for entry in document.duplicateKeys {
      note(entry.key, "the key `\(entry.key.string ?? "")` stands twice")
    }
  }

  /// The text of a node that may be absent or null.
  mutating func text(_ node: YAMLNode?, _ what: String) -> WorkflowText? {
    guard let node, !node.isNull else { return nil }
    guard let text = text(node) else {
      note(node, "\(what) is not a text")
      return nil
    }
    return text
  }

  /// The texts of a node that is a text or a list of texts; absent ones are none.
  mutating func texts(_ node: YAMLNode?, _ what: String) -> [WorkflowText] {
    guard let node, !node.isNull else { return [] }
    guard let items = node.items else {
      return text(node, what).map { [$0] } ?? []
    }
    return items.compactMap { text($0, what) }
  }

  /// The entries of a mapping; null and absent ones have none.
  mutating func entries(_ node: YAMLNode?, _ what: String) -> [YAMLEntry] {
    guard let node, !node.isNull else { return [] }
    guard let entries = node.entries else {
      note(node, "\(what) is not a mapping")
      return []
    }
    return entries
  }

  /// The items of a list; null and absent ones have none.
  mutating func items(_ node: YAMLNode?, _ what: String) -> [YAMLNode] {
    guard let node, !node.isNull else { return [] }
    guard let items = node.items else {
      note(node, "\(what) is not a list")
      return []
    }
    return items
  }

  /// A key; nil where it is not a text.
  mutating func key(_ entry: YAMLEntry) -> Located<String>? {
    guard let name = entry.key.string else {
      note(entry.key, "the key is not a text")
      return nil
    }
    return Located(name, entry.key.resolved.span)
  }

  /// A mapping of texts, or an expression in its place.
  mutating func mapping(_ node: YAMLNode?, _ what: String) -> WorkflowMapping? {
    guard let node else { return nil }
    let span = node.resolved.span
    if !node.isNull, let text = text(node), text.hasExpressions {
      return WorkflowMapping(entries: [], expression: text, span: span)
    }
    var result: [WorkflowEntry] = []
    for entry in entries(node, what) {
      guard let key = key(entry) else { continue }
      guard let value = text(entry.value) else {
        note(entry.value, "`\(key.value)` is not a text")
        continue
      }
      result.append(WorkflowEntry(key: key, value: value, span: entry.span))
    }
    return WorkflowMapping(entries: result, expression: nil, span: span)
  }
}
