// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// No workflow is started with secrets by whoever likes.
enum DangerousTrigger: AuditRule {
  static let id = "dangerous-trigger"

  static let description = RuleDescription(
    id: id, title: "strangers do not start workflows that have secrets", severity: .high,
    sources: [
      "GitHub Security Lab, \"Preventing pwn requests\"",
      "GitHub Docs, \"Events that trigger workflows\"",
    ],
    why: """
      pull_request_target, workflow_run and issue_comment run in the name of the default branch, \
      with its secrets and a token that can write, while what they work on comes from a stranger. \
      One checkout of the pull request, one value put into a script, or one artifact unpacked is \
      enough to hand all of it over.
      """,
    incident: """
      December 2024: a pull request whose branch name was a shell command poisoned the cache of \
      Ultralytics' release workflow, which ran on pull_request_target; releases on PyPI carried a \
      miner. August 2025: the same trigger opened nrwl/nx.
      """,
    fix:
      "use `pull_request`; where secrets are needed, split the work into a part without secrets and a part that a maintainer starts",
    samples: [
      RuleSample(
        "pull requests of strangers with secrets", .findings(lines: [2]),
        workflow: """
          on:
            pull_request_target:
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
      RuleSample(
        "after another workflow", .findings(lines: [1]),
        workflow: """
          on: [push, workflow_run]
          permissions: {}
          jobs:
            deploy:
              runs-on: ubuntu-24.04
              steps:
                - run: make deploy

          """),
      RuleSample(
        "pull requests without secrets", .good,
        workflow: """
          on: [push, pull_request]
          permissions: {}
          jobs:
            test:
              runs-on: ubuntu-24.04
              steps:
                - run: make test

          """),
      RuleSample(
        "only labels by the forge's own action", .good,
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            label:
              permissions: { contents: read, pull-requests: write }
              runs-on: ubuntu-24.04
              steps:
                - uses: actions/labeler@8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.0.0

          """),
      RuleSample(
        "only for branches of the same repository", .good,
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            preview:
              if: github.event.pull_request.head.repo.full_name == github.repository
              runs-on: ubuntu-24.04
              steps:
                - run: make preview
                  env:
                    TOKEN: ${{ secrets.PREVIEW_TOKEN }}

          """),
    ])

  private static let events: [(name: String, why: String)] = [
    ("pull_request_target", "anyone's pull request starts it with the repository's secrets"),
    ("workflow_run", "it works with the repository's secrets on what another run left"),
    ("issue_comment", "anyone's comment starts it with the repository's secrets"),
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .noWorkflow }
    var findings: [Finding] = []
    let access = StrangerAccess(project)
    for file in project.workflows {
      for event in events {
        guard let trigger = file.workflow.trigger(event.name) else { continue }
        if event.name == "pull_request_target", onlyLabels(file.workflow) { continue }
        let entries = access.entries(of: file.workflow, by: [event.name])
        let jobs = file.workflow.jobs.filter { job in entries.contains { $0.reaches(job) } }
        guard !jobs.isEmpty else { continue }
        let taken = taken(file, jobs, entries)
        findings.append(
          Finding(
            rule: id,
            severity: taken != nil ? .high : gains(file, jobs) ? .medium : .low,
            "`\(event.name)`: \(event.why)",
            at: Finding.Place(file.path, trigger.event.span), related: [taken].compactMap { $0 }))
      }
    }
    return .examined(findings)
  }

  /// Where a job takes what a stranger made: a commit, or the files of another run.
  private static func taken(
    _ file: WorkflowFile, _ jobs: [Job], _ entries: [StrangerAccess.Entry]
  ) -> Finding.Place? {
    for job in jobs {
      for step in job.steps where entries.contains(where: { $0.reaches(step, of: job) }) {
        let label: String
        if UntrustedCheckout.place(step, job, file.workflow) != nil {
          label = "checks out a stranger's commit"
        } else if ArtifactTransfer(step)?.isForeign ?? false
          || step.run?.value.holds("gh run download") ?? false
        {
          label = "takes files of another run"
        } else {
          continue
        }
        return Finding.Place(
          file.path, step.uses?.text.span ?? step.entry("run")?.key.span, label)
      }
    }
    return nil
  }

  /// Rights with which nothing but conversations and marks change.
  private static let talk: Set<String> = [
    "pull-requests", "issues", "discussions", "checks", "statuses",
  ]

  /// Whether the jobs have anything to gain: a secret, or a right to change what people use.
  private static func gains(_ file: WorkflowFile, _ jobs: [Job]) -> Bool {
    let open = Set(jobs.map(\.id.value))
    // Jobs and expressions are both in the file's order.
    var closed = file.workflow.jobs.filter { !open.contains($0.id.value) }.map(\.span)[...]
    let usesSecrets = file.expressions.contains { embedded in
      closed = closed.drop { $0.upperBound <= embedded.span.lowerBound }
      if closed.first?.contains(embedded.span.lowerBound) ?? false { return false }
      return embedded.source.lowercased().holds("secrets")
        && (embedded.expression?.contexts ?? []).contains {
          $0.hasPrefix("secrets") && $0 != "secrets.github_token"
        }
    }
    return usesSecrets
      || jobs.contains { job in
        if job.secrets != nil { return true }
        switch file.workflow.permissions(of: job)?.grant {
        case .scopes(let scopes):
          return scopes.contains { $0.access.value == "write" && !talk.contains($0.name.value) }
        case .readAll: return false
        case .writeAll, .other, nil: return true
        }
      }
  }

  private static func onlyLabels(_ workflow: Workflow) -> Bool {
    guard workflow.jobs.count == 1, let job = workflow.jobs.first, job.steps.count == 1 else {
      return false
    }
    return job.steps[0].uses("actions/labeler")
  }
}
