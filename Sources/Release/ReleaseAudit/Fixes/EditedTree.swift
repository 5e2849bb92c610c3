// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Compares what is read of a YAML file before and after edits: everything that no edit touches must
/// stand at its place, with its text, in the same collection.
enum EditedTree {
  private struct Value: Equatable {
    let start: Int
    let text: String
    let anchor: String?
    let tag: String?
    /// Where the collection begins that it is in; nil where an edit is at that place.
    let parent: Int?
  }

  /// The line, from 1, of the first value that is not what it was; nil where all are.
  static func firstDifference(
    _ before: YAMLDocument, _ after: YAMLDocument, edits: [SourceEdit]
  ) -> Int? {
    let map = EditMap(edits)
    let written = EditMap.written(edits)
    let old = values(before, map, place: map.mapped)
    let new = values(after, written, place: { $0 })
    for (one, other) in zip(old, new) where one != other {
      return after.lines.line(at: other.start)
    }
    guard old.count != new.count else { return nil }
    let rest = old.count < new.count ? new[old.count].start : after.bytes.count
    return after.lines.line(at: rest)
  }

  // Whether an edit is at a place, or before it with only indentation between: without its first
  // entry a mapping begins at the second, in a line that the edit does not touch.
  private static func isAt(_ offset: Int, _ edit: Range<Int>, _ bytes: [UInt8]) -> Bool {
    guard edit.lowerBound <= offset else { return false }
    guard edit.upperBound < offset else { return true }
    return offset - edit.upperBound <= 256 && offset <= bytes.count
      && bytes[edit.upperBound..<offset].allSatisfy { $0 == 0x20 }
  }

  // Whether an edit changes a value: it takes away or inserts something inside.
  private static func touches(_ span: Range<Int>, _ edit: Range<Int>) -> Bool {
    if span.isEmpty {
      return edit.lowerBound <= span.lowerBound && span.lowerBound <= edit.upperBound
    }
    if edit.isEmpty {
      return span.lowerBound < edit.lowerBound && edit.lowerBound < span.upperBound
    }
    return span.overlaps(edit)
  }

  private static func values(
    _ document: YAMLDocument, _ edits: EditMap, place: (Int) -> Int
  ) -> [Value] {
    func touches(_ span: Range<Int>) -> Bool {
      edits.contains(meeting: span) { Self.touches(span, $0) }
    }
    func isAtEdit(_ offset: Int) -> Bool {
      edits.contains(meeting: max(0, offset - 256)..<offset) { isAt(offset, $0, document.bytes) }
    }
    var result: [Value] = []
    func add(_ node: YAMLNode, _ text: String, _ parent: Int?) {
      guard !touches(node.span) else { return }
      result.append(
        Value(
          start: place(node.span.lowerBound), text: text, anchor: node.anchor, tag: node.tag,
          parent: parent))
    }
    func visit(_ node: YAMLNode, _ parent: Int?) {
      let own = isAtEdit(node.span.lowerBound) ? nil : place(node.span.lowerBound)
      switch node.content {
      case .scalar(let scalar): add(node, scalar.text, parent)
      case .alias(let name, _): add(node, "*" + name, parent)
      case .sequence(let items, _): for item in items { visit(item, own) }
      case .mapping(let entries, _):
        for entry in entries {
          visit(entry.key, own)
          visit(entry.value, own)
        }
      }
    }
    visit(document.root, nil)
    for comment in document.comments where !touches(comment.span) {
      result.append(
        Value(
          start: place(comment.span.lowerBound), text: "#" + comment.text, anchor: nil, tag: nil,
          parent: nil))
    }
    return result
  }
}
