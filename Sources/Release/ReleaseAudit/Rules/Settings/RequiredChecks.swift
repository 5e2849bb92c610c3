// SPDX-License-Identifier: Apache-2.0

/// Status checks are required.
enum RequiredChecks: AuditRule {
  static let description = RuleDescription(
    id: "required-checks", title: "status checks are required before a merge",
    severity: .medium, checklist: [55], sources: ["secure package template"],
    why: """
      Tests and scanners protect a release only where a change that fails them cannot be merged.
      """,
    fix: "add the rule `required_status_checks` with the names of the jobs",
    samples: [
      RuleSample(
        "none", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#)),
      RuleSample(
        "one", .good,
        settings: RuleSample.rules(
          #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
            + #"{"required_status_checks": [{"context": "test", "integration_id": 15368}]}}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    branchRule(project, page: .merging, { !$0.checks.isEmpty || $0.requiresPipeline }) {
      "`\($0)` takes changes that have failed their checks"
    }
  }
}
