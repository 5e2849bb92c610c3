// SPDX-License-Identifier: Apache-2.0

extension YAMLDocument {
  /// Writes another text in place of a scalar, in its quotes where they allow it.
  ///
  /// - Throws: ``YAMLEditRefusal``.
  package func replacing(
    _ scalar: YAMLNode, with text: String
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let position = try place(of: scalar)
    guard case .scalar(let old) = scalar.content else { throw .shape }
    guard !scalar.span.isEmpty, !scalar.isBlockScalar else {
      guard case .value(let entry, let mapping) = position.parent else { throw .text }
      return try replacing(entry, in: mapping, with: .scalar(text))
    }
    guard let new = YAMLScalarWriting.text(text, old.style, inFlow: position.isInFlow) else {
      throw .text
    }
    return [SourceEdit(scalar.span, new)]
  }

  /// Replaces a part of a scalar's text, wherever it stands in it, also in text blocks.
  ///
  /// - Parameters:
  ///   - part: what is replaced; it stands in the file as it is, without escapes.
  ///   - text: what comes: one line, without quotes and backslashes where there are quotes.
  ///   - scalar: the text.
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``, `text` where it cannot be written so.
  package func replacing(
    _ part: String, with text: String, in scalar: YAMLNode
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let position = try place(of: scalar)
    guard case .scalar(let old) = scalar.content else { throw .shape }
    let whole = Array(old.text.utf8)
    let wanted = Array(part.utf8)
    let written = Self.places(of: wanted, in: bytes[scalar.span])
    let meant = Self.places(of: wanted, in: whole[...])
    guard !meant.isEmpty else { throw .missing(part) }
    guard written.count == meant.count, !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else { throw .text }
    switch old.style {
    case .plain:
      var result: [UInt8] = []
      var next = 0
      for place in meant {
        result += whole[next..<place] + Array(text.utf8)
        next = place + wanted.count
      }
      result += whole[next...]
      guard
        YAMLScalarWriting.isPlain(
          String(decoding: result, as: UTF8.self), inFlow: position.isInFlow)
      else { throw .text }
    case .singleQuoted: guard !text.utf8.contains(UInt8(ascii: "'")) else { throw .text }
    case .doubleQuoted:
      guard !text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
      else { throw .text }
    case .literal, .folded:
      // A line must not come to begin with a blank.
      guard text.utf8.first.map({ $0 > 0x20 }) ?? false else { throw .text }
    }
    return written.map { SourceEdit($0..<$0 + wanted.count, text) }
  }

  /// Replaces the value of a key, also by one of another kind.
  ///
  /// - Throws: ``YAMLEditRefusal``, `comment` where comments stand inside the value.
  package func replacing(
    valueOf key: String, in mapping: YAMLNode, with value: YAMLFragment
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    _ = try place(of: mapping)
    guard case .mapping(let entries, _) = mapping.content else { throw .shape }
    guard let entry = entries.first(where: { $0.key.string == key }) else { throw .missing(key) }
    guard entries.count(where: { $0.key.string == key }) == 1 else { throw .duplicate(key) }
    return try replacing(entry, in: mapping, with: value)
  }

  func replacing(
    _ entry: YAMLEntry, in mapping: YAMLNode, with value: YAMLFragment
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    try checkKey(entry)
    try checkAnchors(entry.value)
    guard entry.value.anchor == nil, entry.value.tag == nil else { throw .shape }
    let old = entry.value.span
    let colon = colonEnd(entry)
    if mapping.layout == .flow {
      let text = try value.flow()
      guard !hasComment(in: old) else { throw .comment }
      if !old.isEmpty { return [SourceEdit(old, text)] }
      return [SourceEdit(at: colon, (colon == entry.key.span.upperBound ? ": " : " ") + text)]
    }
    let indent = try indentation(of: mapping)
    let new = try value.value(style)
    let isOnKeyLine = old.isEmpty || lines.line(at: old.lowerBound) == lines.line(at: colon)
    let removed: Range<Int>
    if old.isEmpty {
      removed = colon..<colon
    } else if isOnKeyLine {
      removed = colon..<old.upperBound
    } else {
      removed = lineEnd(colon)..<old.upperBound
      guard isRestFree(colon) else { throw .shape }
    }
    guard !hasComment(in: removed) else { throw .comment }
    // What is left of the last line of a text block is text.
    let end = entry.value.isBlockScalar ? lineEnd(old.upperBound) : removed.upperBound
    guard isRestFree(end) else { throw .shape }
    var edits: [SourceEdit] = []
    if let inline = new.inline { edits.append(SourceEdit(at: colon, " " + inline)) }
    if removed.lowerBound < end { edits.append(SourceEdit(removed.lowerBound..<end, "")) }
    if let comment = new.comment {
      guard skipBlanks(isOnKeyLine ? end : colon) >= lineEnd(isOnKeyLine ? end : colon) else {
        throw .comment
      }
      edits.append(SourceEdit(at: isOnKeyLine ? end : colon, " # " + comment))
    }
    if !new.below.isEmpty {
      let offset = isOnKeyLine ? lineEnd(end) : end
      try checkBelow(lineEnd(end), value.endsWithBlock, indent)
      let spaces = String(repeating: " ", count: indent)
      edits.append(
        insertion(
          of: new.below, spaces, at: YAMLEntryEnd(offset: offset),
          value.endsWithBlock))
    }
    return edits
  }

  /// Writes a collection where nothing or `null` is written.
  func filling(
    _ null: YAMLNode, _ position: YAMLEditPlace, _ value: YAMLFragment
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard null.anchor == nil, null.tag == nil else { throw .shape }
    switch position.parent {
    case .value(let entry, let mapping): return try replacing(entry, in: mapping, with: value)
    case .item(let list):
      guard list.layout == .block else { return [SourceEdit(null.span, try value.flow())] }
      guard null.span.isEmpty, let dash = dash(before: null),
        skipBlanks(dash + 1) >= lineEnd(dash)
      else { throw .shape }
      let spaces = String(repeating: " ", count: column(dash))
      let lines = try value.itemLines(style)
      let text = lines.map { $0.isEmpty ? "" : spaces + $0 }.joined(separator: lineBreak(dash))
      try checkBelow(lineEnd(dash), value.endsWithBlock, column(dash))
      return [SourceEdit(at: dash + 1, String(text.dropFirst(spaces.utf8.count + 1)))]
    case .root:
      for line in 1...lines.count {
        let start = skipBlanks(line == 1 ? lineStart(0) : lines.starts[line - 1])
        guard start >= lineEnd(start) || bytes[start] == UInt8(ascii: "#") else { throw .shape }
      }
      guard case .mapping = value else { throw .shape }
      let text = try value.entryLines(style).joined(separator: lineBreak(0)) + lineBreak(0)
      let isComplete = lineStart(bytes.count) == bytes.count
      return [SourceEdit(at: bytes.count, isComplete ? text : lineBreak(0) + text)]
    }
  }

  /// Refuses to lose an anchor that is used.
  func checkAnchors(_ node: YAMLNode) throws(YAMLEditRefusal) {
    let anchors = node.anchors
    guard aliases.isDisjoint(with: anchors) else { throw .alias }
  }

  private static func places(of part: [UInt8], in text: ArraySlice<UInt8>) -> [Int] {
    guard !part.isEmpty, text.count >= part.count else { return [] }
    var result: [Int] = []
    var offset = text.startIndex
    while offset + part.count <= text.endIndex {
      if text[offset] == part[0], text[offset..<offset + part.count].elementsEqual(part) {
        result.append(offset)
        offset += part.count
      } else {
        offset += 1
      }
    }
    return result
  }
}

extension YAMLNode {
  /// The anchors in it, with its own.
  var anchors: [String] {
    let inner: [String] =
      switch content {
      case .scalar, .alias: []
      case .sequence(let items, _): items.flatMap(\.anchors)
      case .mapping(let entries, _): entries.flatMap { $0.key.anchors + $0.value.anchors }
      }
    return (anchor.map { [$0] } ?? []) + inner
  }
}
