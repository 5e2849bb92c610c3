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
        "by a variable, and by what a step found out", .findings(lines: [8, 16]),
        on: "pull_request_target",
        """
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
            ref: ${{ env.HEAD }}
          env:
            HEAD: ${{ github.event.pull_request.head.sha }}
        - id: pull
          run: echo "sha=$(gh pr view "$NUMBER" --json headRefOid)" >> "$GITHUB_OUTPUT"
        - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
          with:
            persist-credentials: false
            ref: ${{ steps.pull.outputs.sha }}
        """),
      .steps(
        "a command that is only written down", .good, on: "pull_request_target",
        """
        - run: |
            # not here: gh pr checkout "$NUMBER"
            echo "try it: gh pr checkout $NUMBER"
            git fetch origin "pull/$NUMBER/head"
            git log --oneline FETCH_HEAD
        """),
      RuleSample(
        "not from a fork, or not only", .findings(lines: [13]),
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            own:
              if: github.event.pull_request.head.repo.full_name == github.repository && success()
              runs-on: ubuntu-24.04
              steps:
                - run: gh pr checkout "$NUMBER"
            any:
              if: "!github.event.pull_request.head.repo.fork || github.event.label.name == 'test'"
              runs-on: ubuntu-24.04
              steps:
                - run: gh pr checkout "$NUMBER"

          """),
      RuleSample(
        "after the check of a job before, which runs for own branches only", .good,
        workflow: """
          on: [push, pull_request_target]
          permissions: {}
          jobs:
            own:
              if: github.event_name == 'push' || !github.event.pull_request.head.repo.fork
              runs-on: ubuntu-24.04
              steps:
                - run: make check
            test:
              needs: [own]
              runs-on: ubuntu-24.04
              steps:
                - run: gh pr checkout "$NUMBER"

          """),
      RuleSample(
        "after a run that a push started", .good,
        workflow: """
          on:
            workflow_run:
              workflows: [test]
          permissions: {}
          jobs:
            report:
              if: contains(fromJSON('["push", "schedule"]'), github.event.workflow_run.event)
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
                  with:
                    persist-credentials: false
                    ref: ${{ github.event.workflow_run.head_sha }}

          """),
      RuleSample(
        "after a workflow that only maintainers start", .good,
        files: [
          (
            ".github/workflows/report.yml",
            """
            on:
              workflow_run:
                workflows: [test]
            permissions: {}
            jobs:
              report:
                runs-on: ubuntu-24.04
                steps:
                  - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
                    with:
                      persist-credentials: false
                      ref: ${{ github.event.workflow_run.head_sha }}

            """
          ),
          (
            ".github/workflows/test.yml",
            """
            name: test
            on: [push, workflow_dispatch]
            permissions: {}
            jobs:
              test:
                runs-on: ubuntu-24.04
                steps:
                  - run: make test

            """
          ),
        ]),
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
    let access = StrangerAccess(project)
    for file in project.workflows {
      let entries = access.entries(of: file.workflow, by: events)
      guard !entries.isEmpty else { continue }
      for job in file.workflow.jobs {
        for step in job.steps {
          guard let span = place(step, job, file.workflow),
            let event = entries.first(where: { $0.reaches(step, of: job) })?.event
          else { continue }
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
  static func place(_ step: Step, _ job: Job, _ workflow: Workflow) -> Range<Int>? {
    if step.uses("actions/checkout"), let uses = step.uses {
      let isForeign = ["ref", "repository"].contains { name in
        guard let text = step.with?[name] else { return false }
        return text.value.holds("refs/pull/")
          || self.isForeign(
            text, Site(job: job, workflow: workflow, step: step.index))
      }
      return isForeign ? uses.text.span : nil
    }
    return fetches(step.invocations) ? step.entry("run")?.key.span : nil
  }

  /// Whether a script brings the commit of a pull request into its folder.
  private static func fetches(_ invocations: [ShellInvocation]) -> Bool {
    var hasFetched = false
    for invocation in invocations {
      switch invocation.program {
      case "gh": if invocation.isSubcommand(["pr", "checkout"]) { return true }
      case "git":
        let words = invocation.arguments.map(\.text)
        let isPull = words.contains {
          $0.holds("pull/") && ($0.holds("/head") || $0.holds("/merge"))
        }
        guard let verb = words.first(where: verbs.contains) else { continue }
        if isPull, verb != "fetch" { return true }
        if verb == "fetch" { hasFetched = hasFetched || isPull } else if hasFetched { return true }
      default: break
      }
    }
    return false
  }

  private static let verbs: Set<String> = [
    "fetch", "pull", "checkout", "switch", "merge", "rebase", "reset", "worktree", "restore",
    "cherry-pick",
  ]

  /// Where a text stands: its job and workflow, and the steps before it.
  private struct Site {
    let job: Job
    let workflow: Workflow
    /// The index of its step; all steps are before the outputs of a job.
    let step: Int

    var env: [WorkflowMapping] {
      let own = job.steps.first { $0.index == step }?.env
      return [own, job.env, workflow.env].compactMap { $0 }
    }
  }

  /// Whether a text names what a stranger wrote, also by a variable or by what an earlier step or
  /// job found out.
  private static func isForeign(_ text: WorkflowText, _ site: Site, depth: Int = 0) -> Bool {
    guard depth < 4 else { return false }
    let contexts = text.expressions.flatMap { $0.expression?.contexts ?? [] }
    return contexts.contains { context in
      if isForeign(context) { return true }
      let names = context.split(separator: ".").map(String.init)
      guard names.count > 1 else { return false }
      switch names[0] {
      case "env":
        let value = site.env.lazy.compactMap { $0.value(named: names[1]) }.first
        return value.map { isForeign($0, site, depth: depth + 1) } ?? false
      case "steps":
        return site.job.steps.contains { step in
          step.index < site.step && step.id?.value.lowercased() == names[1] && findsHead(step)
        }
      case "needs" where names.count == 4:
        guard let job = site.workflow.jobs.first(where: { $0.id.value.lowercased() == names[1] }),
          let output = job.outputs?.value(named: names[3])
        else { return false }
        let other = Site(job: job, workflow: site.workflow, step: .max)
        return isForeign(output, other, depth: depth + 1)
      default: return false
      }
    }
  }

  /// Whether a step asks the forge for the head of a pull request.
  private static func findsHead(_ step: Step) -> Bool {
    if let action = step.uses?.action {
      if action == "actions/github-script" {
        guard let script = step.with?["script"]?.value else { return false }
        return script.holds("pulls.") && (script.holds("head.sha") || script.holds("head.ref"))
      }
      return action.hasSuffix("/pull-request-comment-branch")
    }
    return step.invocations.contains { invocation in
      guard invocation.program == "gh" else { return false }
      let words = invocation.arguments.map(\.text)
      return invocation.isSubcommand(["pr", "view"])
        ? words.contains { $0.holds("headRef") }
        : words.contains { $0.holds("/pulls/") } && words.contains { $0.holds("head.") }
    }
  }

  private static func isForeign(_ context: String) -> Bool {
    context == "github.head_ref" || context.hasPrefix("github.event.pull_request.head.")
      || context == "github.event.pull_request.merge_commit_sha"
      || context.hasPrefix("github.event.workflow_run.head_")
  }
}

extension WorkflowMapping {
  /// The value of a name in lowercase, whatever the case in the file.
  fileprivate func value(named name: String) -> WorkflowText? {
    entries.first { $0.key.value.lowercased() == name }?.value
  }
}
