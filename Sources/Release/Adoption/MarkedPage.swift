// SPDX-License-Identifier: Apache-2.0

/// A page in which pieces stand between lines that mark them.
///
/// What is not in a piece stays byte by byte; pieces are written with the line break that most of
/// the page's lines have.
struct MarkedPage {
  private let bytes: [UInt8]
  // Where each line is, with its line break.
  private let lines: [Range<Int>]
  private let markup: Markup
  private let lineBreak: String

  /// Reads a page in UTF-8.
  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    var lines: [Range<Int>] = []
    var start = 0
    var withCR = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      if index > start, bytes[index - 1] == 0x0D { withCR += 1 }
      lines.append(start..<index + 1)
      start = index + 1
    }
    lineBreak = withCR > lines.count - withCR ? "\r\n" : "\n"
    if start < bytes.count { lines.append(start..<bytes.count) }
    self.lines = lines
    markup = Markup(of: path)
  }

  /// The text of a piece, without empty lines around; nil where it is not there.
  func section(_ name: String) -> String? {
    place(name).map { Self.trimmed(String(decoding: bytes[$0], as: UTF8.self)) }
  }

  /// The page with a piece at its end.
  func adding(_ name: String, _ text: String) -> [UInt8] {
    let marks = markup.marks(name)
    let isEnded = bytes.last.map { $0 == 0x0A } ?? true
    let isSpaced = isEnded && (lines.last.map { line($0).isEmpty } ?? true)
    let before: [String] = (isEnded ? [] : [""]) + (isSpaced ? [] : [""])
    return bytes
      + joined(
        before + [marks.begin, ""] + Self.split(Self.trimmed(text)) + ["", marks.end])
  }

  /// The page with another text of a piece that is there.
  func replacing(_ name: String, _ text: String) -> [UInt8] {
    guard let place = place(name) else { return bytes }
    return Array(bytes[..<place.lowerBound])
      + joined([""] + Self.split(Self.trimmed(text)) + [""]) + Array(bytes[place.upperBound...])
  }

  /// A text without empty lines around.
  static func trimmed(_ text: String) -> String {
    var lines = split(text)[...]
    while lines.first == "" { lines.removeFirst() }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  // The bytes between the lines that mark a piece.
  private func place(_ name: String) -> Range<Int>? {
    let marks = markup.marks(name)
    guard let begin = lines.firstIndex(where: { line($0) == marks.begin }),
      let end = lines[begin...].first(where: { line($0) == marks.end })
    else { return nil }
    return lines[begin].upperBound..<end.lowerBound
  }

  private func line(_ range: Range<Int>) -> String {
    Self.split(String(decoding: bytes[range], as: UTF8.self)).first ?? ""
  }

  private func joined(_ lines: [String]) -> [UInt8] {
    lines.flatMap { Array(($0 + lineBreak).utf8) }
  }

  // A line break of two characters is one `Character`, so bytes are split.
  private static func split(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      let line = line.last == 0x0D ? line.dropLast() : line
      return String(decoding: line, as: UTF8.self)
    }
  }
}
