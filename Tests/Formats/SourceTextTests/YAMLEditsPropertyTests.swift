// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing

/// Random documents and random edits: what is read afterwards is what was meant, comments are the
/// same, and so is every byte before and after.
@Suite struct YAMLEditsPropertyTests {
  /// A value without its place.
  indirect enum Tree: Equatable {
    case scalar(String)
    case alias(String)
    case list([Tree])
    case mapping([Pair])

    struct Pair: Equatable {
      let key: String
      var value: Tree
    }

    init(_ node: YAMLNode) {
      switch node.content {
      case .scalar(let scalar): self = .scalar(scalar.text)
      case .alias(let name, _): self = .alias(name)
      case .sequence(let items, _): self = .list(items.map(Tree.init))
      case .mapping(let entries, _):
        self = .mapping(entries.map { Pair(key: $0.key.string ?? "?", value: Tree($0.value)) })
      }
    }

    /// The same with another value at a path of positions.
    func changed(at path: ArraySlice<Int>, _ change: (Tree) -> Tree) -> Tree {
      guard let step = path.first else { return change(self) }
      switch self {
      case .list(var items):
        items[step] = items[step].changed(at: path.dropFirst(), change)
        return .list(items)
      case .mapping(var pairs):
        pairs[step].value = pairs[step].value.changed(at: path.dropFirst(), change)
        return .mapping(pairs)
      case .scalar, .alias: return self
      }
    }
  }

  /// All values with their paths.
  static func places(_ node: YAMLNode, _ path: [Int] = []) -> [(YAMLNode, [Int])] {
    let below: [(YAMLNode, [Int])]
    switch node.content {
    case .scalar, .alias: below = []
    case .sequence(let items, _):
      below = items.enumerated().flatMap { places($0.element, path + [$0.offset]) }
    case .mapping(let entries, _):
      below = entries.enumerated().flatMap { places($0.element.value, path + [$0.offset]) }
    }
    return [(node, path)] + below
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func editsRandomDocuments(seed: UInt64) throws {
    var random = RandomYAML(seed: seed)
    var done = 0
    var kinds: Set<String> = []
    for _ in 0..<500 {
      let text = random.document()
      guard let document = try? YAMLDocument(parsing: Array(text.utf8)) else {
        Issue.record("the generator wrote what is not YAML: \(text.debugDescription)")
        continue
      }
      let (node, path) = Self.places(document.root).randomElement(using: &random.generator)!
      guard let edit = Self.edit(document, node, &random) else { continue }
      done += 1
      kinds.insert(edit.name)
      let label = "\(edit.name) at \(path) of \(text.debugDescription)"
      guard let result = edit.edits.applied(to: document.bytes) else {
        Issue.record("edits overlap: \(label)")
        continue
      }
      guard let after = try? YAMLDocument(parsing: result) else {
        Issue.record("not YAML: \(label) -> \(String(decoding: result, as: UTF8.self))")
        continue
      }
      let expected = Tree(document.root).changed(at: path[...], edit.change)
      let shown = String(decoding: result, as: UTF8.self).debugDescription
      #expect(Tree(after.root) == expected, "\(label) -> \(shown)")
      let lost = document.comments.count - after.comments.count
      #expect(edit.removes ? lost >= 0 : lost == edit.comments, "comments: \(label) -> \(shown)")
      let first = edit.edits.map(\.span.lowerBound).min() ?? 0
      let last = edit.edits.map(\.span.upperBound).max() ?? 0
      #expect(result.starts(with: document.bytes[..<first]))
      #expect(result.suffix(document.bytes.count - last) == document.bytes[last...])
    }
    #expect(done > 200)
    #expect(kinds.count == 7)
  }

  struct Made {
    let name: String
    let edits: [SourceEdit]
    let change: (Tree) -> Tree
    var removes = false
    var comments = 0
  }

  static let values: [(YAMLFragment, Tree)] = [
    ("v", .scalar("v")), (.scalar("x: 'y' #"), .scalar("x: 'y' #")),
    (.scalar("a\n\nb\n"), .scalar("a\n\nb\n")), (.scalar("ü\nb"), .scalar("ü\nb")),
    (
      ["p": "1", "q": ["r", ["s": "{t}"]]],
      .mapping([
        .init(key: "p", value: .scalar("1")),
        .init(
          key: "q",
          value: .list([.scalar("r"), .mapping([.init(key: "s", value: .scalar("{t}"))])])),
      ])
    ),
    (.mapping([]), .mapping([])), (.sequence([]), .list([])), (.null, .scalar("")),
  ]

  static func edit(_ document: YAMLDocument, _ node: YAMLNode, _ random: inout RandomYAML) -> Made?
  {
    let (fragment, value) = values.randomElement(using: &random.generator)!
    // `null` is written in brackets.
    let isNull = if case .null = fragment { true } else { false }
    switch node.content {
    case .mapping(let entries, let layout):
      if isNull, layout == .flow { return nil }
      if random.one(in: 3), let removed = entries.indices.randomElement(using: &random.generator) {
        let key = entries[removed].key.string ?? ""
        guard let edits = try? document.removing(key, from: node) else { return nil }
        return Made(name: "remove", edits: edits, change: { $0.without(removed) }, removes: true)
      }
      if random.one(in: 3), let index = entries.indices.randomElement(using: &random.generator) {
        let key = entries[index].key.string ?? ""
        guard let edits = try? document.replacing(valueOf: key, in: node, with: fragment) else {
          return nil
        }
        return Made(name: "set", edits: edits) { $0.changed(at: [index]) { _ in value } }
      }
      let index = Int.random(in: 0...entries.count, using: &random.generator)
      let place: YAMLInsertion =
        index == 0
        ? .first : index == entries.count ? .last : .after(entries[index - 1].key.string ?? "")
      guard let edits = try? document.inserting("new", fragment, into: node, at: place) else {
        return nil
      }
      return Made(name: "insert", edits: edits) { $0.with(.init(key: "new", value: value), index) }
    case .sequence(let items, let layout):
      if isNull, layout == .flow { return nil }
      if random.one(in: 3), let index = items.indices.randomElement(using: &random.generator) {
        guard let edits = try? document.removing(item: index, from: node) else { return nil }
        return Made(name: "remove item", edits: edits, change: { $0.without(index) }, removes: true)
      }
      let index = Int.random(in: 0...items.count, using: &random.generator)
      guard let edits = try? document.inserting(fragment, intoList: node, at: index) else {
        return nil
      }
      return Made(name: "insert item", edits: edits) {
        $0.with(.init(key: "", value: value), index)
      }
    case .scalar:
      if random.one(in: 3) {
        let line = document.lines.line(at: node.span.lowerBound)
        let isThere = document.comment(inLine: line) != nil
        guard let edits = try? document.commenting(line: line, "note") else { return nil }
        return Made(
          name: "comment", edits: edits, change: { $0 }, comments: isThere ? 0 : -1)
      }
      if node.isNull {
        guard let edits = try? document.inserting("new", "v", into: node) else { return nil }
        return Made(name: "insert", edits: edits) { _ in
          .mapping([.init(key: "new", value: .scalar("v"))])
        }
      }
      let text = ["w", "it's \"x\"", "a: b", "[", "", "é\nb"].randomElement(
        using: &random.generator)!
      guard let edits = try? document.replacing(node, with: text) else { return nil }
      return Made(name: "replace", edits: edits) { _ in .scalar(text) }
    case .alias: return nil
    }
  }
}

extension YAMLEditsPropertyTests.Tree {
  fileprivate func without(_ index: Int) -> Self {
    switch self {
    case .list(var items):
      items.remove(at: index)
      return .list(items)
    case .mapping(var pairs):
      pairs.remove(at: index)
      return .mapping(pairs)
    case .scalar, .alias: return self
    }
  }

  fileprivate func with(_ pair: Pair, _ index: Int) -> Self {
    switch self {
    case .list(var items):
      items.insert(pair.value, at: index)
      return .list(items)
    case .mapping(var pairs):
      pairs.insert(pair, at: index)
      return .mapping(pairs)
    case .scalar, .alias: return self
    }
  }
}
