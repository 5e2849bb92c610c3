// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// No program runs straight from the network.
enum DownloadedScript: AuditRule {
  static let id = "downloaded-script"

  static let description = RuleDescription(
    id: id, title: "no script is run straight from the network", severity: .high,
    sources: ["OpenSSF Scorecard, Pinned-Dependencies (downloadThenRun)"],
    why: """
      `curl … | bash` runs whatever the server sends in that minute, with the rights and secrets \
      of the job. Nobody has compared it with anything, and nothing of it is left afterwards.
      """,
    incident: """
      April 2021: Codecov's uploader, which thousands of workflows fetched with curl and piped \
      into bash, had been changed two months before to send away the secrets around it.
      """,
    fix: """
      install the program by a pinned action or with hashes; or download a named version, compare \
      it by `sha256sum -c`, and then run it
      """,
    samples: [
      .steps(
        "by a pipe", .findings(lines: [8]),
        """
        - run: curl -sSfL https://example.org/install.sh | sudo bash -s -- -b /usr/local/bin
        """),
      .steps(
        "by substitution", .findings(lines: [9, 10]),
        """
        - run: |
            sh -c "$(wget -qO- https://example.org/install.sh)"
            bash <(curl -s https://example.org/install.sh)
        """),
      .steps(
        "in PowerShell", .findings(lines: [9]),
        """
        - shell: pwsh
          run: irm https://example.org/install.ps1 | iex
        """),
      .steps(
        "by other options, as input by name", .findings(lines: [9, 10, 11, 12, 13]),
        """
        - run: |
            bash -o pipefail -ec "$(curl -s https://example.org/install.sh)" -- --yes
            python3 -c "$(curl -s https://example.org/install.py)"
            eval "set -e; $(curl -s https://example.org/install.sh)"
            curl -s https://example.org/install.sh | bash -e
            curl -s https://example.org/install.sh | sh /dev/stdin --yes
        """),
      .steps(
        "in a program that a shell is given as a text", .findings(lines: [9, 10, 11]),
        """
        - run: |
            bash -c "curl -s https://example.org/install.sh | sh"
            sudo sh -ec 'wget -qO- https://example.org/install.sh | bash -s -- --yes'
            eval "curl -s https://example.org/install.sh | sh"
        """),
      .steps(
        "by a group or a loop whose output is piped", .findings(lines: [9, 10, 12]),
        """
        - run: |
            (curl -s https://example.org/install.sh || wget -qO- https://example.org/install.sh) | bash
            { curl -s https://example.org/install.sh; echo install; } | sh
            for part in 1 2; do
              curl -s "https://example.org/$part.sh"
            done | sh
        """),
      .steps(
        "by input, `source` and `eval`", .findings(lines: [9, 10, 11, 12]),
        """
        - run: |
            source <(curl -s https://example.org/env.sh)
            . <(wget -qO- https://example.org/env.sh)
            eval $(curl -s https://example.org/env.sh)
            bash <<< "$(curl -s https://example.org/install.sh)"
        """),
      .steps(
        "kept in a file, and run without a look", .findings(lines: [9, 10, 12, 14]),
        """
        - run: |
            curl -sSfL https://example.org/install.sh -o install.sh && sh install.sh
            wget https://example.org/setup.sh; chmod +x setup.sh; ./setup.sh --yes
            curl -s https://example.org/a.sh > /tmp/a.sh
            source /tmp/a.sh
            curl -sO https://example.org/b.py
            python3 ./b.py
        """),
      .steps(
        "files that are compared, data, other files", .good,
        """
        - run: |
            curl -sSfL https://example.org/install.sh -o install.sh
            cosign verify-blob --key key.pub --signature install.sig install.sh
            sh install.sh
            curl -s https://example.org/data.json -o data.json && python3 scripts/read.py data.json
            wget -q https://example.org/tool.tar.gz && tar xzf tool.tar.gz && ./tool/run
            (curl -s https://example.org/data.json || echo '{}') | python3 -m json.tool
            { curl -sO https://example.org/data.json; cat scripts/run.sh; } | sh
            bash -c "curl -s https://example.org/data.json | jq .name"
            bash -c 'curl -s https://example.org/data.json -o data.json; cat data.json'
            eval "$(ssh-agent -s)"
            bash <<< "$PROGRAM"
            diff <(curl -s https://example.org/a) <(curl -s https://example.org/b)
        """),
      .steps(
        "data as an argument", .good,
        """
        - run: |
            bash scripts/build.sh "$(curl -s https://example.org/version)"
            python3 build.py --version "$(curl -s https://example.org/version)"
            python3 -c "import sys; print(sys.argv)" "$(curl -s https://example.org/version)"
            curl -s https://example.org/data.json | python3 scripts/read.py -s
        """),
      .steps(
        "downloaded, compared, and then run", .good,
        """
        - run: |
            # never: curl https://example.org/install.sh | bash
            curl -sSfLo install.sh https://example.org/1.2.3/install.sh
            echo "$DIGEST  install.sh" | sha256sum -c
            bash install.sh
        """),
      .steps(
        "an archive, data, words", .good,
        """
        - run: |
            curl -sSfL https://example.org/data.tar.gz | tar xz
            curl -s https://example.org/data.json | python3 -m json.tool
            curl -s https://example.org/data.json | python3 scripts/read.py
            echo "curl https://example.org/install.sh | bash"
        """),
    ])

  private static let running: Set<String> = [
    "sh", "bash", "dash", "zsh", "python", "python3", "perl", "node", "ruby", "eval", "iex",
    "invoke-expression", "source", ".",
  ]
  private static let shells: Set<String> = ["sh", "bash", "dash", "zsh"]
  private static let evaluating: Set<String> = ["eval", "iex", "invoke-expression", "source", "."]

  /// Programs in texts in programs in texts.
  private static let deepest = 3

  /// A place where something runs that nobody has looked at.
  private struct Run {
    /// The command's place among those of the script.
    let index: Int
    let runner: String
    let fetcher: String
    /// The file between them.
    var file: String?
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let run = site.step.run, mayFetch(run.value) else { return }
      let commands = site.commands
      for run in runs(in: commands, level: 0) {
        let isReleased = project.releaseScope.contains(site.place)
        findings.append(
          Finding(
            rule: id, severity: isReleased ? .high : .medium,
            run.file.map {
              "`\(run.runner)` runs `\($0)` as \(run.fetcher) has fetched it, unseen"
            } ?? "`\(run.runner)` runs what \(run.fetcher) fetches, unseen",
            at: site.place(commands[run.index].span)))
      }
    }
  }

  private static func mayFetch(_ text: String) -> Bool {
    text.holds("curl") || text.holds("wget") || text.holds("irm") || text.holds("iwr")
      || text.holds("Invoke-")
  }

  /// What the commands of a script run straight from the network, in their order.
  private static func runs(in commands: [ShellCommand], level: Int) -> [Run] {
    let ends = pipeEnds(commands)
    let invocations = commands.map { ShellInvocation($0) }
    var files = DownloadedFiles()
    var runs: [Run] = []
    var seen: Int?
    for (index, invocation) in invocations.enumerated() {
      guard let invocation else { continue }
      if let file = files.run(by: invocation, commands[index]) {
        runs.append(
          Run(
            index: index, runner: invocation.program, fetcher: file.fetcher, file: file.name))
      }
      if let inner = textRuns(invocation, level) {
        runs.append(Run(index: index, runner: inner.runner, fetcher: inner.fetcher))
      }
      guard DownloadedFiles.fetchers.contains(invocation.program) else { continue }
      // Each pipe once, so that a long one costs no more than its length.
      guard ends[index] != seen else { continue }
      seen = ends[index]
      if let runner = runner(of: commands[index], at: index, in: commands, end: ends[index]) {
        runs.append(Run(index: index, runner: runner, fetcher: invocation.program))
      } else {
        files.note(invocation, commands[index])
      }
    }
    return runs
  }

  /// What the program does that a shell is given as a text: `bash -c "curl … | sh"`.
  private static func textRuns(_ invocation: ShellInvocation, _ level: Int) -> Run? {
    guard level < deepest, !invocation.isModule,
      shells.contains(invocation.program) || invocation.program == "eval"
    else { return nil }
    // What stands in a substitution is among the commands of the script itself.
    for word in programWords(invocation)
    where mayFetch(word.text) && word.text.utf8.contains(0x20) && !word.text.hasPrefix("$(") {
      let inner = runs(in: ShellScript(word.text).commands, level: level + 1)
      if let first = inner.first { return first }
    }
    return nil
  }

  /// For each command, the last one of the pipe that it feeds: itself where it feeds none.
  private static func pipeEnds(_ commands: [ShellCommand]) -> [Int] {
    var ends = Array(commands.indices)
    for index in commands.indices.dropLast().reversed() {
      if commands[index].feedsPipe {
        ends[index] = ends[index + 1]
      } else if let reader = commands[index].groupReader, commands.indices.contains(reader),
        DownloadedFiles.writesOutput(commands[index])
      {
        ends[index] = ends[reader]
      }
    }
    return ends
  }

  /// The program that runs the output of a command whose pipe ends at an index.
  private static func runner(
    of command: ShellCommand, at index: Int, in commands: [ShellCommand], end: Int
  ) -> String? {
    if end > index, let next = ShellInvocation(commands[end]), running.contains(next.program),
      !next.isModule, readsProgram(next)
    {
      return next.program
    }
    guard end + 1 < commands.count, let first = command.words.first,
      let outer = ShellInvocation(commands[end + 1]), running.contains(outer.program),
      !outer.isModule
    else { return nil }
    let input = commands[end + 1].redirections.filter { $0.operator == "<<<" }.map(\.target)
    let words = Array(programWords(outer)) + (readsProgram(outer) ? input : [])
    let holds = words.contains {
      !$0.isLiteral && $0.span.lowerBound <= first.span.lowerBound
        && first.span.upperBound <= $0.span.upperBound
    }
    return holds ? outer.program : nil
  }

  /// The words that a program takes for a program; those behind them are its data.
  private static func programWords(_ invocation: ShellInvocation) -> ArraySlice<ShellWord> {
    let words = invocation.arguments[...]
    guard !evaluating.contains(invocation.program) else { return words }
    let (options, rest) = split(invocation)
    if givesText(options, invocation.program) {
      // The text is the next word, or a part of the option's own.
      let own = options.filter { word in
        ["-c", "-e", "--eval="].contains { word.text.hasPrefix($0) }
      }
      return ArraySlice(own) + rest.prefix(1)
    }
    guard let word = rest.first, !options.contains(where: { $0.text == "-s" }),
      // `<( )` has no text.
      word.text.isEmpty || word.text.hasPrefix("$(") || word.text.hasPrefix("`")
    else { return [] }
    return [word]
  }

  /// Whether a program takes its own text from its input: it is given no file, or `-`.
  private static func readsProgram(_ invocation: ShellInvocation) -> Bool {
    let (options, rest) = split(invocation)
    if givesText(options, invocation.program) { return false }
    guard let file = rest.first?.text, !options.contains(where: { $0.text == "-s" }) else {
      return true
    }
    return file == "-" || file == "/dev/stdin"
  }

  /// The options before the first word that is none, and the words from there.
  private static func split(
    _ invocation: ShellInvocation
  ) -> (options: ArraySlice<ShellWord>, rest: ArraySlice<ShellWord>) {
    let words = invocation.arguments
    var index = 0
    while index < words.count, words[index].text.hasPrefix("-"), words[index].text != "-" {
      let takesValue = ["-o", "-O", "-W", "-X", "-I", "-r", "--rcfile", "--init-file", "--require"]
        .contains(words[index].text)
      index = min(index + (takesValue ? 2 : 1), words.count)
    }
    return (words[..<index], words[index...])
  }

  /// Whether an option says that the program's text is an argument; a shell's `-e` does not.
  private static func givesText(_ options: ArraySlice<ShellWord>, _ program: String) -> Bool {
    let isShell = shells.contains(program)
    return options.contains { option in
      let text = option.text
      if text.hasPrefix("--") { return text.hasPrefix("--eval") }
      let letters = text.utf8.dropFirst().prefix { (0x41...0x7A).contains($0) }
      if isShell { return letters.contains(UInt8(ascii: "c")) }
      return letters.first == UInt8(ascii: "c") || letters.first == UInt8(ascii: "e")
        || letters.last == UInt8(ascii: "c") || letters.last == UInt8(ascii: "e")
    }
  }
}
