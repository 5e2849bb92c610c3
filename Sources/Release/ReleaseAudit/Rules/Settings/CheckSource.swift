// SPDX-License-Identifier: Apache-2.0

/// Required checks must come from one app.
enum CheckSource: AuditRule {
  static let description = RuleDescription(
    id: "check-source", title: "required checks must come from the app that is expected",
    severity: .low, checklist: [57], sources: ["secure package template"],
    why: """
      A status has only a name. Where any app may report it, whoever has a token that may write \
      statuses reports the test that has failed as passed.
      """,
    fix: "choose GitHub Actions as the source of the check (`integration_id` 15368)",
    samples: [
      RuleSample(
        "any source", .findings(lines: [0]),
        settings: RuleSample.rules(
          #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
            + #"{"required_status_checks": [{"context": "test"}]}}]"#)),
      RuleSample(
        "GitHub Actions", .good,
        settings: RuleSample.rules(
          #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
            + #"{"required_status_checks": [{"context": "test", "integration_id": 15368}]}}]"#)),
      RuleSample(
        "no required check", .notApplicable,
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#)),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      guard forge.kind == .github else {
        return .notApplicable("only the project's own pipeline reports checks at GitLab")
      }
      let checks = forge.branchRules.parts.flatMap(\.checks)
      let bound = Set(checks.filter { $0.source != nil }.map(\.name))
      var open: [String] = []
      for check in checks where !bound.contains(check.name) && !open.contains(check.name) {
        open.append(check.name)
      }
      if !open.isEmpty {
        return .examined(
          open.prefix(20).map {
            finding("any app can report the check `\($0)` as passed", at: forge.place(.rules))
          })
      }
      if let how = forge.branchRules.unknown.first { return .unknown(wouldTell: how) }
      return checks.isEmpty ? .notApplicable("no check is required") : .examined([])
    }
  }
}
