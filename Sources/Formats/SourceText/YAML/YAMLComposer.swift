// SPDX-License-Identifier: Apache-2.0

/// Makes values of events.
struct YAMLComposer {
  /// The spans of all scalars that are not empty, in their order.
  private(set) var scalars: [Range<Int>] = []
  /// The names of the anchors that aliases refer to.
  private(set) var aliases: Set<String> = []

  private let events: YAMLEvents
  private let lines: SourceLines
  private let limits: YAMLLimits
  // The values so far, where an alias counts as all that it stands for: who goes through a document
  // meets as many, and nests as deep.
  private var count = 0
  private var deepest = 0
  private var anchors: [String: Target] = [:]

  private struct Target {
    let node: YAMLNode
    let count: Int
    let height: Int
  }

  /// Begins with a text.
  ///
  /// - Throws: ``YAMLError``.
  init(_ lines: SourceLines, _ limits: YAMLLimits) throws(YAMLError) {
    self.lines = lines
    self.limits = limits
    events = try YAMLEvents(lines)
  }

  /// Reads the only document.
  ///
  /// - Throws: ``YAMLError``.
  mutating func document() throws(YAMLError) -> YAMLNode {
    var root: YAMLNode?
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamEnd:
        return root
          ?? YAMLNode(
            content: .scalar(YAMLScalar(text: "", style: .plain)),
            span: lines.bytes.count..<lines.bytes.count, anchor: nil, tag: nil)
      case .other: continue
      default:
        guard root == nil else {
          throw YAMLError(
            reason: .documents, position: lines.position(at: event.span.lowerBound),
            problem: "there is more than one document")
        }
        root = try node(event, level: 1)
      }
    }
  }

  private mutating func node(_ event: YAMLEvents.Event, level: Int) throws(YAMLError) -> YAMLNode {
    let before = count
    let outside = deepest
    deepest = level
    count += 1
    if case .alias(let name) = event.kind, let target = anchors[name] {
      count += target.count
      deepest = level + target.height
    }
    guard count <= limits.nodes, deepest <= limits.depth else {
      throw YAMLError(
        reason: .limit, position: lines.position(at: event.span.lowerBound),
        problem: count > limits.nodes
          ? "more than \(limits.nodes) values" : "more than \(limits.depth) levels")
    }
    defer { deepest = max(deepest, outside) }
    let content: YAMLNode.Content
    var span = event.span
    switch event.kind {
    case .scalar(let scalar):
      if !span.isEmpty { scalars.append(span) }
      content = .scalar(scalar)
    case .alias(let name):
      guard let target = anchors[name] else {
        throw YAMLError(
          reason: .syntax, position: lines.position(at: span.lowerBound),
          problem: "there is no anchor `\(name)` before this alias")
      }
      aliases.insert(name)
      content = .alias(name: name, target.node)
    case .sequenceStart(let layout):
      var items: [YAMLNode] = []
      while true {
        let next = try events.next()
        if next.kind == .end {
          span = self.span(event, next, layout, items.first?.span, items.last?.span)
          break
        }
        items.append(try node(next, level: level + 1))
      }
      content = .sequence(items, layout)
    case .mappingStart(let layout):
      var entries: [YAMLEntry] = []
      while true {
        let next = try events.next()
        if next.kind == .end {
          span = self.span(event, next, layout, entries.first?.span, entries.last?.span)
          break
        }
        let key = try node(next, level: level + 1)
        let value = try node(try events.next(), level: level + 1)
        entries.append(YAMLEntry(key: key, value: value))
      }
      content = .mapping(entries, layout)
    case .end, .streamEnd, .other:
      throw YAMLError(
        reason: .syntax, position: lines.position(at: span.lowerBound),
        problem: "a value is missing")
    }
    let node = YAMLNode(content: content, span: span, anchor: event.anchor, tag: event.tag)
    if let anchor = event.anchor {
      anchors[anchor] = Target(node: node, count: count - before, height: deepest - level)
    }
    return node
  }

  // The end of a block collection is where the next token begins, lines later.
  private func span(
    _ start: YAMLEvents.Event, _ end: YAMLEvents.Event, _ layout: YAMLLayout,
    _ first: Range<Int>?, _ last: Range<Int>?
  ) -> Range<Int> {
    let lower = start.span.lowerBound
    switch layout {
    case .flow: return lower..<max(lower, end.span.upperBound)
    case .block: return lower..<max(lower, last?.upperBound ?? lower)
    }
  }
}
