// SPDX-License-Identifier: Apache-2.0

/// Only listed actions may run.
enum AllowedActions: AuditRule {
  static let description = RuleDescription(
    id: "allowed-actions", title: "only listed actions may run",
    severity: .low, checklist: [13], sources: ["SPEC 8"],
    why: """
      A list of actions makes a new one a decision of whoever administers the repository, and not \
      of whoever edits a workflow. All "verified creators" are thousands of actions, no list.
      """,
    fix: "allow the own organization's actions, GitHub's and listed ones (`selected`)",
    samples: [
      RuleSample(
        "every action", .findings(lines: [0]),
        settings: [("actions/permissions", #"{"enabled": true, "allowed_actions": "all"}"#)]),
      RuleSample(
        "verified creators", .findings(lines: [0]),
        settings: [
          ("actions/permissions", #"{"enabled": true, "allowed_actions": "selected"}"#),
          (
            "actions/permissions/selected-actions",
            #"{"github_owned_allowed": true, "verified_allowed": true, "patterns_allowed": []}"#
          ),
        ]),
      RuleSample(
        "a list", .good,
        settings: [
          ("actions/permissions", #"{"enabled": true, "allowed_actions": "selected"}"#),
          (
            "actions/permissions/selected-actions",
            #"{"github_owned_allowed": true, "verified_allowed": false, "#
              + #""patterns_allowed": ["pypa/gh-action-pypi-publish@*"]}"#
          ),
        ]),
      RuleSample("only administrators see it", .unknown, settings: []),
      RuleSample(
        "switched off", .notApplicable, settings: [("actions/permissions", #"{"enabled": false}"#)]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      guard let actions = forge.actions else {
        return .notApplicable("GitLab has no actions")
      }
      switch actions {
      case .unknown(let how): return .unknown(wouldTell: how)
      case .known(let policy):
        guard policy.isEnabled else { return .notApplicable("GitHub Actions is switched off") }
        switch policy.allowed {
        case .own: return .examined([])
        case .all:
          return .examined([
            finding("every action of everybody may run", at: forge.place(.actions))
          ])
        case .listed(.unknown(let how)): return .unknown(wouldTell: how)
        case .listed(.known(let list)):
          guard list.allowsVerified || list.patterns.contains("*") else { return .examined([]) }
          return .examined([
            finding(
              list.allowsVerified
                ? "all actions of creators whom GitHub has verified may run"
                : "the list of actions has `*`, which is every action",
              at: forge.place(.actions))
          ])
        }
      }
    }
  }
}
