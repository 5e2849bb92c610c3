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

  private static let fetching: Set<String> = [
    "curl", "wget", "irm", "iwr", "invoke-restmethod", "invoke-webrequest",
  ]
  private static let running: Set<String> = [
    "sh", "bash", "dash", "zsh", "python", "python3", "perl", "node", "ruby", "eval", "iex",
    "invoke-expression", "source", ".",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let run = site.step.run, mayFetch(run.value) else { return }
      let commands = site.commands
      for (index, command) in commands.enumerated() {
        guard let invocation = ShellInvocation(command), fetching.contains(invocation.program),
          let runner = runner(of: commands, after: index)
        else { continue }
        let isReleased = project.releaseScope.contains(site.place)
        findings.append(
          Finding(
            rule: id, severity: isReleased ? .high : .medium,
            "`\(runner)` runs what \(invocation.program) fetches, unseen",
            at: site.place(command.span)))
      }
    }
  }

  private static func mayFetch(_ text: String) -> Bool {
    text.holds("curl") || text.holds("wget") || text.holds("irm") || text.holds("iwr")
      || text.holds("Invoke-")
  }

  /// The program that runs the output of a command.
  private static func runner(of commands: [ShellCommand], after index: Int) -> String? {
    let command = commands[index]
    // To the end of a pipe.
    var last = index
    while commands[last].feedsPipe, last + 1 < commands.count { last += 1 }
    if last > index, let next = ShellInvocation(commands[last]), running.contains(next.program),
      !next.isModule, readsProgram(next)
    {
      return next.program
    }
    guard last + 1 < commands.count, let first = command.words.first,
      let outer = ShellInvocation(commands[last + 1]), running.contains(outer.program)
    else { return nil }
    let holds = outer.arguments.contains {
      !$0.isLiteral && $0.span.lowerBound <= first.span.lowerBound
        && first.span.upperBound <= $0.span.upperBound
    }
    return holds ? outer.program : nil
  }

  /// Whether a program takes its own text from its input: it is given no file, or `-`.
  private static func readsProgram(_ invocation: ShellInvocation) -> Bool {
    let words = invocation.arguments.map(\.text)
    if words.contains("-c") || words.contains("-e") { return false }
    if words.contains("-s") || words.first == "-" { return true }
    return words.allSatisfy { $0.hasPrefix("-") }
  }
}
