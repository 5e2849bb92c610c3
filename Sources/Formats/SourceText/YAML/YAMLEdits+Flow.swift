// SPDX-License-Identifier: Apache-2.0

extension YAMLDocument {
  /// Inserts what is written of an entry or item between brackets.
  ///
  /// - Parameters:
  ///   - text: the entry or item.
  ///   - index: how many are before it.
  ///   - starts: where each of those that are there begins.
  ///   - ends: where each of them ends.
  ///   - brackets: the collection with its brackets.
  ///   - open: the opening bracket.
  ///   - allowsTabs: whether lines may be indented by tabs.
  /// - Returns: The edits.
  /// - Throws: ``YAMLEditRefusal``.
  func insertingInFlow(
    _ text: String, at index: Int, starts: [Int], ends: [Int], brackets: Range<Int>, open: UInt8,
    allowsTabs: Bool = false
  ) throws(YAMLEditRefusal) -> [SourceEdit] {
    guard brackets.count >= 2, bytes[brackets.lowerBound] == open else { throw .shape }
    let inside = brackets.lowerBound + 1..<brackets.upperBound - 1
    guard !starts.isEmpty else {
      guard bytes[inside].allSatisfy({ $0 <= 0x20 }) else { throw .comment }
      return [SourceEdit(inside, text)]
    }
    if index == 0 {
      guard let spaces = try ownLine(starts[0], allowsTabs) else {
        return [SourceEdit(at: starts[0], text + ", ")]
      }
      return [SourceEdit(at: starts[0], text + "," + lineBreak(starts[0]) + spaces)]
    }
    let end = ends[index - 1]
    guard let spaces = try ownLine(starts[index - 1], allowsTabs) else {
      return [SourceEdit(at: end, ", " + text)]
    }
    var next = end
    while next < inside.upperBound, bytes[next] <= 0x20 { next += 1 }
    if bytes[next] == UInt8(ascii: ",") {
      guard isRestFree(next + 1) else { return [SourceEdit(at: end, ", " + text)] }
      let lineEnd = lineEnd(next)
      return [SourceEdit(at: lineEnd, lineBreak(next) + spaces + text + ",")]
    }
    guard isRestFree(end),
      lines.line(at: next) == lines.line(at: end)
        ? bytes[next] == UInt8(ascii: "#") : true
    else { return [SourceEdit(at: end, ", " + text)] }
    // A comment may hide a comma in a later line.
    guard !(bytes[next] == UInt8(ascii: "#") && hidesComma(from: next, to: inside.upperBound))
    else { throw .comment }
    return [
      SourceEdit(at: end, ","),
      SourceEdit(at: lineEnd(end), lineBreak(end) + spaces + text),
    ]
  }

  // The blanks before a value that begins its line.
  private func ownLine(_ offset: Int, _ allowsTabs: Bool) throws(YAMLEditRefusal) -> String? {
    let before = bytes[lineStart(offset)..<offset]
    guard before.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { return nil }
    guard allowsTabs || !before.contains(0x09) else { throw .tab }
    return String(decoding: before, as: UTF8.self)
  }

  private func hidesComma(from offset: Int, to end: Int) -> Bool {
    var offset = offset
    while offset < end {
      if bytes[offset] == UInt8(ascii: "#") {
        offset = lineEnd(offset)
      } else if bytes[offset] <= 0x20 {
        offset += 1
      } else {
        return true
      }
    }
    return false
  }
}
