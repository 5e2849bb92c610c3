// SPDX-License-Identifier: Apache-2.0

/// The state of reading a shell script.
struct ShellScan {
  private let bytes: [UInt8]
  private let end: Int
  private let isPowerShell: Bool
  private let isFolded: Bool
  private var position: Int
  /// The end marks of here-documents whose bodies begin at the next line.
  private var pending: [[UInt8]] = []
  /// Whether a backtick ends the substitution that is being read.
  private var isInBackticks = false
  private(set) var commands: [ShellCommand] = []

  /// Deeper substitutions are read over as plain text.
  private static let deepest = 32
  private static let keywords: Set<String> = [
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "time", "{", "}",
    "esac", "in", "coproc",
  ]
  private static let opening: Set<String> = ["{", "do", "if"]
  private static let closing: Set<String> = ["}", "done", "fi"]

  init(
    _ bytes: [UInt8], _ span: Range<Int>, _ dialect: ShellScript.Dialect, _ isFolded: Bool
  ) {
    self.bytes = bytes
    end = span.upperBound
    position = span.lowerBound
    isPowerShell = dialect == .powerShell
    self.isFolded = isFolded
  }

  private func byte(_ ahead: Int = 0) -> UInt8? {
    position + ahead < end ? bytes[position + ahead] : nil
  }

  private func follows(_ text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= end else { return false }
    return text.withUTF8Buffer { expected in
      for (index, byte) in expected.enumerated() where bytes[position + index] != byte {
        return false
      }
      return true
    }
  }

  /// Reads commands up to a closing byte, which is taken, or to the end.
  mutating func list(until closer: UInt8?, depth: Int) {
    var command = ShellCommand(span: position..<position)
    // Where the commands of the groups begin that are open here.
    var groups: [Int] = []
    func isEmpty(_ command: ShellCommand) -> Bool {
      command.words.isEmpty && command.redirections.isEmpty
    }
    func finish(_ scan: inout ShellScan, feedsPipe: Bool = false) {
      if !isEmpty(command) {
        command.feedsPipe = feedsPipe
        scan.commands.append(command)
      }
      command = ShellCommand(span: scan.position..<scan.position)
    }
    while let next = byte() {
      if next == closer {
        finish(&self)
        position += 1
        return
      }
      switch next {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "\n") where isFolded:
        position += 1
      case UInt8(ascii: "\n"):
        finish(&self)
        position += 1
        skipHereDocuments()
      case UInt8(ascii: "\\") where !isPowerShell && isLineBreak(after: 1),
        UInt8(ascii: "`") where isPowerShell && isLineBreak(after: 1):
        position += 2
        if byte(-1) == UInt8(ascii: "\r"), byte() == UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "#"):
        while let other = byte(), other != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: ";"):
        finish(&self)
        position += 1
      case UInt8(ascii: "&") where byte(1) == UInt8(ascii: ">"):
        redirection(into: &command, depth)
      case UInt8(ascii: "&"):
        finish(&self)
        position += byte(1) == next ? 2 : 1
      case UInt8(ascii: "|"):
        let isOr = byte(1) == next
        finish(&self, feedsPipe: !isOr)
        position += isOr || byte(1) == UInt8(ascii: "&") ? 2 : 1
      case UInt8(ascii: "{") where isPowerShell, UInt8(ascii: "}") where isPowerShell:
        finish(&self)
        position += 1
      case UInt8(ascii: "("):
        finish(&self)
        position += 1
        let first = commands.count
        if depth < Self.deepest { list(until: UInt8(ascii: ")"), depth: depth + 1) }
        endGroup(from: first)
      case UInt8(ascii: ")"):
        // The pattern of a case.
        command = ShellCommand(span: position..<position)
        position += 1
      case UInt8(ascii: "<") where byte(1) == UInt8(ascii: "("),
        UInt8(ascii: ">") where byte(1) == UInt8(ascii: "("):
        let start = position
        position += 2
        if depth < Self.deepest { list(until: UInt8(ascii: ")"), depth: depth + 1) }
        append(ShellWord(text: "", isLiteral: false, span: start..<position), to: &command)
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        redirection(into: &command, depth)
      default:
        let word = word(depth)
        if let after = byte(), after == UInt8(ascii: "<") || after == UInt8(ascii: ">"),
          word.text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        {
          continue
        }
        if command.words.isEmpty, Self.keywords.contains(word.text) {
          if Self.opening.contains(word.text) { groups.append(commands.count) }
          if Self.closing.contains(word.text), let first = groups.popLast(),
            groups.count < Self.deepest
          {
            endGroup(from: first)
          }
          continue
        }
        if command.words.isEmpty, isAssignment(word) { continue }
        append(word, to: &command)
      }
    }
    finish(&self)
  }

  /// Notes where the output of a group goes that ends here.
  private mutating func endGroup(from first: Int) {
    var ahead = 0
    while byte(ahead) == UInt8(ascii: " ") || byte(ahead) == UInt8(ascii: "\t") { ahead += 1 }
    guard byte(ahead) == UInt8(ascii: "|"), byte(ahead + 1) != UInt8(ascii: "|") else { return }
    let reader = commands.count
    // Of groups in each other the inner one's reader is nearer.
    for place in first..<reader where commands[place].groupReader == nil {
      commands[place].groupReader = reader
    }
  }

  private func isLineBreak(after ahead: Int) -> Bool {
    byte(ahead) == UInt8(ascii: "\n")
      || byte(ahead) == UInt8(ascii: "\r") && byte(ahead + 1) == UInt8(ascii: "\n")
  }

  private func append(_ word: ShellWord, to command: inout ShellCommand) {
    let start =
      command.words.isEmpty && command.redirections.isEmpty
      ? word.span.lowerBound : command.span.lowerBound
    command.words.append(word)
    command.span = start..<word.span.upperBound
  }

  private func isAssignment(_ word: ShellWord) -> Bool {
    guard !isPowerShell else { return false }
    let name = bytes[word.span].prefix { $0 != UInt8(ascii: "=") }
    guard name.endIndex < word.span.upperBound, let first = name.first else { return false }
    return !(0x30...0x39).contains(first)
      && name.allSatisfy {
        $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+")
          || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF)
      }
  }

  private mutating func redirection(into command: inout ShellCommand, _ depth: Int) {
    let start = position
    while let next = byte(),
      next == UInt8(ascii: "<") || next == UInt8(ascii: ">") || next == UInt8(ascii: "&")
        || next == UInt8(ascii: "|") && position > start
    {
      position += 1
    }
    let name = String(decoding: bytes[start..<position], as: UTF8.self)
    if name == "<<", byte() == UInt8(ascii: "-") { position += 1 }
    while let next = byte(), next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") {
      position += 1
    }
    let target = word(depth)
    let isFirst = command.words.isEmpty && command.redirections.isEmpty
    command.redirections.append((name, target))
    command.span = (isFirst ? start : command.span.lowerBound)..<target.span.upperBound
    if name == "<<", !target.text.isEmpty { pending.append(Array(target.text.utf8)) }
  }

  private mutating func skipHereDocuments() {
    for mark in pending {
      while position < end {
        let line = bytes[position..<end].prefix { $0 != UInt8(ascii: "\n") }
        position = min(line.endIndex + 1, end)
        let text = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        if text.elementsEqual(mark)
          || text.last == UInt8(ascii: "\r") && text.dropLast().elementsEqual(mark)
        {
          break
        }
      }
    }
    pending = []
  }

  /// Reads a word; an empty one where none begins.
  private mutating func word(_ depth: Int) -> ShellWord {
    let start = position
    var text: [UInt8] = []
    var isLiteral = true
    let escape = UInt8(ascii: isPowerShell ? "`" : "\\")
    reading: while let next = byte() {
      switch next {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
        UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "<"),
        UInt8(ascii: ">"), UInt8(ascii: "("), UInt8(ascii: ")"):
        break reading
      case UInt8(ascii: "{") where isPowerShell, UInt8(ascii: "}") where isPowerShell,
        UInt8(ascii: "`") where isInBackticks:
        break reading
      case escape:
        if isLineBreak(after: 1) { break reading }
        if let escaped = byte(1) { text.append(escaped) }
        position += 2
      case UInt8(ascii: "'"):
        position += 1
        while let other = byte(), other != next {
          text.append(other)
          position += 1
        }
        position += 1
      case UInt8(ascii: "\""):
        position += 1
        while let other = byte(), other != next {
          if other == escape {
            if let escaped = byte(1) { text.append(escaped) }
            position += 2
          } else if !expansion(into: &text, &isLiteral, depth) {
            text.append(other)
            position += 1
          }
        }
        position += 1
      default:
        if !expansion(into: &text, &isLiteral, depth) {
          text.append(next)
          position += 1
        }
      }
    }
    position = min(position, end)
    return ShellWord(
      text: String(decoding: text, as: UTF8.self), isLiteral: isLiteral, span: start..<position)
  }

  /// Reads what the shell or GitHub replaces, if it stands here.
  private mutating func expansion(
    into text: inout [UInt8], _ isLiteral: inout Bool, _ depth: Int
  ) -> Bool {
    // Nothing else begins what is replaced; most bytes of a script are none of the two.
    guard let first = byte(), first == UInt8(ascii: "$") || first == UInt8(ascii: "`") else {
      return false
    }
    let start = position
    if follows("${{") {
      position += 3
      while position < end, !follows("}}") { position += 1 }
      position = min(position + 2, end)
    } else if follows("$((") {
      position += 3
      while position < end, !follows("))") { position += 1 }
      position = min(position + 2, end)
    } else if follows("$(") {
      position += 2
      if depth < Self.deepest { list(until: UInt8(ascii: ")"), depth: depth + 1) }
    } else if follows("${") {
      position += 2
      var open = 1
      while open > 0, let next = byte() {
        if next == UInt8(ascii: "{") { open += 1 }
        if next == UInt8(ascii: "}") { open -= 1 }
        position += 1
      }
    } else if byte() == UInt8(ascii: "`"), !isPowerShell, !isInBackticks {
      position += 1
      isInBackticks = true
      if depth < Self.deepest { list(until: UInt8(ascii: "`"), depth: depth + 1) }
      isInBackticks = false
    } else if byte() == UInt8(ascii: "$"), let next = byte(1), next != UInt8(ascii: " "),
      next != UInt8(ascii: "\""), next != UInt8(ascii: "'"), next != UInt8(ascii: "\n")
    {
      position += 2
    } else {
      return false
    }
    isLiteral = false
    text += bytes[start..<min(position, end)]
    return true
  }
}
