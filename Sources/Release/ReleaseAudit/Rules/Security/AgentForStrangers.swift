// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Agents do not take orders from whoever writes an issue.
enum AgentForStrangers: AuditRule {
  static let id = "agent-for-strangers"

  static let description = RuleDescription(
    id: id, title: "agents of language models do not work for everybody", severity: .high,
    sources: [
      "anthropics/claude-code-action, \"Security\" (allowed_non_write_users)",
      "openai/codex-action, README (allow-users)",
    ],
    why: """
      An agent does what the text says that it reads, and the text of an issue or a comment is a \
      stranger's. Its actions therefore work only for people who may write to the repository; `*` \
      turns that off. With commands and a token it then does for the stranger what it could do for \
      a maintainer, and with commands alone it can still fill the caches of the repository.
      """,
    incident: """
      February 2026: an order in an issue's title reached the agent that sorted cline's issues; by \
      way of a poisoned cache the token for npm was taken, and a version came out that nobody had \
      made.
      """,
    fix:
      "leave the input out, or name people; let an agent that reads strangers' texts have no commands and `permissions: {}`",
    samples: [
      .steps(
        "anyone's issue with commands", .findings(lines: [11]), on: "issues",
        """
        - uses: anthropics/claude-code-action@239e3a730883eeb5c53db12b0fc9573b3024b126 # v1.0.191
          with:
            anthropic_api_key: ${{ secrets.MODEL_KEY }}
            allowed_non_write_users: "*"
            claude_args: --allowedTools "Bash"
        """),
      .steps(
        "only for people with rights, and for named ones", .good, on: "issue_comment",
        """
        - uses: anthropics/claude-code-action@239e3a730883eeb5c53db12b0fc9573b3024b126 # v1.0.191
          with:
            anthropic_api_key: ${{ secrets.MODEL_KEY }}
        - uses: openai/codex-action@52fe01ec70a42f454c9d2ebd47598f9fd6893d56 # v1.11
          with:
            allow-users: octocat
        """),
      .steps(
        "when a maintainer starts it", .good, on: "workflow_dispatch",
        """
        - uses: openai/codex-action@52fe01ec70a42f454c9d2ebd47598f9fd6893d56 # v1.11
          with:
            allow-users: "*"
        """),
    ])

  /// Inputs that say for whom else than people with rights an action works.
  private static let inputs: [String: [String]] = [
    "anthropics/claude-code-action": ["allowed_non_write_users", "allowed_bots"],
    "factory-ai/droid-action": ["allowed_non_write_users", "allowed_bots"],
    "openai/codex-action": ["allow-users"],
  ]

  /// Events with texts of people without rights.
  private static let events = [
    "issues", "issue_comment", "pull_request", "pull_request_target", "pull_request_review",
    "pull_request_review_comment", "discussion", "discussion_comment", "workflow_run",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var access = StrangerAccess(project)
    return project.stepFindings { site, findings in
      guard let action = site.step.uses?.action, let names = inputs[action],
        let job = site.job, let workflow = site.workflow,
        let entry = names.lazy.compactMap({ site.step.with?.entry($0) }).first(where: {
          $0.value.value.split { " ,\n".contains($0) }.contains("*")
        }),
        let way = access.entries(at: site.path, of: workflow, by: events).first(where: {
          $0.reaches(site.step, of: job)
        })
      else { return }
      findings.append(
        Finding(
          rule: id, severity: hasTools(site) || writes(job, workflow) ? .high : .medium,
          "anyone gives orders to the agent by `\(way.event)`: `\(entry.key.value)` is `*`",
          at: site.place(entry.span)))
    }
  }

  /// Whether the agent is given commands.
  private static func hasTools(_ site: StepSite) -> Bool {
    (site.step.with?.entries ?? []).contains { entry in
      entry.value.value.holds("Bash") || entry.value.value.holds("--dangerously")
        || entry.key.value == "sandbox" && entry.value.value != "read-only"
    }
  }

  /// Whether the job's token may change anything.
  private static func writes(_ job: Job, _ workflow: Workflow) -> Bool {
    switch workflow.permissions(of: job)?.grant {
    case .scopes(let scopes): scopes.contains { $0.access.value == "write" }
    case .readAll: false
    case .writeAll, .other, nil: true
    }
  }
}
