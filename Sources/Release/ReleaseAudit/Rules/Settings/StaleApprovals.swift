// SPDX-License-Identifier: Apache-2.0

/// New commits withdraw approvals.
enum StaleApprovals: AuditRule {
  static let description = RuleDescription(
    id: "stale-approvals", title: "new commits withdraw approvals",
    severity: .medium, checklist: [52], sources: ["secure package template"],
    why: """
      What was approved must be what is merged. Where an approval outlives new commits, code that \
      nobody has seen is merged under it.
      """,
    fix: "set `dismiss_stale_reviews_on_push` of the rule `pull_request`",
    samples: [
      RuleSample(
        "an approval stays", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"dismiss_stale_reviews_on_push": false}}]"#)),
      RuleSample(
        "it is withdrawn", .good,
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"dismiss_stale_reviews_on_push": true}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, page: .merging, \.withdrawsApprovals) {
      "an approval for `\($0)` stays when new commits are pushed"
    }
  }
}
