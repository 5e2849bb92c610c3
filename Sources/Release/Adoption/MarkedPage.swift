// SPDX-License-Identifier: Apache-2.0

/// A page in which pieces stand between lines that mark them.
struct MarkedPage {
  private let lines: [String]
  private let markup: Markup
  private let usesCR: Bool

  /// Reads a page; what is not UTF-8 is repaired.
  init(_ bytes: [UInt8], path: String) {
    let text = String(decoding: bytes, as: UTF8.self)
    usesCR = bytes.firstRange(of: [0x0D, 0x0A]) != nil
    lines = Self.split(text)
    markup = Markup(of: path)
  }

  /// The text of a piece, without empty lines around; nil where it is not there.
  func section(_ name: String) -> String? {
    place(name).map { Self.trimmed(lines[$0].joined(separator: "\n")) }
  }

  /// The page with a piece at its end.
  func adding(_ name: String, _ text: String) -> String {
    var all = lines
    while all.last == "" { all.removeLast() }
    let marks = markup.marks(name)
    if !all.isEmpty { all.append("") }
    all += [marks.begin, ""] + Self.split(Self.trimmed(text)) + ["", marks.end, ""]
    return joined(all)
  }

  /// The page with another text of a piece that is there.
  func replacing(_ name: String, _ text: String) -> String {
    guard let place = place(name) else { return joined(lines) }
    return joined(
      lines[..<place.lowerBound] + [""] + Self.split(Self.trimmed(text)) + [""]
        + lines[place.upperBound...])
  }

  /// A text without empty lines around.
  static func trimmed(_ text: String) -> String {
    var lines = split(text)[...]
    while lines.first == "" { lines.removeFirst() }
    while lines.last == "" { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  private func place(_ name: String) -> Range<Int>? {
    let marks = markup.marks(name)
    guard let begin = lines.firstIndex(of: marks.begin),
      let end = lines[begin...].firstIndex(of: marks.end)
    else { return nil }
    return (begin + 1)..<end
  }

  private func joined(_ lines: some Sequence<String>) -> String {
    lines.joined(separator: usesCR ? "\r\n" : "\n")
  }

  // A line break of two characters is one `Character`, so bytes are split.
  private static func split(_ text: String) -> [String] {
    text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      let line = line.last == 0x0D ? line.dropLast() : line
      return String(decoding: line, as: UTF8.self)
    }
  }
}
