// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The variables whose value a script compares as a whole with a pattern, and ends where it does not
/// match: `[[ $NAME =~ ^[a-z0-9]+$ ]] || exit 1`.
struct CheckedVariables {
  /// A name, and from where to where in the file its check holds.
  private var checks: [(name: String, range: Range<Int>)] = []

  // More than any script has; further ones do not count.
  private static let most = 100

  /// A comparison whose consequence is still to be read.
  private struct Open {
    let name: String
    /// Whether the branch of an `if` follows that is taken without a match; else `||`.
    let isBranch: Bool
    var isFirst = true
    var ends = false
  }

  /// Reads the commands of a script whose spans count in some bytes.
  init(_ commands: [ShellCommand], in bytes: [UInt8]) {
    let end = commands.last?.span.upperBound ?? 0
    func add(_ name: String, _ start: Int) {
      guard checks.count < Self.most, start < end else { return }
      // Until it is set again.
      checks.append((name, start..<Self.firstSet(name, bytes[start..<end])))
    }
    var open: Open?
    var last = commands.first?.span.lowerBound ?? 0
    for command in commands {
      // Words such as `if` and `||` stand between commands.
      let start = command.span.lowerBound
      let between = last <= start ? Self.words(bytes[last..<start]) : ["("]
      if commands.first?.span == command.span { last = start }
      last = max(last, command.span.upperBound)
      if let name = Self.name(command) {
        let isNegated = between.last == "!"
        let isIf = between.contains("if")
        open =
          isNegated == isIf && !between.contains("elif") ? Open(name: name, isBranch: isIf) : nil
        continue
      }
      guard var now = open else { continue }
      if now.isBranch {
        if !Self.ends.isDisjoint(with: between) {
          if now.ends { add(now.name, start) }
          open = nil
          continue
        }
        if !now.isFirst, !Self.begins.isDisjoint(with: between) {
          open = nil
          continue
        }
      } else if now.isFirst {
        let isGroup = between == ["||", "{"]
        guard isGroup || between == ["||"] && command.program == "exit" else {
          open = nil
          continue
        }
      } else if between.contains("}") || !Self.begins.isDisjoint(with: between) {
        open = nil
        continue
      }
      let isPlain = now.isFirst || Self.joins.isDisjoint(with: between)
      if command.program == "exit", isPlain, !between.contains("(") {
        now.ends = true
        // The rest of an `if` is read, for what follows without a match would not be checked.
        if !now.isBranch {
          add(now.name, command.span.upperBound)
          open = nil
          continue
        }
      }
      now.isFirst = false
      open = now
    }
  }

  private static let ends: Set<String> = ["fi", "else", "elif"]
  private static let begins: Set<String> = ["if", "for", "while", "until", "case", "("]
  private static let joins: Set<String> = ["&&", "||", "|", "&", "("]

  /// Words and signs between two commands.
  private static func words(_ bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split { $0 <= 0x20 || $0 == UInt8(ascii: ";") }.map {
      String(decoding: $0, as: UTF8.self)
    }
    .flatMap { $0.contains("(") ? ["("] : [$0] }
  }

  /// Whether a variable has been checked before a place, and not been set since.
  func contains(_ name: String, before place: Int) -> Bool {
    checks.contains { $0.name == name && $0.range.contains(place) }
  }

  /// Where a script sets a variable; its end where it does not.
  private static func firstSet(_ name: String, _ bytes: ArraySlice<UInt8>) -> Int {
    let wanted = Array("\(name)=".utf8)
    var before: UInt8 = 0x20
    for place in bytes.indices {
      let begins = before <= 0x20 || before == UInt8(ascii: ";") || before == UInt8(ascii: "&")
      if begins, bytes[place...].starts(with: wanted) { return place }
      before = bytes[place]
    }
    return bytes.endIndex
  }

  /// The variable that `[[ $NAME =~ PATTERN ]]` compares as a whole.
  private static func name(_ command: ShellCommand) -> String? {
    let words = command.words.map(\.text)
    guard words.count == 5, words[0] == "[[", words[2] == "=~", words[4] == "]]",
      words[1].hasPrefix("$"), isWhole(words[3])
    else { return nil }
    let name = words[1].filter { !"${}".contains($0) }
    let isName = name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF)
    }
    return !name.isEmpty && isName ? name : nil
  }

  /// Whether a pattern is about the whole text and takes no line break.
  private static func isWhole(_ pattern: String) -> Bool {
    guard pattern.hasPrefix("^"), pattern.hasSuffix("$"), !pattern.contains("|"),
      !pattern.contains("[^"), !pattern.contains("[:space:]"), !pattern.contains("[:cntrl:]")
    else { return false }
    var isInClass = false
    var isEscaped = false
    for character in pattern.dropFirst().dropLast() {
      if isEscaped {
        // `\s`, `\W` and the like take more than they show.
        guard !character.isLetter else { return false }
        isEscaped = false
        continue
      }
      switch character {
      case "\\": isEscaped = true
      case "[": isInClass = true
      case "]": isInClass = false
      case ".", "$", "`": if !isInClass || character != "." { return false }
      default: break
      }
    }
    return !isEscaped
  }
}
