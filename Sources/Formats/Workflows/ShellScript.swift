// SPDX-License-Identifier: Apache-2.0

/// The commands of a `run:` as far as they can be told without running it.
///
/// It follows quotes, line continuations, comments, here-documents and `$( )` of a POSIX shell; other
/// shells' scripts give words as well, which suffices to know a command by its name. `${{ }}` is a
/// part of a word.
package struct ShellScript: Hashable, Sendable {
  /// A word without its quotes, and where it stands in the script.
  package struct Word: Hashable, Sendable {
    /// The text.
    package let text: String
    /// Its bytes in the script.
    package let range: Range<Int>
  }

  /// A command: its words up to the end of the line, `;`, `|`, `&` or a bracket.
  package struct Command: Hashable, Sendable {
    /// The words; never empty.
    package let words: [Word]

    /// Its bytes in the script.
    package var range: Range<Int> {
      (words.first?.range.lowerBound ?? 0)..<(words.last?.range.upperBound ?? 0)
    }
  }

  /// The commands, in their order.
  package let commands: [Command]

  /// Most bytes of a script that is looked at.
  package static let longest = 1 << 20

  /// Reads a script.
  package init(_ text: String) {
    var reader = ShellReader(Array(text.utf8.prefix(Self.longest)))
    commands = reader.commands()
  }
}

private struct ShellReader {
  private let bytes: [UInt8]
  private var offset = 0
  private var result: [ShellScript.Command] = []
  private var words: [ShellScript.Word] = []
  private var word: [UInt8] = []
  private var start: Int?
  private var documents: [[UInt8]] = []

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func commands() -> [ShellScript.Command] {
    while offset < bytes.count { step() }
    endCommand()
    return result
  }

  private mutating func step() {
    let byte = bytes[offset]
    switch byte {
    case UInt8(ascii: "\n"):
      endCommand()
      offset += 1
      skipDocuments()
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      endWord()
      offset += 1
    case UInt8(ascii: "#") where start == nil:
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
    case UInt8(ascii: "\\"): escape()
    case UInt8(ascii: "`") where next == UInt8(ascii: "\n"): offset += 2
    case UInt8(ascii: "'"), UInt8(ascii: "\""): quoted(byte)
    case UInt8(ascii: "$"): dollar()
    case UInt8(ascii: "<") where next == byte: document()
    case UInt8(ascii: "&") where next == UInt8(ascii: ">") || previous == UInt8(ascii: ">"):
      append(byte)
    case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "`"):
      endCommand()
      offset += 1
    default: append(byte)
    }
  }

  private var next: UInt8? { offset + 1 < bytes.count ? bytes[offset + 1] : nil }
  private var previous: UInt8? { offset > 0 ? bytes[offset - 1] : nil }

  private mutating func append(_ byte: UInt8) {
    if start == nil { start = offset }
    word.append(byte)
    offset += 1
  }

  private mutating func escape() {
    if next == UInt8(ascii: "\n") {
      endWord()
      offset += 2
    } else if next == UInt8(ascii: "\r") {
      endWord()
      offset += 3
    } else if let next {
      if start == nil { start = offset }
      word.append(next)
      offset += 2
    } else {
      offset += 1
    }
  }

  private mutating func quoted(_ quote: UInt8) {
    if start == nil { start = offset }
    offset += 1
    while offset < bytes.count, bytes[offset] != quote {
      if quote == UInt8(ascii: "\""), bytes[offset] == UInt8(ascii: "\\"), let next {
        if next != UInt8(ascii: "\n") { word.append(next) }
        offset += 2
      } else if !expression() {
        word.append(bytes[offset])
        offset += 1
      }
    }
    offset += 1
  }

  private mutating func dollar() {
    if expression() { return }
    if next == UInt8(ascii: "(") {
      // What runs inside counts by itself; the word around it is known up to here.
      endCommand()
      offset += 2
    } else if next == UInt8(ascii: "{") {
      if start == nil { start = offset }
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "}") {
        if bytes[offset] == UInt8(ascii: "\n") { return }
        word.append(bytes[offset])
        offset += 1
      }
      if offset < bytes.count { append(bytes[offset]) }
    } else {
      append(bytes[offset])
    }
  }

  /// Takes a `${{ }}` as it stands.
  private mutating func expression() -> Bool {
    guard bytes[offset...].starts(with: "${{".utf8) else { return false }
    if start == nil { start = offset }
    while offset < bytes.count {
      let isEnd = bytes[offset...].starts(with: "}}".utf8)
      word.append(bytes[offset])
      offset += 1
      if isEnd {
        word.append(bytes[offset])
        offset += 1
        break
      }
    }
    return true
  }

  private mutating func document() {
    endWord()
    offset += 2
    guard offset < bytes.count, bytes[offset] != UInt8(ascii: "<") else { return }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
    var name: [UInt8] = []
    while offset < bytes.count, bytes[offset] > 0x20, !";&|)".utf8.contains(bytes[offset]) {
      if !"'\"\\".utf8.contains(bytes[offset]) { name.append(bytes[offset]) }
      offset += 1
    }
    if !name.isEmpty { documents.append(name) }
  }

  private mutating func skipDocuments() {
    while let name = documents.first {
      guard offset < bytes.count else { return }
      var end = offset
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      var line = bytes[offset..<end].drop { $0 == 0x20 || $0 == 0x09 }
      while let last = line.last, last <= 0x20 { line.removeLast() }
      offset = min(end + 1, bytes.count)
      if line.elementsEqual(name) { documents.removeFirst() }
    }
  }

  private mutating func endWord() {
    guard let start else { return }
    words.append(
      ShellScript.Word(
        text: String(decoding: word, as: UTF8.self), range: start..<min(offset, bytes.count)))
    word = []
    self.start = nil
  }

  private mutating func endCommand() {
    endWord()
    if !words.isEmpty { result.append(ShellScript.Command(words: words)) }
    words = []
  }
}
