// SPDX-License-Identifier: Apache-2.0

import Workflows

/// OpenSSF Scorecard runs.
enum ScorecardRuns: AuditRule {
  static let description = RuleDescription(
    id: "no-scorecard", title: "OpenSSF Scorecard runs",
    severity: .info, checklist: [74], sources: ["secure package template"],
    why: """
      Scorecard looks at settings and habits over time, and publishes what it finds where \
      users look.
      """,
    fix: "add a workflow with ossf/scorecard-action",
    samples: [
      RuleSample(
        "none", .findings(lines: [0]), isWhole: true,
        files: [(".github/workflows/ci.yml", Self.without)]),
      RuleSample(
        "once a week", .good, isWhole: true,
        files: [(".github/workflows/scorecard.yml", Self.with)]),
      RuleSample(
        "only a part of the project", .notApplicable,
        files: [(".github/workflows/ci.yml", Self.without)]),
    ])

  private static let without = """
    on: push
    jobs:
      test:
        runs-on: ubuntu-latest
        steps:
          - run: make test

    """
  private static let with = """
    on:
      schedule:
        - cron: "30 5 * * 1"
    jobs:
      scorecard:
        runs-on: ubuntu-latest
        steps:
          - uses: ossf/scorecard-action@v2.4.0

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let runs = project.workflows.first { file in
      file.workflow.jobs.contains { job in
        job.steps.contains { $0.uses("ossf/scorecard-action") }
      }
    }
    if runs != nil { return .examined([]) }
    guard project.isWhole else { return .notApplicable("only a part of the project was given") }
    guard let file = project.workflows.first else {
      return .notApplicable("the project has no GitHub workflow")
    }
    return .examined([
      finding("no workflow runs OpenSSF Scorecard", at: Finding.Place(file.path, nil))
    ])
  }
}
