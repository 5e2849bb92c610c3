// SPDX-License-Identifier: Apache-2.0

/// Security updates of dependencies are on.
enum SecurityUpdatesOn: AuditRule {
  static let description = RuleDescription(
    id: "security-updates", title: "the forge proposes security updates of dependencies",
    severity: .low, checklist: [46], sources: ["secure package template"],
    why: """
      A hole in a dependency is public the day it is fixed. With the setting, a pull request with the \
      fix is there the same day, also where Dependabot's file asks for updates once a month.
      """,
    fix: "switch on Dependabot alerts and security updates",
    samples: [
      RuleSample(
        "off", .findings(lines: [0]),
        settings: [("automated-security-fixes", #"{"enabled": false, "paused": false}"#)]),
      RuleSample(
        "paused", .findings(lines: [0]),
        settings: [("automated-security-fixes", #"{"enabled": true, "paused": true}"#)]),
      RuleSample(
        "on", .good,
        settings: [("automated-security-fixes", #"{"enabled": true, "paused": false}"#)]),
      RuleSample("only administrators see it", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.securityUpdates {
      case nil: return .notApplicable("GitLab has no such setting")
      case .unknown(let how)?: return .unknown(wouldTell: how)
      case .known(.on)?: return .examined([])
      case .known(.paused)?:
        return .examined([
          finding(
            "security updates are paused, because nobody merged the last ones", .info,
            at: forge.place(.security))
        ])
      case .known(.off)?:
        return .examined([
          finding("security updates of dependencies are off", at: forge.place(.security))
        ])
      }
    }
  }
}
