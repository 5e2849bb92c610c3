// SPDX-License-Identifier: Apache-2.0

extension YAMLDocument {
  /// Sets or removes the comment at the end of a line.
  ///
  /// - Parameters:
  ///   - line: the line, from 1, on which something other than a comment stands.
  ///   - text: the comment without `#`; nil removes it.
  /// - Returns: The edits; none where there is nothing to remove.
  /// - Throws: ``YAMLEditRefusal``, `text` where a comment would be part of a text.
  package func commenting(
    line: Int, _ text: String?
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    let contents = lines.contents(ofLine: line)
    guard let last = contents.last, contents.contains(where: { $0 > 0x20 }) else {
      throw .missing("line \(line)")
    }
    if let text {
      guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .text }
    }
    if let comment = comment(inLine: line) {
      guard !comment.isAlone else { throw .comment }
      if let text { return [SourceEdit(comment.span, "# " + text)] }
      var start = comment.span.lowerBound
      while start > contents.startIndex, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 {
        start -= 1
      }
      return [SourceEdit(start..<comment.span.upperBound, "")]
    }
    guard let text else { return [] }
    guard !root.isText(around: contents.endIndex, bytes) else { throw .text }
    let isBlank = last == 0x20 || last == 0x09
    return [SourceEdit(at: contents.endIndex, (isBlank ? "# " : " # ") + text)]
  }
}

extension YAMLNode {
  /// Whether what stands at an offset, the end of a line, is or would be part of a scalar.
  fileprivate func isText(around offset: Int, _ bytes: [UInt8]) -> Bool {
    switch content {
    case .scalar(let scalar):
      guard span.lowerBound < offset else { return false }
      if offset < span.upperBound { return true }
      // Blanks and empty lines after a text block are its own, too.
      return scalar.style == .literal || scalar.style == .folded
        ? bytes[span.upperBound..<offset].allSatisfy { $0 <= 0x20 } : false
    case .alias: return false
    case .sequence(let items, _): return items.contains { $0.isText(around: offset, bytes) }
    case .mapping(let entries, _):
      return entries.contains {
        $0.key.isText(around: offset, bytes) || $0.value.isText(around: offset, bytes)
      }
    }
  }
}
