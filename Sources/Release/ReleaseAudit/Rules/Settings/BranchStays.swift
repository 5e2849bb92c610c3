// SPDX-License-Identifier: Apache-2.0

/// The branch cannot be deleted nor overwritten.
enum BranchStays: AuditRule {
  static let description = RuleDescription(
    id: "branch-stays", title: "the default branch cannot be deleted or overwritten",
    severity: .medium, checklist: [61], sources: ["secure package template"],
    why: """
      A forced push takes away the commits that a release was made from, and with them the only \
      trace of what somebody put in.
      """,
    fix: "add the rules `deletion` and `non_fast_forward`",
    samples: [
      RuleSample(
        "both", .findings(lines: [0, 0]),
        settings: RuleSample.rules(#"[{"type": "pull_request", "ruleset_id": 1}]"#)),
      RuleSample(
        "neither", .good,
        settings: RuleSample.rules(
          #"[{"type": "deletion", "ruleset_id": 1}, {"type": "non_fast_forward", "#
            + #""ruleset_id": 2}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      RuleOutcome.all([
        verdict(
          forge.branchRules.holds(\.forbidsDeletion), "`\(forge.branchName)` can be deleted",
          at: forge.place(.rules)),
        verdict(
          forge.branchRules.holds(\.forbidsForcePush),
          "the history of `\(forge.branchName)` can be overwritten", at: forge.place(.rules)),
      ])
    }
  }
}
