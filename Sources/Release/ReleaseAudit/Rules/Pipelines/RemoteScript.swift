// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// No GitLab job or Cloud Build step runs what it has just downloaded.
enum RemoteScript: AuditRule {
  static let description = RuleDescription(
    id: "remote-script", title: "no GitLab job or Cloud Build step runs a script from an address",
    severity: .medium, checklist: [39],
    sources: ["OpenSSF Scorecard, Pinned-Dependencies", "GitLab Docs, \"Pipeline security\""],
    why: """
      What an address serves can be another script tomorrow, for this machine only, and nobody \
      sees it later. It runs with the variables and the identity of the job.
      """,
    incident: """
      April 2021: the uploader script of Codecov, which pipelines ran by `curl | bash`, had sent \
      their environment variables to somebody else for two months.
      """,
    fix: "download it, compare it with a digest (`sha256sum --check`), then run it",
    samples: [
      .gitLab(
        "from the network into a shell", .findings(lines: [3, 4]),
        """
        test:
          script:
            - curl -sSL https://example.org/install.sh | bash
            - bash <(wget -qO- https://example.org/setup.sh)
        """),
      .cloudBuild(
        "in a step", .findings(lines: [4]),
        """
        steps:
          - name: ubuntu
            entrypoint: bash
            args: ["-c", "curl https://example.org/x | sh -s -- -y"]
        """),
      .gitLab(
        "with a digest", .good,
        """
        test:
          script:
            - curl -sSLo install.sh https://example.org/install.sh
            - echo "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae  install.sh" | sha256sum --check
            - bash install.sh
            - curl https://example.org/data.json | jq .
        """),
    ])

  private static let shells: Set<String> = [
    "bash", "sh", "zsh", "dash", "ash", "python", "python3", "perl", "ruby", "node",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.pipelineScripts { script, findings in
      guard script.text.value.holds("://") || script.text.value.holds("$") else { return }
      guard script.text.value.holds("curl") || script.text.value.holds("wget") else { return }
      let commands = ShellScript(script.text.value).commands
      for (index, command) in commands.enumerated() {
        guard let invocation = ShellInvocation(command),
          invocation.program == "curl"
            || invocation.program == "wget"
        else { continue }
        let isPiped =
          command.feedsPipe && index + 1 < commands.count
          && runs(commands[index + 1], isFed: true)
        // What is substituted stands before the command that takes it.
        let isSubstituted =
          index + 1 < commands.count && takes(commands[index + 1], invocation.range)
        guard isPiped || isSubstituted else { continue }
        let address = invocation.arguments.map(\.text).first { $0.contains("://") }
        findings.append(
          finding(
            "what `\(address ?? invocation.program)` serves is run unseen",
            at: script.place(command.span)))
      }
    }
  }

  /// Whether a command runs what it is given: a shell without a script of its own.
  private static func runs(_ command: ShellCommand, isFed: Bool) -> Bool {
    guard let invocation = ShellInvocation(command), shells.contains(invocation.program) else {
      return false
    }
    let arguments = invocation.arguments.map(\.text)
    return arguments.allSatisfy { $0.hasPrefix("-") } || arguments.contains("-")
      || arguments.first?.hasPrefix("-s") ?? false
  }

  /// Whether a command is a shell that takes a substitution in whose words another one stands.
  private static func takes(_ command: ShellCommand, _ inner: Range<Int>) -> Bool {
    guard let invocation = ShellInvocation(command),
      shells.contains(invocation.program) || ["eval", "source", "."].contains(invocation.program)
    else { return false }
    return invocation.arguments.contains { word in
      word.span.lowerBound <= inner.lowerBound && inner.upperBound <= word.span.upperBound
    }
  }
}
