// SPDX-License-Identifier: Apache-2.0

/// A program that a command runs, without what is around it: `sudo env A=b uv run python3 -m twine
/// upload dist/*` runs `twine`.
package struct ShellInvocation: Hashable, Sendable {
  /// The program's name in lowercase without its folder, `.exe` and a version behind `@` or `==`.
  package let program: String
  /// Whether it is named by a path within the folder, as `./release` or `scripts/release`.
  package let isScript: Bool
  /// Whether it is run as a module of Python.
  package let isModule: Bool
  /// The words behind it.
  package let arguments: [ShellWord]
  /// Its bytes in the script, with its arguments but not what stands before.
  package let range: Range<Int>

  /// Whether the first arguments that are no options are these.
  package func isSubcommand(_ names: [String]) -> Bool {
    let words = arguments.lazy.map(\.text).filter { !$0.hasPrefix("-") }
    return words.prefix(names.count).elementsEqual(names)
  }

  /// Whether an option is given, also as `--option=value`.
  package func hasOption(_ name: String) -> Bool {
    arguments.contains { Self.value(of: name, in: $0.text) != nil || $0.text == name }
  }

  /// The value of an option, as `--option value` or `--option=value`.
  package func option(_ name: String) -> String? {
    for (index, word) in arguments.enumerated() {
      if let value = Self.value(of: name, in: word.text) { return String(value) }
      if word.text == name, index + 1 < arguments.count { return arguments[index + 1].text }
    }
    return nil
  }

  // What stands behind `name=`.
  private static func value(of name: String, in word: String) -> Substring? {
    guard word.utf8.count > name.utf8.count, word.hasPrefix(name) else { return nil }
    let rest = word.utf8.dropFirst(name.utf8.count)
    return rest.first == UInt8(ascii: "=") ? Substring(rest.dropFirst()) : nil
  }

  /// What a command runs; nil where only words such as `then` and assignments are left of it.
  package init?(_ command: ShellCommand) {
    var words = command.words[...]
    var isModule = false
    var isTool = false
    // Each turn takes one word at least.
    while let word = words.first {
      let name = Self.name(word.text)
      if Self.isAround(word.text) {
        words.removeFirst()
        words = words.drop { $0.text.hasPrefix("-") }
        continue
      }
      if let runner = Self.runners.first(where: { $0.0 == name }) {
        let rest = words.dropFirst()
        let starts = runner.1.isEmpty || runner.1.contains(rest.first?.text ?? "")
        guard starts else { break }
        words = Self.skipOptions(runner.1.isEmpty ? rest : rest.dropFirst())
        isTool = true
        continue
      }
      let isPython = name.hasPrefix("python") || name == "py" || name == "pypy3"
      if isPython, let flag = words.firstIndex(where: { $0.text == "-m" }),
        words[words.startIndex..<flag].dropFirst().allSatisfy({ $0.text.hasPrefix("-") }),
        flag + 1 < words.endIndex
      {
        words = words[(flag + 1)...]
        isModule = true
      }
      break
    }
    guard let first = words.first, let last = words.last else { return nil }
    var program = Self.name(first.text)
    if isTool || isModule {
      program = String(program.prefix { $0 != "@" && $0 != "=" && $0 != "[" })
    }
    self.program = program
    isScript =
      first.text.contains("/") && !first.text.hasPrefix("/") && !first.text.contains("$")
      && !first.text.contains("://")
    self.isModule = isModule
    arguments = Array(words.dropFirst())
    range = first.span.lowerBound..<last.span.upperBound
  }

  // Programs that run another one, with the words that say so.
  private static let runners: [(String, [String])] = [
    ("uvx", []), ("npx", []), ("uv", ["run"]), ("pipx", ["run"]), ("poetry", ["run"]),
    ("pdm", ["run"]), ("rye", ["run"]), ("hatch", ["run"]), ("pixi", ["run"]),
    ("bundle", ["exec"]), ("pnpm", ["exec", "dlx"]), ("mise", ["exec"]), ("coverage", ["run"]),
  ]

  private static func skipOptions(
    _ words: ArraySlice<ShellWord>
  ) -> ArraySlice<ShellWord> {
    var words = words
    while let word = words.first, word.text.hasPrefix("-") {
      words.removeFirst()
      let takesValue = [
        "--from", "--with", "--python", "-p", "--extra", "--group", "--spec", "--package",
        "--project", "--directory", "--index", "--env-file", "-e", "--environment",
      ].contains(word.text)
      if takesValue { words = words.dropFirst() }
      if word.text == "--" { break }
    }
    return words
  }

  private static func isAround(_ word: String) -> Bool {
    if [
      "if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "sudo", "env",
      "exec", "command", "nohup", "xvfb-run", "&",
    ].contains(word) {
      return true
    }
    // An assignment before a command.
    let name = word.utf8.prefix { $0 != UInt8(ascii: "=") }
    // `build==1.2` is a tool with its version.
    if word.utf8.dropFirst(name.count).starts(with: "==".utf8) { return false }
    return name.count < word.utf8.count && !name.isEmpty
      && name.allSatisfy {
        (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
          || $0 == UInt8(ascii: "_")
      }
  }

  private static func name(_ word: String) -> String {
    let lower = word.lowercased()
    // Bytes, since this is asked of every command.
    var name = lower.utf8[...]
    if let slash = name.lastIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }),
      !lower.contains("://")
    {
      name = name[name.index(after: slash)...]
    }
    if name.count > 4, name.suffix(4).elementsEqual(".exe".utf8) { name = name.dropLast(4) }
    return String(Substring(name))
  }
}

extension ShellScript {
  /// The programs that run, in the order of the script.
  package var invocations: [ShellInvocation] { commands.compactMap { ShellInvocation($0) } }
}
