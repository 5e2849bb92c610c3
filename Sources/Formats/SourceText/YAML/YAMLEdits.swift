// SPDX-License-Identifier: Apache-2.0

/// Where a new entry or item goes.
package enum YAMLInsertion: Hashable, Sendable {
  case first, last
  /// After the entry of a key.
  case after(String)
}

// Every edit names bytes of the document and leaves all others as they are. Comments stay; those
// that are indented deeper than an entry, below it, belong to it.
extension YAMLDocument {
  /// Inserts an entry into a mapping, also into an empty one or where nothing or `null` is written.
  ///
  /// - Parameters:
  ///   - key: the key, which must not be there.
  ///   - value: the value.
  ///   - mapping: a value of this document.
  ///   - place: where among the entries.
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``.
  package func inserting(
    _ key: String, _ value: YAMLFragment, into mapping: YAMLNode, at place: YAMLInsertion = .last
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let position = try self.place(of: mapping)
    if mapping.isNull { return try filling(mapping, position, .mapping([(key, value)])) }
    guard key != "<<" else { throw .mergeKey }
    guard case .mapping(let entries, let layout) = mapping.content else { throw .shape }
    try checkMerge(entries)
    guard mapping.entry(key) == nil else { throw .duplicate(key) }
    let index: Int
    switch place {
    case .first: index = 0
    case .last: index = entries.count
    case .after(let other):
      guard let found = entries.lastIndex(where: { $0.key.string == other }) else {
        throw .missing(other)
      }
      index = found + 1
    }
    guard layout == .block else {
      let text = try YAMLScalarWriting.inline(key, inFlow: true) + ": " + value.flow()
      for entry in entries { try checkKey(entry) }
      return try insertingInFlow(
        text, at: index, starts: entries.map(\.key.span.lowerBound), ends: entries.map(contentEnd),
        brackets: mapping.span, open: UInt8(ascii: "{"))
    }
    for entry in entries { try checkKey(entry) }
    let lines = try value.lines(key: key, style)
    return try inserting(
      lines, at: index, indent: indentation(of: mapping), first: mapping.span.lowerBound,
      count: entries.count, endsWithBlock: value.endsWithBlock
    ) { (entries[$0].value, contentEnd(entries[$0])) }
  }

  /// Inserts an item into a list, also into an empty one.
  ///
  /// - Throws: ``YAMLEditRefusal``.
  package func inserting(
    _ item: YAMLFragment, intoList list: YAMLNode, at index: Int? = nil
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let position = try place(of: list)
    if list.isNull { return try filling(list, position, .sequence([item])) }
    guard case .sequence(let items, let layout) = list.content else { throw .shape }
    let index = index ?? items.count
    guard index >= 0, index <= items.count else { throw .missing("item \(index)") }
    guard layout == .block else {
      for item in items where item.anchor != nil || item.tag != nil { throw .shape }
      return try insertingInFlow(
        item.flow(), at: index, starts: items.map(\.span.lowerBound),
        ends: items.map(\.span.upperBound), brackets: list.span, open: UInt8(ascii: "["))
    }
    let start: Int
    if index > 0, index < items.count {
      guard let dash = dash(before: items[index]) else { throw .shape }
      start = dash
    } else {
      start = list.span.lowerBound
    }
    return try inserting(
      item.itemLines(style), at: index, indent: indentation(of: list), first: start,
      count: items.count, endsWithBlock: item.endsWithBlock
    ) { (items[$0], items[$0].span.upperBound) }
  }

  // Whole lines: before the first one, or after another.
  private func inserting(
    _ lines: [String], at index: Int, indent: Int, first: Int, count: Int, endsWithBlock: Bool,
    _ element: (Int) -> (YAMLNode, Int)
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let spaces = String(repeating: " ", count: indent)
    if index == 0 {
      let lineBreak = lineBreak(first)
      let text = lines.map { $0.isEmpty ? "" : spaces + $0 }.joined(separator: lineBreak)
      return [SourceEdit(at: first, text.dropFirst(indent) + lineBreak + spaces)]
    }
    let (node, contentEnd) = element(index - 1)
    let end = try end(of: node, contentEnd, indent, atLast: index == count)
    try checkBelow(end.offset, endsWithBlock, indent)
    return [insertion(of: lines, spaces, at: end, endsWithBlock)]
  }

  /// Lines after an entry.
  func insertion(
    of lines: [String], _ spaces: String, at end: YAMLEntryEnd, _ endsWithBlock: Bool
  ) -> SourceEdit {
    let lineBreak = lineBreak(max(0, end.isAfterBreak ? end.offset - 1 : end.offset))
    let text = lines.map { $0.isEmpty ? "" : spaces + $0 }.joined(separator: lineBreak)
    if end.isAfterBreak { return SourceEdit(at: end.offset, text + lineBreak) }
    // The last line break is part of a text block.
    let isLast = endsWithBlock && end.offset == bytes.count
    return SourceEdit(at: end.offset, lineBreak + text + (isLast ? lineBreak : ""))
  }

  // A text block takes comments below for its own that are indented as it is.
  func checkBelow(_ offset: Int, _ endsWithBlock: Bool, _ indent: Int) throws(YAMLEditRefusal) {
    guard endsWithBlock else { return }
    let behind = comments[comments.firstIndex(sorted: { $0.span.lowerBound >= offset })...]
    guard let next = behind.first(where: \.isAlone) else { return }
    let between = bytes[offset..<next.span.lowerBound]
    if between.allSatisfy({ $0 <= 0x20 }), column(next.span.lowerBound) > indent { throw .comment }
  }

  /// Where the `-` of an item stands.
  func dash(before item: YAMLNode) -> Int? {
    guard item.anchor == nil, item.tag == nil else { return nil }
    var offset = item.span.lowerBound
    while offset > 0, bytes[offset - 1] == 0x20 { offset -= 1 }
    guard offset > 0, bytes[offset - 1] == UInt8(ascii: "-") else { return nil }
    return offset - 1
  }
}

/// Where lines can be inserted after an entry.
struct YAMLEntryEnd {
  /// The offset.
  let offset: Int
  /// Whether it is the start of a line, not the end of one.
  var isAfterBreak = false
}

extension YAMLDocument {
  /// Finds the end of an entry or item with what belongs to it.
  ///
  /// - Parameters:
  ///   - node: its value.
  ///   - contentEnd: where what is written of it ends.
  ///   - indent: the indentation of its collection.
  ///   - atLast: whether nothing follows in its collection, so that comments at its indentation,
  ///     without an empty line between, are the collection's.
  /// - Returns: The place.
  /// - Throws: ``YAMLEditRefusal``.
  func end(
    of node: YAMLNode, _ contentEnd: Int, _ indent: Int, atLast: Bool
  ) throws(YAMLEditRefusal) -> YAMLEntryEnd {
    var line = lines.line(at: contentEnd)
    let leaf = node.lastLeaf
    if leaf.isBlockScalar {
      let headerEnd = lineEnd(leaf.span.lowerBound)
      let header = bytes[leaf.span.lowerBound..<headerEnd].prefix { $0 > 0x20 }
      let keeps = header.contains(UInt8(ascii: "+"))
      // Lines of blanks may be text.
      var next = line + 1
      while next <= lines.count, lines.contents(ofLine: next).allSatisfy({ $0 <= 0x20 }) {
        if keeps || !lines.contents(ofLine: next).isEmpty { line = next }
        next += 1
      }
      let end = lines.contents(ofLine: line).endIndex
      if keeps {
        guard end < bytes.count || lines.contents(ofLine: line).isEmpty else { throw .blockScalar }
        let start = line < lines.count ? lines.starts[line] : bytes.count
        return YAMLEntryEnd(offset: start, isAfterBreak: true)
      }
      if end == bytes.count, !header.contains(UInt8(ascii: "-")) { throw .blockScalar }
    } else if !isRestFree(contentEnd) {
      throw .shape
    }
    while line < lines.count {
      let start = lines.starts[line]
      let text = skipBlanks(start)
      guard text < bytes.count, bytes[text] == UInt8(ascii: "#") else { break }
      if text > start, bytes[start..<text].contains(0x09) { throw .tab }
      guard text - start > indent || (atLast && text - start == indent) else { break }
      line += 1
    }
    return YAMLEntryEnd(offset: lines.contents(ofLine: line).endIndex)
  }
}
