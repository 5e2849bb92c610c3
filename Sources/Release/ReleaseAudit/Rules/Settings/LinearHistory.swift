// SPDX-License-Identifier: Apache-2.0

/// History is linear.
enum LinearHistory: AuditRule {
  static let description = RuleDescription(
    id: "linear-history", title: "the default branch has no merge commits",
    severity: .info, checklist: [59], sources: ["secure package template"],
    why: """
      In a line of commits each one was reviewed as it is. A merge commit can hold changes that are \
      in none of its parents and that no review showed.
      """,
    fix: "add the rule `required_linear_history`",
    samples: [
      RuleSample(
        "merge commits", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#)),
      RuleSample(
        "linear", .good,
        settings: RuleSample.rules(#"[{"type": "required_linear_history", "ruleset_id": 1}]"#)),
      RuleSample(
        "pull requests, which are squashed", .good,
        settings: [
          (
            "",
            #"{"default_branch": "main", "private": false, "allow_merge_commit": false}"#
          )
        ]
          + RuleSample.rules(#"[{"type": "pull_request", "ruleset_id": 1, "parameters": {}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let forbidsMerges = project.forge?.allowsMergeCommits == false
    return branchRule(
      project, page: .merging, { $0.isLinear || forbidsMerges && $0.requiresPullRequest }
    ) {
      "`\($0)` takes merge commits"
    }
  }
}
