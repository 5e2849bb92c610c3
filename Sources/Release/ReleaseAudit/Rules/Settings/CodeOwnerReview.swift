// SPDX-License-Identifier: Apache-2.0

/// Code owners must review.
enum CodeOwnerReview: AuditRule {
  static let description = RuleDescription(
    id: "code-owner-review", title: "owners of the changed files must approve",
    severity: .low, checklist: [53], sources: ["secure package template"],
    why: """
      A CODEOWNERS file only asks. With the rule, a change of the workflows waits for somebody who \
      knows what a release does.
      """,
    fix: "set `require_code_owner_review` of the rule `pull_request`",
    samples: [
      RuleSample(
        "owners are only asked", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"require_code_owner_review": false}}]"#)),
      RuleSample(
        "owners must approve", .good,
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"require_code_owner_review": true}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, \.requiresCodeOwners) {
      "changes of `\($0)` do not need the approval of the files' owners"
    }
  }
}
