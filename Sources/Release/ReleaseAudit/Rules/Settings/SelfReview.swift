// SPDX-License-Identifier: Apache-2.0

/// Who starts a run cannot approve it.
enum SelfReview: AuditRule {
  static let description = RuleDescription(
    id: "self-review", title: "who starts a run that publishes cannot approve it",
    severity: .medium, checklist: [17], sources: ["SPEC 8"],
    why: """
      Who approves their own run is not a second person: one stolen account is enough to release.
      """,
    fix: "set `prevent_self_review` of the environment",
    samples: [
      RuleSample(
        "own runs can be approved", .findings(lines: [0]),
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "prevent_self_review": false, "#
            + #""reviewers": [{"type": "Team", "reviewer": {"slug": "release", "id": 7}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "only by others", .good,
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "prevent_self_review": true, "#
            + #""reviewers": [{"type": "Team", "reviewer": {"slug": "release", "id": 7}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "it is not shown", .unknown,
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "#
            + #""reviewers": [{"type": "Team", "reviewer": {"slug": "release", "id": 7}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: [], files: [RuleSample.publishing]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    environmentRule(project) { environment, forge, related in
      let place = forge.place(.environments, environment.name)
      if environment.reviewers.isEmpty {
        return .examined([
          finding(
            "who starts a run in `\(environment.name)` needs nobody: it has no reviewers",
            at: place, related: related)
        ])
      }
      switch environment.preventsSelfReview {
      case true?: return .examined([])
      case false?:
        return .examined([
          finding(
            "who starts a run in `\(environment.name)` can approve it", at: place,
            related: related)
        ])
      case nil:
        return .unknown(
          wouldTell: "\(forge.selfReviewSetting(of: environment.name)), which this forge does not "
            + "show; its page does: \(place.path)")
      }
    }
  }
}
