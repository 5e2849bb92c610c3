// SPDX-License-Identifier: Apache-2.0

extension YAMLDocument {
  /// Removes the entry of a key with its lines and the comment behind it; comments above it stay.
  ///
  /// - Throws: ``YAMLEditRefusal``, `last` for the only entry.
  package func removing(
    _ key: String, from mapping: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    _ = try place(of: mapping)
    guard case .mapping(let entries, let layout) = mapping.content else { throw .shape }
    try checkMerge(entries)
    guard let index = entries.firstIndex(where: { $0.key.string == key }) else {
      throw .missing(key)
    }
    guard entries.count(where: { $0.key.string == key }) == 1 else { throw .duplicate(key) }
    guard entries.count > 1 else { throw .last }
    for entry in entries { try checkKey(entry) }
    try checkAnchors(entries[index].value)
    if layout == .flow {
      return try removingInFlow(
        index, starts: entries.map(\.key.span.lowerBound), ends: entries.map(contentEnd),
        brackets: mapping.span, open: UInt8(ascii: "{"))
    }
    let entry = entries[index]
    let start = entry.key.span.lowerBound
    let indent = try indentation(of: mapping)
    let end = try removalEnd(of: entry.value, contentEnd(entry), indent)
    guard bytes[lineStart(start)..<start].allSatisfy({ $0 == 0x20 }) else {
      // It stands behind the `-` of an item, where the next one takes its place.
      let next = entries[1].key.span.lowerBound
      guard !hasComment(in: end..<next) else { throw .comment }
      return [SourceEdit(start..<next, "")]
    }
    if index > 0 { try checkAfter(entries[index - 1].value, end, indent) }
    return [SourceEdit(lineStart(start)..<end, "")]
  }

  /// Removes an item of a list with its lines and the comment behind it.
  ///
  /// - Throws: ``YAMLEditRefusal``, `last` for the only item.
  package func removing(
    item index: Int, from list: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    _ = try place(of: list)
    guard case .sequence(let items, let layout) = list.content else { throw .shape }
    guard items.indices.contains(index) else { throw .missing("item \(index)") }
    guard items.count > 1 else { throw .last }
    try checkAnchors(items[index])
    if layout == .flow {
      for item in items where item.anchor != nil || item.tag != nil { throw .shape }
      return try removingInFlow(
        index, starts: items.map(\.span.lowerBound), ends: items.map(\.span.upperBound),
        brackets: list.span, open: UInt8(ascii: "["))
    }
    let item = items[index]
    guard let dash = dash(before: item),
      bytes[lineStart(dash)..<dash].allSatisfy({ $0 == 0x20 })
    else { throw .shape }
    let indent = try indentation(of: list)
    let end = try removalEnd(of: item, item.span.upperBound, indent)
    if index > 0 { try checkAfter(items[index - 1], end, indent) }
    return [SourceEdit(lineStart(dash)..<end, "")]
  }

  // The start of the line after it.
  private func removalEnd(
    of node: YAMLNode, _ contentEnd: Int, _ indent: Int
  ) throws(YAMLEditRefusal) -> Int {
    let isLastLine = lines.line(at: contentEnd) == lines.count
    if isLastLine { return bytes.count }
    let end = try end(of: node, contentEnd, indent, atLast: false)
    if end.isAfterBreak { return end.offset }
    let line = lines.line(at: end.offset)
    return line < lines.count ? lines.starts[line] : bytes.count
  }

  // What comes to stand below a text block must not become text.
  private func checkAfter(
    _ before: YAMLNode, _ offset: Int, _ indent: Int
  ) throws(YAMLEditRefusal) {
    let leaf = before.lastLeaf
    guard leaf.isBlockScalar else { return }
    try checkBelow(offset, true, indent)
    let header = bytes[leaf.span.lowerBound..<lineEnd(leaf.span.lowerBound)].prefix { $0 > 0x20 }
    let keeps = header.contains(UInt8(ascii: "+"))
    var line = lines.line(at: offset)
    while offset < bytes.count, line <= lines.count {
      let text = lines.contents(ofLine: line)
      guard text.allSatisfy({ $0 <= 0x20 }) else { break }
      if !text.isEmpty || (keeps && text.endIndex < bytes.count) { throw .blockScalar }
      line += 1
    }
  }

  private func removingInFlow(
    _ index: Int, starts: [Int], ends: [Int], brackets: Range<Int>, open: UInt8
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard brackets.count >= 2, bytes[brackets.lowerBound] == open else { throw .shape }
    let span = index == 0 ? starts[0]..<starts[1] : ends[index - 1]..<ends[index]
    guard !hasComment(in: span) else { throw .comment }
    return [SourceEdit(span, "")]
  }
}
