// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What strangers wrote is not checked out where secrets are.
enum UntrustedCheckout: AuditRule {
  static let id = "untrusted-checkout"

  static let description = RuleDescription(
    id: id, title: "workflows with secrets do not check out a stranger's commit", severity: .high,
    sources: [
      "GitHub Security Lab, \"Preventing pwn requests\"", "OpenSSF Scorecard, Dangerous-Workflow",
    ],
    why: """
      In pull_request_target, workflow_run and issue_comment a job has the secrets and the token \
      of the repository. After a checkout of the pull request's commit, everything that runs in \
      its folder, be it a build, a test, a linter's configuration or a package's set-up script, \
      is the stranger's program.
      """,
    incident: """
      December 2024: Ultralytics' workflow checked out the pull request's branch under \
      pull_request_target; a branch with a command for a name poisoned the release's cache.
      """,
    fix:
      "check out nothing of the pull request there; build it in a workflow on `pull_request`, and hand over data, not programs",
    samples: [
      .steps(
        "the head commit, and then its tests", .findings(lines: [8]), on: "pull_request_target",
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
            ref: ${{ github.event.pull_request.head.sha }}
        - run: make test
        """),
      .steps(
        "the branch of a run, from the fork", .findings(lines: [8]), on: "workflow_run",
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
            repository: ${{ github.event.workflow_run.head_repository.full_name }}
            ref: ${{ github.event.workflow_run.head_branch }}
        """),
      .steps(
        "git and gh", .findings(lines: [8, 9]), on: "issue_comment",
        """
        - run: gh pr checkout "$NUMBER"
        - run: git fetch origin "pull/$NUMBER/head" && git checkout FETCH_HEAD
        """),
      .steps(
        "the default branch", .good, on: "pull_request_target",
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
        """),
      .steps(
        "a pull request without secrets", .good, on: "pull_request",
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
            ref: ${{ github.event.pull_request.head.sha }}
        """),
    ])

  /// Events whose workflows have the repository's secrets while others say what they work on.
  static let events = ["pull_request_target", "workflow_run", "issue_comment"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    for file in project.workflows {
      guard let event = events.first(where: { file.workflow.trigger($0) != nil }) else { continue }
      for job in file.workflow.jobs {
        for step in job.steps {
          guard let span = place(step) else { continue }
          findings.append(
            Finding(
              rule: id, severity: .high,
              "a stranger's commit is checked out in a workflow on `\(event)`, which has secrets",
              at: Finding.Place(file.path, span)))
        }
      }
    }
    return .examined(findings)
  }

  /// Where a step checks out what a stranger wrote.
  static func place(_ step: Step) -> Range<Int>? {
    if step.uses("actions/checkout"), let uses = step.uses {
      for name in ["ref", "repository"] {
        guard let text = step.with?[name] else { continue }
        let isForeign =
          text.value.holds("refs/pull/")
          || text.expressions.contains {
            ($0.expression?.contexts ?? []).contains { self.isForeign($0) }
          }
        if isForeign { return uses.text.span }
      }
    }
    if let run = step.run,
      run.value.holds("gh pr checkout")
        || run.value.holds("git fetch") && run.value.holds("pull/") && run.value.holds("/head")
    {
      return step.entry("run")?.key.span
    }
    return nil
  }

  private static func isForeign(_ context: String) -> Bool {
    context == "github.head_ref" || context.hasPrefix("github.event.pull_request.head.")
      || context == "github.event.pull_request.merge_commit_sha"
      || context.hasPrefix("github.event.workflow_run.head_")
  }
}
