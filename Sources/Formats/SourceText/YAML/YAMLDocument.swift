// SPDX-License-Identifier: Apache-2.0

/// What a YAML document may ask of its reader.
package struct YAMLLimits: Hashable, Sendable {
  /// Most bytes of a document.
  package var size: Int
  /// Most levels of collections.
  package var depth: Int
  /// Most values and keys.
  package var nodes: Int

  /// Makes limits; the defaults are far above any workflow file.
  package init(size: Int = 4 << 20, depth: Int = 64, nodes: Int = 500_000) {
    self.size = size
    self.depth = depth
    self.nodes = nodes
  }
}

/// A YAML document as it stands in its file: every value, key and comment with its bytes.
///
/// The events are libyaml's (YAML 1.1 grammar, as GitHub's and GitLab's own readers); nothing is
/// typed, merged or expanded. To change the document, change its bytes (``SourceEdit``) and parse
/// again.
package struct YAMLDocument: Sendable {
  /// The text and its lines.
  package let lines: SourceLines
  /// The top value; an empty plain scalar where the document has none.
  package let root: YAMLNode
  /// The comments, in their order.
  package let comments: [YAMLComment]
  /// The columns of its collections.
  let style: YAMLStyle
  /// The names of the anchors that aliases refer to.
  let aliases: Set<String>

  /// The text.
  package var bytes: [UInt8] { lines.bytes }

  /// Parses bytes from outside: one document, in UTF-8 with or without a byte order mark.
  ///
  /// - Throws: ``YAMLError``.
  package init(
    parsing bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) {
    try self.init(parsing: SourceLines(bytes), limits: limits)
  }

  /// Parses a text whose lines are known.
  ///
  /// - Throws: ``YAMLError``.
  package init(
    parsing lines: SourceLines, limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) {
    guard lines.bytes.count <= limits.size else {
      throw YAMLError(
        reason: .limit, position: nil, problem: "larger than \(limits.size) bytes")
    }
    self.lines = lines
    var composer = try YAMLComposer(lines, limits)
    root = try composer.document()
    comments = YAMLCommentScan.comments(in: lines, scalars: composer.scalars)
    style = YAMLStyle(of: root, in: lines)
    aliases = composer.aliases
  }

  /// The bytes of a span as text.
  package func text(_ span: Range<Int>) -> String {
    String(decoding: bytes[span.clamped(to: 0..<bytes.count)], as: UTF8.self)
  }

  /// The keys that stand twice in their mapping, anywhere in the document: each later one.
  package var duplicateKeys: [YAMLEntry] {
    var found: [YAMLEntry] = []
    func visit(_ node: YAMLNode) {
      switch node.content {
      case .scalar, .alias: break
      case .sequence(let items, _): for item in items { visit(item) }
      case .mapping(let entries, _):
        found += node.duplicateKeys
        for entry in entries { visit(entry.value) }
      }
    }
    visit(root)
    return found
  }

  /// The comments in a line, from 1: at most one.
  package func comment(inLine line: Int) -> YAMLComment? {
    var low = 0
    var high = comments.count
    while low < high {
      let middle = (low + high) / 2
      if lines.line(at: comments[middle].span.lowerBound) < line {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < comments.count, lines.line(at: comments[low].span.lowerBound) == line else {
      return nil
    }
    return comments[low]
  }
}
