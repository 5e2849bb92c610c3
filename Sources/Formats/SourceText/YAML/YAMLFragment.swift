// SPDX-License-Identifier: Apache-2.0

/// A value that is to be written into a YAML document.
///
/// Texts are written plain where the grammar allows it, so `.scalar("true")` is YAML's `true`.
package indirect enum YAMLFragment: Sendable {
  /// Nothing is written; `null` in brackets.
  case null
  /// A text, quoted where it must be; one of several lines as a block.
  case scalar(String)
  /// Keys and values.
  case mapping([(key: String, value: YAMLFragment)])
  /// A list.
  case sequence([YAMLFragment])
  /// A value with a comment, without `#`, at the end of its first line.
  case commented(YAMLFragment, String)
}

extension YAMLFragment: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self = .scalar(text) }
}

extension YAMLFragment: ExpressibleByArrayLiteral {
  package init(arrayLiteral items: YAMLFragment...) { self = .sequence(items) }
}

extension YAMLFragment: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral entries: (String, YAMLFragment)...) {
    self = .mapping(entries.map { (key: $0.0, value: $0.1) })
  }
}

/// How the collections of a document are indented.
struct YAMLStyle: Hashable {
  /// Spaces per level.
  var step = 2
  /// Spaces between a key and the `-` of its list.
  var list = 2

  init() {}

  /// Finds the first of each in a document.
  init(of root: YAMLNode, in lines: SourceLines) {
    var isKnown = (step: false, list: false)
    var found = YAMLStyle()
    func column(_ offset: Int) -> Int {
      let start = lines.starts[lines.line(at: offset) - 1]
      let isMarked = start == 0 && lines.bytes.starts(with: [0xEF, 0xBB, 0xBF])
      return offset - (isMarked ? 3 : start)
    }
    func visit(_ node: YAMLNode) {
      guard !isKnown.step || !isKnown.list else { return }
      switch node.content {
      case .mapping(let entries, .block):
        let own = column(node.span.lowerBound)
        for entry in entries {
          switch entry.value.content {
          case .mapping(_, .block) where !isKnown.step:
            let column = column(entry.value.span.lowerBound)
            if column > own {
              found.step = column - own
              isKnown.step = true
            }
          case .sequence(_, .block) where !isKnown.list:
            found.list = max(0, column(entry.value.span.lowerBound) - own)
            isKnown.list = true
          default: break
          }
          visit(entry.value)
        }
      case .sequence(let items, .block): for item in items { visit(item) }
      default: break
      }
    }
    visit(root)
    step = min(found.step, 16)
    list = min(found.list, 16)
  }
}

extension YAMLFragment {
  /// What stands behind a key or `-`, and the lines below with their indentation from the key.
  private struct Parts {
    var inline: String?
    var comment: String?
    var below: [String] = []
  }

  /// The lines of an entry with this value, without the indentation of the key.
  func lines(key: String, _ style: YAMLStyle) throws(YAMLEditRefusal) -> [String] {
    let name = try YAMLScalarWriting.inline(key, inFlow: false)
    let parts = try parts(style, listIndent: style.list)
    var head = name + ":"
    if let inline = parts.inline { head += " " + inline }
    if let comment = parts.comment { head += " # " + comment }
    return [head] + parts.below
  }

  /// The lines of an item of a list, without the indentation of its `-`.
  func itemLines(_ style: YAMLStyle) throws(YAMLEditRefusal) -> [String] {
    switch self {
    case .mapping(let entries) where !entries.isEmpty:
      var lines: [String] = []
      for entry in entries { lines += try entry.value.lines(key: entry.key, style) }
      return lines.enumerated().map { index, line in
        index == 0 ? "- " + line : line.isEmpty ? "" : "  " + line
      }
    case .commented(.mapping, _), .commented(.sequence, _), .commented(.commented, _):
      throw .comment
    case .sequence(let items) where !items.isEmpty: throw .shape
    default:
      let parts = try parts(YAMLStyle(), listIndent: 2)
      var head = "-"
      if let inline = parts.inline { head += " " + inline }
      if let comment = parts.comment { head += " # " + comment }
      return [head] + parts.below
    }
  }

  /// The lines of all entries of a mapping, without indentation.
  func entryLines(_ style: YAMLStyle) throws(YAMLEditRefusal) -> [String] {
    guard case .mapping(let entries) = self else { throw .shape }
    var lines: [String] = []
    for entry in entries { lines += try entry.value.lines(key: entry.key, style) }
    return lines
  }

  /// What stands behind the colon, and the lines below, indented from the key.
  func value(
    _ style: YAMLStyle
  ) throws(YAMLEditRefusal) -> (inline: String?, comment: String?, below: [String]) {
    let parts = try parts(style, listIndent: style.list)
    return (parts.inline, parts.comment, parts.below)
  }

  /// The value in brackets, or as a text.
  func flow() throws(YAMLEditRefusal) -> String {
    switch self {
    case .null: return "null"
    case .scalar(let text): return try YAMLScalarWriting.inline(text, inFlow: true)
    case .commented: throw .comment
    case .sequence(let items):
      var texts: [String] = []
      for item in items { texts.append(try item.flow()) }
      return "[" + texts.joined(separator: ", ") + "]"
    case .mapping(let entries):
      var texts: [String] = []
      for entry in entries {
        texts.append(
          try YAMLScalarWriting.inline(entry.key, inFlow: true) + ": " + entry.value.flow())
      }
      return "{" + texts.joined(separator: ", ") + "}"
    }
  }

  private func parts(_ style: YAMLStyle, listIndent: Int) throws(YAMLEditRefusal) -> Parts {
    let indent = String(repeating: " ", count: style.step)
    switch self {
    case .null: return Parts()
    case .scalar(let text):
      guard let block = YAMLScalarWriting.literal(text) else {
        return Parts(inline: try YAMLScalarWriting.inline(text, inFlow: false))
      }
      return Parts(
        inline: block.header, below: block.lines.map { $0.isEmpty ? "" : indent + $0 })
    case .commented(let value, let comment):
      guard !comment.utf8.contains(where: { $0 < 0x20 }) else { throw .text }
      var parts = try value.parts(style, listIndent: listIndent)
      guard parts.comment == nil else { throw .comment }
      parts.comment = comment
      return parts
    case .mapping(let entries):
      guard !entries.isEmpty else { return Parts(inline: "{}") }
      return Parts(below: try entryLines(style).map { $0.isEmpty ? "" : indent + $0 })
    case .sequence(let items):
      guard !items.isEmpty else { return Parts(inline: "[]") }
      let indent = String(repeating: " ", count: listIndent)
      var lines: [String] = []
      for item in items { lines += try item.itemLines(style) }
      return Parts(below: lines.map { $0.isEmpty ? "" : indent + $0 })
    }
  }

  /// Whether its last line belongs to a text block, which takes what is indented below for its own.
  var endsWithBlock: Bool {
    switch self {
    case .null: false
    case .scalar(let text): YAMLScalarWriting.literal(text) != nil
    case .commented(let value, _): value.endsWithBlock
    case .mapping(let entries): entries.last?.value.endsWithBlock ?? false
    case .sequence(let items): items.last?.endsWithBlock ?? false
    }
  }
}
