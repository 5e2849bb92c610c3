// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What becomes of the status of a command in a `run:`.
///
/// GitHub runs scripts by `bash -e`, and `shell: bash` by `bash -eo pipefail` (GitHub Docs, "Workflow
/// syntax", `shell`). Where `errexit` does not look, and where the status goes in pipes and lists, is
/// that of POSIX.1-2024, XCU 2.9 and `set`. Whatever is not followed here is unclear.
struct StatusInScript {
  /// The shell that runs a script.
  enum Shell {
    /// The one that GitHub takes on Linux and macOS where none is written.
    case standard
    /// One that is written.
    case named(WorkflowText)
    /// Another one, or one that only a run tells.
    case open
  }

  private let bytes: [UInt8]
  private let commands: [ShellCommand]
  private let isPOSIX: Bool
  private var stopsAtFailure: Bool
  private var seesPipes = false

  /// Reads a script.
  ///
  /// - Parameters:
  ///   - script: the value of `run`.
  ///   - shell: what runs it.
  init(_ script: String, _ shell: Shell) {
    bytes = Array(script.utf8)
    commands = ShellScript(script).commands
    switch shell {
    case .standard: (isPOSIX, stopsAtFailure) = (true, true)
    case .open: (isPOSIX, stopsAtFailure) = (false, false)
    case .named(let text):
      isPOSIX =
        !text.hasExpressions && ShellScript.Dialect(shell: text.value) == .posix
      stopsAtFailure = ["sh", "bash"].contains(text.value)
      seesPipes = text.value == "bash"
      for word in text.value.split(separator: " ").dropFirst() {
        if word.hasPrefix("-"), !word.hasPrefix("--"), word.contains("e") { stopsAtFailure = true }
        if word == "errexit" { stopsAtFailure = true }
        if word == "pipefail" { seesPipes = true }
      }
    }
  }

  /// Whether the script fails where a command of it does, and nothing of it is left out before.
  ///
  /// - Parameter range: The command's bytes in the script, as ``ShellInvocation/range``.
  /// - Returns: Whether its failure is the script's.
  func force(ofCommandAt range: Range<Int>) -> StoppingForce {
    guard isPOSIX,
      let index = commands.firstIndex(where: { ShellInvocation($0)?.range == range })
    else { return .unclear }
    var state = self
    for command in commands[..<index] where command.program == "set" {
      state.set(command.arguments)
    }
    let command = commands[index]
    // Without `errexit` only the last status counts.
    var force: StoppingForce = state.stopsAtFailure || commands.count == 1 ? .stops : .unclear
    force = force.weaker(before(command, index)).weaker(around(command, index))
    return force.weaker(state.after(command)).weaker(state.ends(of: command))
  }

  private mutating func set(_ words: [String]) {
    for (index, word) in words.enumerated() {
      let isOn = word.hasPrefix("-")
      guard isOn || word.hasPrefix("+") else { continue }
      if word.dropFirst().contains("e") { stopsAtFailure = isOn }
      guard word.hasSuffix("o"), index + 1 < words.count else { continue }
      if words[index + 1] == "errexit" { stopsAtFailure = isOn }
      if words[index + 1] == "pipefail" { seesPipes = isOn }
    }
  }

  /// Conditions that the command is, or stands under.
  private func before(_ command: ShellCommand, _ index: Int) -> StoppingForce {
    let head = bytes[..<command.span.lowerBound]
    let text = String(decoding: head, as: UTF8.self)
    // Functions may be called in any way, or not at all.
    if text.mentions("()") { return .unclear }
    let words = text.split { " \t\n;|&(){}".contains($0) }
    let opened = words.count { $0 == "if" || $0 == "case" }
    guard opened == words.count(where: { $0 == "fi" || $0 == "esac" }) else { return .unclear }
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).last ?? ""
    let own = line.split { ";|&({".contains($0) }.last?.split(separator: " ") ?? []
    let conditions: Set<Substring> = ["while", "until", "!"]
    if own.contains(where: conditions.contains) || words.last.map(conditions.contains) ?? false {
      return .unclear
    }
    var rest = head
    while let last = rest.last, last <= 0x20 { rest.removeLast() }
    if rest.suffix(2).elementsEqual("||".utf8) { return .unclear }
    guard rest.suffix(2).elementsEqual("&&".utf8), index > 0 else { return .stops }
    return ["[", "[[", "test"].contains(commands[index - 1].program) ? .unclear : .stops
  }

  /// Another command that takes the output of this one into its own words loses its status.
  private func around(_ command: ShellCommand, _ index: Int) -> StoppingForce {
    let isInside = commands[(index + 1)...].contains { outer in
      outer.words.contains {
        $0.span.lowerBound <= command.span.lowerBound
          && command.span.upperBound <= $0.span.upperBound
      }
    }
    return isInside ? .unclear : .stops
  }

  /// What stands right behind the command.
  private func after(_ command: ShellCommand) -> StoppingForce {
    force(at: command.span.upperBound)
  }

  private func force(at place: Int) -> StoppingForce {
    let rest = bytes[min(place, bytes.count)...].drop { $0 == 0x20 || $0 == 0x09 }
    if rest.starts(with: "||".utf8) { return alternative(rest.dropFirst(2)) }
    if rest.first == UInt8(ascii: "|") { return seesPipes ? .stops : .none }
    return rest.first == UInt8(ascii: "&") ? .unclear : .stops
  }

  /// What happens instead.
  private func alternative(_ rest: ArraySlice<UInt8>) -> StoppingForce {
    let words = String(decoding: rest.prefix(200), as: UTF8.self)
      .split { " \t\n;".contains($0) }.prefix(2).map(String.init)
    switch words.first {
    case "false": return .stops
    case "exit", "return":
      return words.count == 2 && Int(words[1]).map { $0 != 0 } ?? false ? .stops : .unclear
    case "true", ":", "echo", "printf": return .none
    default: return .unclear
    }
  }

  /// What stands behind the groups and loops in which the command may be.
  private func ends(of command: ShellCommand) -> StoppingForce {
    var force = StoppingForce.stops
    var open = 0
    var place = command.span.upperBound
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "("): open += 1
      case UInt8(ascii: ")") where open > 0: open -= 1
      case UInt8(ascii: ")"): force = force.weaker(behind(place + 1))
      case UInt8(ascii: "}") where beginsCommand(place): force = force.weaker(behind(place + 1))
      case UInt8(ascii: "d")
      where bytes[place...].starts(with: "done".utf8) && beginsCommand(place):
        force = force.weaker(behind(place + 4))
      default: break
      }
      place += 1
    }
    return force
  }

  private func beginsCommand(_ place: Int) -> Bool {
    let before = bytes[..<place].last { $0 != 0x20 && $0 != 0x09 }
    return before == UInt8(ascii: "\n") || before == UInt8(ascii: ";")
  }

  private func behind(_ place: Int) -> StoppingForce {
    force(at: place) == .stops ? .stops : .unclear
  }
}
