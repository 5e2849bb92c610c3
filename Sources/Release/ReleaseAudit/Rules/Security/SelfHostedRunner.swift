// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Jobs run on machines that are gone afterwards.
enum SelfHostedRunner: AuditRule {
  static let id = "self-hosted-runner"

  static let description = RuleDescription(
    id: id, title: "jobs run on machines that are gone afterwards", severity: .high,
    sources: ["GitHub Docs, \"Self-hosted runners\" (security)", "SLSA 1.0, Build L3 (isolated)"],
    why: """
      A machine of one's own keeps what a job leaves on it: the next job, perhaps the release, \
      runs among the files and processes of the one before. In a public repository anyone's pull \
      request can be that job.
      """,
    incident: """
      2023: researchers reached PyTorch's release credentials from a pull request to a self-hosted \
      runner that was not thrown away.
      """,
    fix:
      "use a hosted runner for what is released, or runners that are made for one job (`--ephemeral`)",
    samples: [
      RuleSample(
        "anyone's pull request on a machine of one's own", .findings(lines: [5]),
        workflow: """
          on: pull_request
          permissions: {}
          jobs:
            test:
              runs-on: [self-hosted, gpu]
              steps:
                - run: make test

          """),
      RuleSample(
        "a machine of one's own", .findings(lines: [5]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            build:
              runs-on: [self-hosted, linux]
              steps:
                - run: make

          """),
      RuleSample(
        "a group, and a matrix", .findings(lines: [6, 14]),
        workflow: """
          on: push
          permissions: {}
          jobs:
            build:
              runs-on:
                group: builders
              steps:
                - run: make
            test:
              strategy:
                matrix:
                  runner: [ubuntu-24.04, self-hosted]
              # one of both
              runs-on: ${{ matrix.runner }}
              steps:
                - run: make test

          """),
      RuleSample(
        "a hosted runner", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            build:
              runs-on: ubuntu-24.04
              steps:
                - run: make

          """),
      RuleSample(
        "a matrix of hosted runners", .good,
        workflow: """
          on: push
          permissions: {}
          jobs:
            test:
              strategy:
                matrix:
                  runner: [ubuntu-24.04, macos-15]
              runs-on: ${{ matrix.runner }}
              steps:
                - run: make test

          """),
    ])

  /// Events by which people without rights start jobs.
  private static let strangers = [
    "pull_request", "pull_request_target", "issue_comment", "issues", "discussion",
    "discussion_comment", "pull_request_review", "pull_request_review_comment",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var access = StrangerAccess(project)
    return project.jobFindings { file, job, findings in
      guard let runsOn = job.runsOn else { return }
      let isOwn = runsOn.labels.contains { label in
        if label.value == "self-hosted" { return true }
        guard label.isExpression, let matrix = job.strategy?.matrix,
          let names = label.expressions[0].expression?.path?.split(separator: ".").map(String.init),
          names.first == "matrix"
        else { return false }
        return matrix.texts(names).contains { $0 == "self-hosted" }
      }
      guard isOwn || runsOn.group != nil else { return }
      let entry = access.entries(at: file.path, of: file.workflow, by: strangers)
        .first { $0.reaches(job) }
      if let entry {
        findings.append(
          Finding(
            rule: id, severity: isOwn ? .high : .medium,
            "`\(entry.event)` brings a stranger's program to the machine of the job "
              + "`\(job.id.value)`, which \(isOwn ? "" : "perhaps ")stays for other jobs",
            at: Finding.Place(file.path, runsOn.span)))
        return
      }
      findings.append(
        Finding(
          rule: id, severity: .low,
          isOwn
            ? "the job `\(job.id.value)` runs on a machine that other jobs have used"
            : "the job `\(job.id.value)` runs on a group of machines that other jobs may have used",
          at: Finding.Place(file.path, runsOn.span)))
    }
  }
}
