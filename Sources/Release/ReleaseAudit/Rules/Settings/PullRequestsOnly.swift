// SPDX-License-Identifier: Apache-2.0

/// The default branch takes changes by pull request.
enum PullRequestsOnly: AuditRule {
  static let description = RuleDescription(
    id: "pull-requests-only", title: "the default branch takes changes by pull request only",
    severity: .medium, checklist: [50], sources: ["secure package template"],
    why: """
      A push straight to the branch is seen by nobody before it is released. A pull request is a \
      place where checks run and somebody looks.
      """,
    fix: "add the rule `pull_request` to a ruleset of the default branch",
    samples: [
      RuleSample(
        "pushes are taken", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#)),
      RuleSample(
        "pull requests", .good,
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "parameters": {}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, \.requiresPullRequest) { "`\($0)` takes changes without a pull request" }
  }
}
