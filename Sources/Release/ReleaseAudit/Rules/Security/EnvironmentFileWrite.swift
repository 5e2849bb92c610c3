// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Jobs that strangers start do not write what they have not checked into the environment.
enum EnvironmentFileWrite: AuditRule {
  static let id = "environment-file-write"

  static let description = RuleDescription(
    id: id, title: "workflows that strangers start do not write GITHUB_ENV or GITHUB_PATH",
    severity: .high,
    sources: ["GitHub Docs, \"Workflow commands\" (setting an environment variable)"],
    why: """
      A line in GITHUB_ENV sets a variable for all later steps, and variables such as LD_PRELOAD \
      or BASH_ENV run programs. A line in GITHUB_PATH puts other programs before the known ones. \
      In a workflow that works on a stranger's data, the stranger may be the one who writes.
      """,
    fix:
      "use GITHUB_OUTPUT and read it in the step that needs it; write only fixed texts to GITHUB_ENV",
    samples: [
      .steps(
        "a value of the pull request", .findings(lines: [8]), on: "pull_request_target",
        """
        - run: echo "TITLE=$TITLE" >> "$GITHUB_ENV"
          env:
            TITLE: ${{ github.event.pull_request.title }}
        """),
      .steps(
        "by way of tee, and in PowerShell", .findings(lines: [10, 12]), on: "workflow_run",
        """
        - run: |
            set -e
            cat version | tee -a $GITHUB_ENV
        - shell: pwsh
          run: Get-Content bin | Out-File -Append $env:GITHUB_PATH
        """),
      .steps(
        "a fixed text", .good, on: "pull_request_target",
        """
        - run: echo "MODE=check" >> "$GITHUB_ENV"
        """),
      .steps(
        "what holds one line, and what the script has checked", .good, on: "workflow_run",
        """
        - run: |
            echo "REPOSITORY=${{ github.repository }}" >> "$GITHUB_ENV"
            echo "BRANCH=${BRANCH#refs/heads/}" >> "$GITHUB_ENV"
            echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
            number=$(cat number.txt)
            if ! [[ "$number" =~ ^[0-9]+$ ]]; then
              echo "no number" >&2
              exit 1
            fi
            printf 'NUMBER=%s\\n' "$number" >> "$GITHUB_ENV"
          env:
            BRANCH: ${{ github.event.workflow_run.head_branch }}
        """),
      .steps(
        "a check of a part, and one that ends nothing", .findings(lines: [10, 12, 13]),
        on: "workflow_run",
        """
        - run: |
            [[ $name =~ ^[a-z]+ ]] || exit 1
            echo "NAME=$name" >> "$GITHUB_ENV"
            [[ $tag =~ ^[a-z]+$ ]] || echo "not a tag"
            echo "TAG=$tag" >> "$GITHUB_ENV"
            echo "${{ github.event.workflow_run.head_branch }}" >> "$GITHUB_PATH"
        """),
      .steps(
        "a workflow without a stranger's data", .good,
        """
        - run: echo "VERSION=$(cat version)" >> "$GITHUB_ENV"
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let reached = project.isWhole && !project.actions.isEmpty ? reachedActions(project) : []
    return project.stepFindings { site, findings in
      guard let run = site.step.run, run.value.holds("GITHUB_") else { return }
      if let workflow = site.workflow {
        guard
          ["pull_request_target", "workflow_run", "issue_comment"].contains(where: {
            workflow.trigger($0) != nil
          })
        else { return }
      }
      let severity = severity(site, project, reached)
      let shell = site.shell?.name ?? "bash"
      guard let dialect = ShellScript.Dialect(shell: shell) else {
        if shell == "cmd" || shell == "cmd.exe" { inCMD(run, site, severity, &findings) }
        return
      }
      let commands = site.commands
      let values = OneLineValues(site, commands)
      for command in commands {
        guard let file = target(command, dialect, values) else { continue }
        findings.append(
          Finding(
            rule: id, severity: severity,
            "what is not checked is written to \(file), which later steps obey",
            at: site.place(command.span)))
      }
    }
  }

  /// Less for an action that no workflow of this repository uses on a stranger's data.
  private static func severity(
    _ site: StepSite, _ project: AuditedProject, _ reached: Set<String>
  ) -> AuditSeverity {
    guard site.action != nil else { return .high }
    guard project.isWhole, site.path.hasPrefix(".github/") else { return .medium }
    let folder = site.path.split(separator: "/").dropLast().joined(separator: "/")
    return reached.contains(folder) ? .high : .low
  }

  /// The folders of actions that workflows use on a stranger's data.
  private static func reachedActions(_ project: AuditedProject) -> Set<String> {
    var reached: Set<String> = []
    for site in project.steps {
      guard case .local(let place)? = site.step.uses?.target else { continue }
      // An action that uses it may be used anywhere.
      let isReached =
        site.workflow.map { workflow in
          UntrustedCheckout.events.contains { workflow.trigger($0) != nil }
        } ?? true
      if isReached { reached.insert(LocalPath.normal(place)) }
    }
    return reached
  }

  /// The environment file that a command writes something to that is not fixed.
  private static func target(
    _ command: ShellCommand, _ dialect: ShellScript.Dialect, _ values: OneLineValues
  ) -> String? {
    for redirection in command.redirections where redirection.operator.contains(">") {
      guard let file = file(redirection.target.text) else { continue }
      let isFixed =
        ["echo", "printf"].contains(command.program) && dialect == .posix
        && values.areKept(by: command, in: file)
      return isFixed || command.words.isEmpty ? nil : file
    }
    let writers =
      dialect == .posix
      ? ["tee"] : ["out-file", "add-content", "set-content", "tee-object"]
    guard writers.contains(command.program.lowercased()) else { return nil }
    return command.arguments.lazy.compactMap { file($0) }.first
  }

  private static func file(_ word: String) -> String? {
    let name = word.filter { !"${}\"".contains($0) }.uppercased()
    for file in ["GITHUB_ENV", "GITHUB_PATH"] where name == file || name == "ENV:\(file)" {
      return word.hasPrefix("$") ? file : nil
    }
    return nil
  }

  private static func inCMD(
    _ run: WorkflowText, _ site: StepSite, _ severity: AuditSeverity,
    _ findings: inout [Finding]
  ) {
    for line in run.value.split(separator: "\n") {
      for file in ["GITHUB_ENV", "GITHUB_PATH"]
      where line.contains(">") && line.uppercased().contains("%\(file)%") {
        findings.append(
          Finding(
            rule: id, severity: severity,
            "what is not checked is written to \(file), which later steps obey",
            at: site.place(run.span)))
      }
    }
  }
}
