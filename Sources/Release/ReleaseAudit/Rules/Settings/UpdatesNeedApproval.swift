// SPDX-License-Identifier: Apache-2.0

/// Updates of actions are approved by somebody.
enum UpdatesNeedApproval: AuditRule {
  static let description = RuleDescription(
    id: "updates-need-approval", title: "changes by bots need somebody's approval",
    severity: .medium, checklist: [25], sources: ["SPEC 8"],
    why: """
      A bot's pull request changes which code of others runs in a release. Without a rule that asks \
      for an approval, whoever can press a button, or a workflow, merges it unseen.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files were moved to code that printed secrets.
      """,
    fix: "ask for one approval at least in the rule `pull_request` of the default branch",
    samples: [
      RuleSample(
        "nobody must approve", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"required_approving_review_count": 0}}]"#)),
      RuleSample(
        "somebody must", .good,
        settings: RuleSample.rules(
          #"[{"type": "pull_request", "ruleset_id": 1, "#
            + #""parameters": {"required_approving_review_count": 1}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let asks = { (part: BranchProtection) in
      part.approvals >= 1 || part.requiresCodeOwners && !part.letsAuthorsApprove
    }
    return branchRule(project, page: .merging, asks) {
      "updates of actions can be merged into `\($0)` without anybody's approval"
    }
  }
}
