// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// A usage error of the parser in the project's words, with what may have been meant.
enum UsageDiagnostic {
  /// Turns a message of the parser into a diagnostic.
  ///
  /// - Parameters:
  ///   - root: the program.
  ///   - arguments: the command line without the program's name.
  ///   - message: the parser's sentence.
  ///   - fullMessage: the same with the usage lines.
  /// - Returns: the diagnostic.
  static func diagnostic(
    root: any ParsableCommand.Type, arguments: [String], message: String, fullMessage: String
  ) -> Diagnostic {
    let (path, unknown) = commandPath(root: root, arguments: arguments)
    let name = path.map { $0._commandName }.joined(separator: " ")
    if let unknown, let parent = path.last {
      let candidates = subcommands(of: parent).map { $0._commandName }
      var diagnostic = Diagnostic("there is no command `\(name) \(unknown)`")
      if let meant = nearest(to: unknown, in: candidates) {
        diagnostic.help.append("did you mean `\(name) \(meant)`?")
      } else {
        diagnostic.help.append("`\(name) --help` lists the commands")
      }
      return diagnostic
    }
    let (text, meant) = suggestion(in: message)
    var sentence = text
    var advice: String?
    if let range = firstRange(of: ". Please ", in: text) {
      sentence = String(text[..<range.lowerBound])
      advice = inProjectStyle(String(text[range.upperBound...]))
    }
    var diagnostic = Diagnostic(inProjectStyle(sentence))
    if let usage = usageLine(in: fullMessage) { diagnostic.notes.append("usage: \(usage)") }
    if let advice { diagnostic.help.append(advice) }
    if let meant { diagnostic.help.append("did you mean `\(meant)`?") }
    diagnostic.help.append("`\(name) --help` explains the options")
    return diagnostic
  }

  /// The commands that the line names, outermost first, and the word that should have been one.
  ///
  /// Only the first words are looked at: what follows an option may be its value.
  private static func commandPath(
    root: any ParsableCommand.Type, arguments: [String]
  ) -> (path: [any ParsableCommand.Type], unknown: String?) {
    var path = [root]
    for word in arguments {
      let candidates = path.last.map(subcommands) ?? []
      if candidates.isEmpty || word.hasPrefix("-") || word == "help" { break }
      guard let next = candidates.first(where: { answers($0, to: word) }) else {
        return (path, word)
      }
      path.append(next)
    }
    return (path, nil)
  }

  private static func answers(_ command: any ParsableCommand.Type, to word: String) -> Bool {
    command._commandName == word || command.configuration.aliases.contains(word)
  }

  private static func subcommands(
    of command: any ParsableCommand.Type
  ) -> [any ParsableCommand.Type] {
    // Commands in groups are part of this list.
    command.configuration.subcommands
  }

  /// Takes the parser's own "Did you mean '--name'?" out of its sentence.
  private static func suggestion(in message: String) -> (sentence: String, meant: String?) {
    let marker = "Did you mean '"
    guard let range = firstRange(of: marker, in: message) else { return (message, nil) }
    let meant = message[range.upperBound...].prefix { $0 != "'" }
    return (String(message[..<range.lowerBound]), String(meant))
  }

  /// Lowercase first letter, no full stop, backticks around literals.
  private static func inProjectStyle(_ sentence: String) -> String {
    var text = sentence
    while let last = text.last, last == "." || last == " " || last == "\n" { text.removeLast() }
    text = String(text.map { $0 == "'" ? "`" : $0 })
    guard let first = text.first, text.dropFirst().first?.isUppercase != true else { return text }
    return first.lowercased() + text.dropFirst()
  }

  /// The usage of the command, with one word for all that may be left out: the parser's line
  /// spells out every option.
  private static func usageLine(in fullMessage: String) -> String? {
    let prefix = "Usage: "
    guard let line = fullMessage.split(separator: "\n").first(where: { $0.hasPrefix(prefix) })
    else { return nil }
    var words: [Substring] = []
    var isOptional = false
    for word in line.dropFirst(prefix.count).split(separator: " ") {
      if word.hasPrefix("[") {
        isOptional = true
        if words.last != "[options]" { words.append("[options]") }
      }
      if !isOptional { words.append(word) }
      if word.hasSuffix("]") { isOptional = false }
    }
    return words.joined(separator: " ")
  }

  private static func firstRange(of needle: String, in text: String) -> Range<String.Index>? {
    var start = text.startIndex
    while start < text.endIndex {
      if text[start...].hasPrefix(needle) {
        return start..<text.index(start, offsetBy: needle.count)
      }
      start = text.index(after: start)
    }
    return nil
  }

  /// The candidate that differs least, if it differs little enough to have been meant.
  static func nearest(to word: String, in candidates: [String]) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let ranked = candidates.map { (name: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, word.utf8.count / 3) ? best.name : nil
  }

  /// The number of insertions, removals, replacements and swaps of neighbours between two words.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for (row, leftByte) in left.enumerated() {
      var current = [row + 1]
      for (column, rightByte) in right.enumerated() {
        var best = min(previous[column + 1], current[column]) + 1
        best = min(best, previous[column] + (leftByte == rightByte ? 0 : 1))
        if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
