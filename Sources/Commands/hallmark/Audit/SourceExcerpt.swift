// SPDX-License-Identifier: Apache-2.0

import SourceText

/// The lines of a finding with marks under what it is about.
///
/// ```
///    |
/// 12 |       - uses: actions/checkout@v4
///    |               ^^^^^^^^^^^^^^^^^^^ not pinned
/// ```
/// Everything of the file is escaped; marks stand right under wide characters, tabs and escapes.
struct SourceExcerpt {
  /// A part to mark.
  struct Mark {
    let span: Range<Int>
    let label: String
    /// Whether it is the finding's own place.
    let isMain: Bool
  }

  private static let width = 150
  private static let tabWidth = 4

  let lines: SourceLines
  let marks: [Mark]

  /// The digits of the largest line number.
  var gutter: Int {
    let last = marks.map { lines.line(at: $0.span.lowerBound) }.max() ?? 1
    return String(last).utf8.count
  }

  /// The lines of the excerpt.
  ///
  /// - Parameter paint: colours text of a kind.
  /// - Returns: The lines, without line breaks.
  func rendered(_ paint: (String, Console.Style) -> String) -> [String] {
    let empty = String(repeating: " ", count: gutter) + " "
    var result = [empty + paint("|", .accent)]
    var last: Int?
    for line in Set(marks.map { lines.line(at: $0.span.lowerBound) }).sorted() {
      if let last, line > last + 1 { result.append(paint("...", .accent)) }
      last = line
      let number = String(line)
      let padding = String(repeating: " ", count: gutter - number.utf8.count)
      let here = marks.filter { lines.line(at: $0.span.lowerBound) == line }
        .sorted {
          ($0.isMain ? 0 : 1, $0.span.lowerBound) < ($1.isMain ? 0 : 1, $1.span.lowerBound)
        }
      let shown = shown(line, around: here[0].span.lowerBound)
      result.append(paint(padding + number + " |", .accent) + " " + shown.text)
      for mark in here {
        let contents = lines.contents(ofLine: line)
        let start = shown.column(mark.span.lowerBound)
        let end = shown.column(min(mark.span.upperBound, contents.endIndex))
        let sign = mark.isMain ? "^" : "-"
        var text = String(repeating: " ", count: start)
        text += String(repeating: sign, count: max(1, end - start))
        let lastLine = lines.line(at: max(mark.span.lowerBound, mark.span.upperBound - 1))
        if lastLine > line { text += " to line \(lastLine)" }
        if !mark.label.isEmpty { text += " " + UntrustedText.printable(mark.label, limit: 200) }
        result.append(
          empty + paint("|", .accent) + " " + paint(text, mark.isMain ? .warning : .accent))
      }
    }
    result.append(empty + paint("|", .accent))
    return result
  }

  /// A line as it is shown, and where its bytes stand.
  struct Shown {
    var text = ""
    var columns: [(offset: Int, column: Int)] = []

    /// The column of an offset, from 0.
    func column(_ offset: Int) -> Int {
      columns.last { $0.offset <= offset }?.column ?? 0
    }
  }

  /// Shows a line, cut at both ends where it is very long.
  func shown(_ line: Int, around offset: Int) -> Shown {
    let contents = lines.contents(ofLine: line)
    var shown = Shown()
    var column = 0
    var position = contents.startIndex
    // Very long lines begin a little before what is marked.
    if offset - position > Self.width / 2, contents.count > Self.width {
      position = max(position, min(offset, contents.endIndex) - Self.width / 3)
      while position > contents.startIndex, contents[position] & 0xC0 == 0x80 { position -= 1 }
      shown.text = "…"
      column = 1
    }
    for scalar in String(decoding: contents[position...], as: UTF8.self).unicodeScalars {
      guard column < Self.width else {
        shown.columns.append((position, column))
        shown.text += "…"
        break
      }
      shown.columns.append((position, column))
      let text: String
      if scalar == "\t" {
        text = String(repeating: " ", count: Self.tabWidth)
        column += Self.tabWidth
      } else if scalar == "\u{FEFF}", position == 0 {
        text = ""
      } else {
        text = UntrustedText.printable(String(scalar))
        column += text.unicodeScalars.count == 1 ? Self.cells(scalar) : text.utf8.count
      }
      shown.text += text
      // What is not UTF-8 is repaired, and is one byte of the file each.
      let isRepaired = scalar == "\u{FFFD}" && contents[position] != 0xEF
      position += isRepaired ? 1 : scalar.utf8.count
    }
    shown.columns.append((contents.endIndex, column))
    return shown
  }

  /// How many cells of a terminal a character takes.
  static func cells(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
