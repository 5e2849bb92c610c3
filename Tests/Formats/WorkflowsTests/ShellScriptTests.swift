// SPDX-License-Identifier: Apache-2.0

import Testing
import Workflows

@Suite struct ShellScriptTests {
  /// Scripts and their commands: words (with `*` where the shell expands
  /// something) and redirections.
  static let cases: [(script: String, commands: [String])] = [
    ("", []),
    ("make test", ["make|test"]),
    ("a; b && c || d & e", ["a", "b", "c", "d", "e"]),
    ("a 'x y' \"z w\" q\\ r", ["a|x y|z w|q r"]),
    ("cat v | tee -a $F", ["cat|v|pipe", "tee|-a|$F*"]),
    ("if test -f a; then b; else c; fi", ["test|-f|a", "b", "c"]),
    ("X=1 Y+=2 make Z=3", ["make|Z=3"]),
    (
      "echo \"$(gem install rake)\" `npm i x`",
      ["gem|install|rake", "npm|i|x", "echo|$(gem install rake)*|`npm i x`*"]
    ),
    ("# npm install\nmake # npm", ["make"]),
    ("cat <<EOF > f\nnpm install x\nEOF\nmake", ["cat|<<EOF|>f", "make"]),
    ("cat <<-'E F'\n\tnpm i\n\tE F\nmake", ["cat|<<E F", "make"]),
    ("a 2>&1 >> \"$F\"", ["a|>&1|>>$F"]),
    ("uv \\\n  publish --x", ["uv|publish|--x"]),
    ("(cd a && b) | c", ["cd|a", "b", "c"]),
    ("case $1 in a) b;; *) c;; esac", ["b", "c"]),
    ("echo ${{ github.ref == 'a b' }}/x", ["echo|${{ github.ref == 'a b' }}/x*"]),
    ("echo ${A:-${B}} $((1 + 2)) $A", ["echo|${A:-${B}}*|$((1 + 2))*|$A*"]),
    ("f <(sort a) b", ["sort|a", "f|*|b"]),
    ("echo 'never ends", ["echo|never ends"]),
    ("echo \"$(never ends", ["never|ends", "echo|$(never ends*"]),
    ("\"a\r\n", ["a\r\n"]),
  ]

  @Test(arguments: cases)
  func `finds the commands of a POSIX script`(_ item: (script: String, commands: [String])) {
    #expect(
      Self.texts(ShellScript(item.script)) == item.commands)
  }

  static let powerShell: [(script: String, commands: [String])] = [
    (
      "Get-Content a | Out-File -Append $env:F",
      ["Get-Content|a|pipe", "Out-File|-Append|$env:F*"]
    ),
    ("if ($x) { npm publish } else { b }", ["$x*", "npm|publish", "b"]),
    ("uv `\n  publish", ["uv|publish"]),
    ("echo C:\\temp\\x \"a`\"b\"", ["echo|C:\\temp\\x|a\"b"]),
  ]

  @Test(arguments: powerShell)
  func `finds the commands of a PowerShell script`(_ item: (script: String, commands: [String])) {
    let script = ShellScript(item.script, dialect: .powerShell)
    #expect(Self.texts(script) == item.commands)
  }

  static func texts(_ script: ShellScript) -> [String] {
    script.commands.map { command in
      var parts = command.words.map { $0.text + ($0.isLiteral ? "" : "*") }
      parts += command.redirections.map { $0.operator + $0.target.text }
      if command.feedsPipe { parts.append("pipe") }
      return parts.joined(separator: "|")
    }
  }

  @Test func `spans count from the start of the file`() {
    let file = Array("run: |\n  cd x\n  npm  publish # now\n".utf8)
    let script = ShellScript(scanning: file, in: 6..<file.count)
    #expect(
      script.commands.map { String(decoding: file[$0.span], as: UTF8.self) } == [
        "cd x", "npm  publish",
      ])
  }

  /// A script and, for each of its commands, the program that the output of its group goes to.
  @Test(
    arguments: [
      ("(a || b) | c", ["c", "c", nil]), ("{ a; b; } | c", ["c", "c", nil]),
      ("for x in 1; do\n  a\ndone | c", [nil, "c", nil]),
      ("if a; then b; elif c; then d; fi | e", ["e", "e", "e", "e", nil]),
      ("( (a) | b ) | c", ["b", "c", nil]), ("(a) || b", [nil, nil]), ("(a); b", [nil, nil]),
      ("(a) |", [nil]),
    ] as [(String, [String?])])
  func `knows where the output of a group goes`(_ script: String, _ readers: [String?]) {
    let commands = ShellScript(script).commands
    #expect(
      commands.map { command in
        command.groupReader.flatMap { $0 < commands.count ? commands[$0].program : nil }
      } == readers)
  }

  @Test func `line breaks are blanks in a folded text`() {
    let file = Array("npm\n  publish".utf8)
    let script = ShellScript(scanning: file, in: 0..<file.count, isFolded: true)
    #expect(script.commands.map(\.arguments) == [["publish"]])
  }

  @Test(
    arguments: [
      ("bash", ShellScript.Dialect.posix), ("/bin/sh -e {0}", .posix), ("pwsh", .powerShell),
      ("cmd", nil), ("python {0}", nil), ("", nil),
    ] as [(String, ShellScript.Dialect?)])
  func `knows the dialects of shells`(_ shell: String, _ dialect: ShellScript.Dialect?) {
    #expect(ShellScript.Dialect(shell: shell) == dialect)
  }

  @Test(arguments: [
    String(repeating: "$(", count: 20_000), String(repeating: "(", count: 20_000),
    String(repeating: "`", count: 20_001), String(repeating: "${", count: 20_000),
    String(repeating: "<<a ", count: 2_000), String(repeating: "\"", count: 20_001),
    String(repeating: "a<(", count: 20_000), String(repeating: "{ a;", count: 10_000),
    String(repeating: "{ a; ", count: 6_000) + String(repeating: "} | b; ", count: 6_000),
  ])
  func `ends with hostile scripts`(_ script: String) {
    #expect(ShellScript(script).commands.count < 20_002)
  }
}
