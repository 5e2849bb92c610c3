// SPDX-License-Identifier: Apache-2.0

/// The simple commands of a shell script, found without running or expanding anything.
///
/// It follows words, quotes, redirections, pipes, here-documents and substitutions of POSIX shells
/// (POSIX.1-2024, XCU chapter 2) and of PowerShell closely enough to say which program is called
/// with which words. Whatever it cannot follow becomes a word that is not literal; no input is an
/// error. A GitHub expression (`${{ }}`) is part of the word in which it stands.
package struct ShellScript: Sendable {
  /// Whose grammar it is.
  package enum Dialect: Hashable, Sendable {
    /// `sh`, `bash`, `dash`, `zsh`.
    case posix
    /// `pwsh`, `powershell`.
    case powerShell

    /// The dialect of a `shell:` value such as `bash -e {0}` or `/bin/sh`; nil for others.
    package init?(shell: String) {
      let program = shell.utf8.prefix { $0 != UInt8(ascii: " ") }
      let name = program.split(separator: UInt8(ascii: "/")).last ?? program
      switch String(Substring(name)) {
      case "sh", "bash", "dash", "zsh": self = .posix
      case "pwsh", "powershell", "pwsh.exe", "powershell.exe": self = .powerShell
      default: return nil
      }
    }
  }

  /// The commands, in the order in which they end.
  package let commands: [ShellCommand]

  /// Scans a part of a file.
  ///
  /// - Parameters:
  ///   - bytes: The file. Spans count from its start.
  ///   - span: The script's bytes; indentation does no harm.
  ///   - dialect: Whose grammar it is.
  ///   - isFolded: Whether a line break stands for a space, as in YAML's plain and `>` scalars.
  package init(
    scanning bytes: [UInt8], in span: Range<Int>, dialect: Dialect = .posix,
    isFolded: Bool = false
  ) {
    var scan = ShellScan(bytes, span.clamped(to: 0..<bytes.count), dialect, isFolded)
    scan.list(until: nil, depth: 0)
    commands = scan.commands
  }

  /// Scans a text.
  package init(_ text: String, dialect: Dialect = .posix) {
    let bytes = Array(text.utf8)
    self.init(scanning: bytes, in: 0..<bytes.count, dialect: dialect)
  }
}

/// A program's call in a shell script.
package struct ShellCommand: Sendable {
  /// The program and its arguments; assignments before it and redirections are not among them.
  package var words: [ShellWord] = []
  /// Where its streams go: operator (`>`, `>>`, `<`, ...) and target.
  package var redirections: [(operator: String, target: ShellWord)] = []
  /// Whether its output goes to the next command.
  package var feedsPipe = false
  /// The place among the script's commands of the one that the output of a group or loop around it
  /// goes to: `(curl … || wget …) | sh`; nil where there is none.
  package var groupReader: Int?
  /// From its first word to the end of its last word or redirection.
  package var span: Range<Int>

  /// The program as it is written; empty where only redirections or assignments stand.
  package var program: String { words.first?.text ?? "" }
  /// The arguments' texts.
  package var arguments: [String] { words.dropFirst().map(\.text) }
}

/// A word of a shell command.
package struct ShellWord: Hashable, Sendable {
  /// Its text without quotes; what would be expanded stands as it is written.
  package let text: String
  /// Whether nothing in it is expanded by the shell.
  package let isLiteral: Bool
  /// Its bytes.
  package let span: Range<Int>
}
