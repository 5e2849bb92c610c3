// SPDX-License-Identifier: Apache-2.0

/// The branch that releases come from is protected.
enum ProtectedBranch: AuditRule {
  static let description = RuleDescription(
    id: "protected-branch", title: "the branch that releases come from is protected",
    severity: .high, checklist: [8], sources: ["SPEC 8", "secure package template"],
    why: """
      What is on that branch is released. Without any rule, one stolen token that may write puts \
      code into the next release, and nobody is asked.
      """,
    fix: "make a ruleset for the default branch; `hallmark audit --fix --forge` prints the call",
    samples: [
      RuleSample("no rule at all", .findings(lines: [0]), settings: RuleSample.rules("[]")),
      RuleSample(
        "a ruleset that only asks for comments", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "copilot_code_review", "ruleset_id": 1}]"#)),
      RuleSample(
        "a ruleset", .good,
        settings: RuleSample.rules(
          #"[{"type": "deletion", "ruleset_source_type": "Repository", "ruleset_id": 1}]"#)),
      RuleSample(
        "the branch's own protection", .good,
        settings: [
          ("rules/branches/main", "[]"),
          ("branches/main", #"{"name": "main", "protected": true}"#),
          (
            "branches/main/protection",
            #"{"enforce_admins": {"enabled": true}, "allow_deletions": {"enabled": false}}"#
          ),
        ]),
      RuleSample(
        "protected, and the token may not see how", .unknown,
        settings: [
          ("rules/branches/main", "[]"),
          ("branches/main", #"{"name": "main", "protected": true}"#),
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, \.protects) { "no rule protects the branch `\($0)`" }
  }
}
