// SPDX-License-Identifier: Apache-2.0

/// Branches must be up to date before they are merged.
enum UpToDateBranch: AuditRule {
  static let description = RuleDescription(
    id: "up-to-date-branch", title: "branches must be up to date before they are merged",
    severity: .info, checklist: [58], sources: ["secure package template"],
    why: """
      Checks of an old state say nothing of what the branch is after the merge: two changes that \
      each pass can fail together, on the branch that is released.
      """,
    fix: "set `strict_required_status_checks_policy`, or use a merge queue",
    samples: [
      RuleSample(
        "old states are merged", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
            + #"{"required_status_checks": [{"context": "test"}], "#
            + #""strict_required_status_checks_policy": false}}]"#)),
      RuleSample(
        "up to date", .good,
        settings: RuleSample.rules(
          #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
            + #"{"required_status_checks": [{"context": "test"}], "#
            + #""strict_required_status_checks_policy": true}}]"#)),
      RuleSample(
        "a merge queue", .good,
        settings: RuleSample.rules(#"[{"type": "merge_queue", "ruleset_id": 1}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, page: .merging, \.requiresUpToDate) {
      "a branch that is behind `\($0)` can be merged into it"
    }
  }
}
