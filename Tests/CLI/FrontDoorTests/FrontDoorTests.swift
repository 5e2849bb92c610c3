// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// What the client does before and around its commands, through the real program.
@Suite struct FrontDoorTests {
  static let hallmark = Program("hallmark")
  static let red = "\u{1B}[1;31m"

  private func run(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Program.Outcome {
    try Self.hallmark.run(arguments, environment: environment, in: "/", timeout: 20)
  }

  @Test func versionNamesTheCommit() throws {
    let outcome = try run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    let words = outcome.output.split(separator: " ")
    #expect(words.first == "hallmark")
    #expect(words.count == 4 && words[2] == "(commit", "\(outcome)")
  }

  @Test func helpIsAResult() throws {
    for arguments in [["--help"], ["help"], ["help", "verify"], ["verify", "--help"], []] {
      let outcome = try run(arguments)
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("USAGE: hallmark"), "\(outcome)")
      #expect(outcome.errors.isEmpty)
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionScripts(shell: String) throws {
    let outcome = try run(["--generate-completion-script", shell])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("verify"))
  }

  /// A wrong command line, the sentence about it and the help.
  struct Mistake: CustomTestStringConvertible {
    let arguments: [String]
    let message: String
    let help: String

    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: [String], _ message: String, help: String) {
      self.arguments = arguments
      self.message = message
      self.help = help
    }
  }

  static let mistakes = [
    Mistake(
      ["verfy"], "there is no command `hallmark verfy`", help: "did you mean `hallmark verify`?"),
    Mistake(["rlease", "x"], "there is no command `hallmark rlease`", help: "`hallmark release`?"),
    Mistake(["frobnicate"], "there is no command", help: "`hallmark --help` lists the commands"),
    Mistake(["verify"], "missing expected argument", help: "`hallmark verify --help`"),
    Mistake(
      ["verify", "--repositry", "a/b", "f"], "unknown option `--repositry`",
      help: "did you mean `--repository`?"),
    Mistake(
      ["verify", "--policy"], "missing value for `--policy <policy>`",
      help: "`hallmark verify --help`"),
    Mistake(
      ["verify", "--color", "blue", "f"], "the value `blue` is invalid for `--color <color>`",
      help: "provide one of `auto`, `always` or `never`"),
    Mistake(["--no-such-option"], "unknown option", help: "`hallmark --help`"),
  ]

  @Test(arguments: mistakes)
  func usageErrors(mistake: Mistake) throws {
    let outcome = try run(mistake.arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    let first = try #require(lines.first)
    #expect(first.hasPrefix("error: ") && first.contains(mistake.message), "\(outcome)")
    #expect(!first.hasSuffix("."))
    #expect(lines.contains { $0.hasPrefix("help: ") && $0.contains(mistake.help) }, "\(outcome)")
  }

  @Test func colourOnlyWhereItIsWanted() throws {
    #expect(try !run(["verfy"]).errors.contains("\u{1B}"))
    #expect(try run(["verfy"], environment: ["FORCE_COLOR": "1"]).errors.contains(Self.red))
    #expect(try run(["verfy"], environment: ["CLICOLOR_FORCE": "1"]).errors.contains(Self.red))
    #expect(try !run(["verfy"], environment: ["FORCE_COLOR": "0"]).errors.contains("\u{1B}"))
    let both = ["FORCE_COLOR": "1", "NO_COLOR": "1"]
    #expect(try !run(["verfy"], environment: both).errors.contains("\u{1B}"))
    let missing = ["verify", "/nonexistent"]
    #expect(
      try run(missing + ["--color", "always"], environment: ["NO_COLOR": "1"])
        .errors.contains(Self.red))
    #expect(
      try !run(missing + ["--color=never"], environment: ["FORCE_COLOR": "1"])
        .errors.contains("\u{1B}"))
  }

  @Test(arguments: ["\u{1B}[2J", "a\nerror: b", "\u{202E}txt", "\u{7}", "\u{9B}31m", "\u{2028}"])
  func controlCharactersAreShownAsEscapes(text: String) throws {
    let commands = [
      [text], ["verify", text], ["verify", "--\(text)", "f"], ["release", text, "--embedded"],
    ]
    for arguments in commands {
      let outcome = try run(arguments)
      #expect(outcome.status != 0 && outcome.status < 128)
      #expect(!outcome.errors.contains(text), "\(arguments)")
      #expect(!outcome.output.contains(text), "\(arguments)")
      #expect(outcome.errors.contains("\\u{"), "\(outcome)")
    }
  }
}
