// SPDX-License-Identifier: Apache-2.0

/// Where in a document a value stands, as an edit needs to know it.
struct YAMLEditPlace {
  /// What a value is the value of.
  enum Parent {
    case root
    case value(YAMLEntry, of: YAMLNode)
    case item(of: YAMLNode)
  }

  /// What it is in.
  let parent: Parent
  /// Whether brackets are around it.
  let isInFlow: Bool
}

extension YAMLDocument {
  /// Finds a value, and whether it may be edited.
  ///
  /// - Throws: ``YAMLEditRefusal``, `alias` where the value or what is around it is used elsewhere.
  func place(of target: YAMLNode) throws(YAMLEditRefusal) -> YAMLEditPlace {
    var parent = YAMLEditPlace.Parent.root
    var isInFlow = false
    var anchors: [String] = []
    var node = root
    search: while true {
      if let anchor = node.anchor { anchors.append(anchor) }
      if case .alias = node.content { throw .alias }
      if node.span == target.span, node.content == target.content { break }
      switch node.content {
      case .mapping(let entries, let layout):
        isInFlow = isInFlow || layout == .flow
        // Entries end in their order: those before the value need no look.
        let first = entries.firstIndex(sorted: { $0.span.upperBound >= target.span.upperBound })
        for entry in entries[first...] {
          guard entry.span.lowerBound <= target.span.lowerBound else { break }
          guard !entry.key.span.holds(target.span) || entry.value.span == target.span else {
            throw .key
          }
          guard entry.value.span.holds(target.span) else { continue }
          parent = .value(entry, of: node)
          node = entry.value
          continue search
        }
      case .sequence(let items, let layout):
        isInFlow = isInFlow || layout == .flow
        let first = items.firstIndex(sorted: { $0.span.upperBound >= target.span.upperBound })
        for item in items[first...] {
          guard item.span.lowerBound <= target.span.lowerBound else { break }
          parent = .item(of: node)
          node = item
          continue search
        }
      case .scalar, .alias: break
      }
      throw .shape
    }
    guard aliases.isDisjoint(with: anchors) else { throw .alias }
    return YAMLEditPlace(parent: parent, isInFlow: isInFlow)
  }

  /// Where a line ends, before its line break.
  func lineEnd(_ offset: Int) -> Int { lines.contents(ofLine: lines.line(at: offset)).endIndex }

  /// Where a line begins, after a byte order mark.
  func lineStart(_ offset: Int) -> Int {
    let start = lines.starts[lines.line(at: offset) - 1]
    return start == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : start
  }

  /// The bytes before an offset in its line.
  func column(_ offset: Int) -> Int { offset - lineStart(offset) }

  /// The line break of a line, or of the file.
  func lineBreak(_ offset: Int) -> String {
    for position in [lineEnd(offset), lines.contents(ofLine: 1).endIndex] {
      guard position < bytes.count else { continue }
      if bytes[position] == 0x0A { return "\n" }
      return position + 1 < bytes.count && bytes[position + 1] == 0x0A ? "\r\n" : "\r"
    }
    return "\n"
  }

  /// The indentation of a block collection, where nothing but spaces, `-` stand before it.
  func indentation(of node: YAMLNode) throws(YAMLEditRefusal) -> Int {
    for byte in bytes[lineStart(node.span.lowerBound)..<node.span.lowerBound] {
      switch byte {
      case 0x20, UInt8(ascii: "-"): continue
      case 0x09: throw .tab
      case UInt8(ascii: "?"), UInt8(ascii: ":"): throw .key
      default: throw .shape
      }
    }
    return column(node.span.lowerBound)
  }

  /// Refuses keys that are not plainly `key:` in a line.
  func checkKey(_ entry: YAMLEntry) throws(YAMLEditRefusal) {
    let key = entry.key
    guard case .scalar = key.content,
      lines.line(at: key.span.lowerBound) == lines.line(at: key.span.upperBound)
    else { throw .key }
    guard key.anchor == nil, key.tag == nil else { throw .shape }
    var before = key.span.lowerBound
    while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
    if before > 0, bytes[before - 1] == UInt8(ascii: "?") { throw .key }
  }

  /// Refuses mappings in which other mappings are merged.
  func checkMerge(_ entries: [YAMLEntry]) throws(YAMLEditRefusal) {
    if entries.contains(where: { $0.key.string == "<<" }) { throw .mergeKey }
  }

  /// The offset after an entry's colon; after its key where it has none.
  func colonEnd(_ entry: YAMLEntry) -> Int {
    var offset = skipBlanks(entry.key.span.upperBound)
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ":") {
      offset += 1
      return offset
    }
    return entry.key.span.upperBound
  }

  /// Where what is written of an entry ends.
  func contentEnd(_ entry: YAMLEntry) -> Int {
    let value = entry.value
    guard value.span.isEmpty, value.anchor == nil, value.tag == nil else {
      return value.span.upperBound
    }
    return colonEnd(entry)
  }

  /// The offset after spaces and tabs.
  func skipBlanks(_ offset: Int) -> Int {
    var offset = offset
    while offset < bytes.count, bytes[offset] == 0x20 || bytes[offset] == 0x09 { offset += 1 }
    return offset
  }

  /// Whether nothing but a comment stands in the rest of a line.
  func isRestFree(_ offset: Int) -> Bool {
    let next = skipBlanks(offset)
    return next >= lineEnd(offset) || (bytes[next] == UInt8(ascii: "#") && next > offset)
  }

  /// Whether a comment begins in a part of the text.
  func hasComment(in span: Range<Int>) -> Bool {
    let next = comments.firstIndex(sorted: { $0.span.lowerBound >= span.lowerBound })
    return next < comments.count && span.contains(comments[next].span.lowerBound)
  }
}

extension YAMLNode {
  /// The value that stands last in it.
  var lastLeaf: YAMLNode {
    switch content {
    case .scalar, .alias: self
    case .sequence(let items, let layout):
      layout == .flow ? self : items.last?.lastLeaf ?? self
    case .mapping(let entries, let layout):
      layout == .flow ? self : entries.last?.value.lastLeaf ?? self
    }
  }

  /// Whether it is a text block with `|` or `>`.
  var isBlockScalar: Bool {
    guard case .scalar(let scalar) = content else { return false }
    return scalar.style == .literal || scalar.style == .folded
  }
}

extension Range<Int> {
  /// Whether a span lies in it.
  func holds(_ other: Range<Int>) -> Bool {
    lowerBound <= other.lowerBound && other.upperBound <= upperBound
  }
}
