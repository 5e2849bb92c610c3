// SPDX-License-Identifier: Apache-2.0

/// The environment has reviewers.
enum EnvironmentReviewers: AuditRule {
  static let description = RuleDescription(
    id: "environment-reviewers", title: "somebody must approve a deployment to the environment",
    severity: .medium, checklist: [16], sources: ["SPEC 8", "secure package template"],
    why: """
      An environment without reviewers is only a name. With them, a run that publishes waits until \
      somebody has looked at what it is about to give to users.
      """,
    incident: """
      December 2024: ultralytics 8.3.41 and 8.3.42 were published by its own workflow after an \
      injection. Somebody who is asked for approval sees a release that nobody started.
      """,
    fix: "name reviewers of the environment; `--fix --forge --reviewer LOGIN` prints the call",
    samples: [
      RuleSample(
        "no reviewers", .findings(lines: [0]),
        settings: RuleSample.environment(#""protection_rules": []"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "the environment is not there yet", .findings(lines: [0]),
        settings: [("environments", "[]")], files: [RuleSample.publishing]),
      RuleSample(
        "a reviewer", .good,
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "prevent_self_review": false, "#
            + #""reviewers": [{"type": "User", "reviewer": {"login": "ada", "id": 1}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: [], files: [RuleSample.publishing]),
      RuleSample(
        "nothing is published", .notApplicable, settings: [],
        files: [(".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    environmentRule(project) { environment, forge, related in
      guard environment.reviewers.isEmpty else { return .examined([]) }
      return .examined([
        finding(
          "nobody must approve a run that publishes in the environment `\(environment.name)`",
          at: forge.place(.environments, environment.name), related: related)
      ])
    }
  }
}
