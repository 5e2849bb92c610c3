// SPDX-License-Identifier: Apache-2.0

/// Changes need approvals.
enum Approvals: AuditRule {
  static let description = RuleDescription(
    id: "approvals", title: "changes of the default branch need approvals",
    severity: .medium, checklist: [51], sources: ["secure package template"],
    why: """
      An approval is the moment at which a second person looks. The profiles differ: `template` and \
      `strict` ask for two approvals, `spec8` for one. Who maintains alone can have neither; take \
      the finding into a baseline then, and let the environment be what somebody else approves.
      """,
    fix: "set `required_approving_review_count` of the rule `pull_request`",
    samples: [
      RuleSample(
        "none", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"required_approving_review_count": 0}}]"#)),
      RuleSample(
        "one, which `spec8` asks for", .good,
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"required_approving_review_count": 1}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let count = project.profile.approvals
    return branchRule(project, page: .merging, { $0.approvals >= count }) {
      "`\($0)` takes changes with fewer than \(count) approval\(count == 1 ? "" : "s"), which the "
        + "profile `\(project.profile.rawValue)` asks for"
    }
  }
}

extension AuditProfile {
  /// How many approvals a change needs.
  package var approvals: Int64 { self == .spec8 ? 1 : 2 }
}
