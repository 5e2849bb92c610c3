// SPDX-License-Identifier: Apache-2.0

/// Only the intended accounts can start a release.
enum ReleaseAccounts: AuditRule {
  static let description = RuleDescription(
    id: "release-accounts", title: "only the intended accounts can start a release",
    severity: .medium, checklist: [70], sources: ["secure package template"],
    why: """
      Whoever may push can start a release, by a tag or by hand. Who that is, settings tell; whether \
      it is meant, only somebody who knows the people.
      """,
    fix: "take the right to push from accounts that need it no more",
    samples: [
      RuleSample(
        "somebody must read the list", .unknown,
        settings: [
          (
            "collaborators",
            #"[{"login": "ada", "id": 1, "permissions": {"admin": true}}, "#
              + #"{"login": "an-old-bot", "id": 2, "permissions": {"admin": false}}]"#
          )
        ]),
      RuleSample("only who may push sees it", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.writers {
      case .unknown(let how): return .unknown(wouldTell: how)
      case .known(let accounts):
        let names = accounts.prefix(20).map {
          $0.isAdministrator ? "\($0.name) (administrator)" : $0.name
        }
        let more = accounts.count > 20 ? " and \(accounts.count - 20) more" : ""
        return .unknown(
          wouldTell: "somebody who knows whom to expect: \(accounts.count) account"
            + "\(accounts.count == 1 ? "" : "s") may push, \(names.joined(separator: ", "))\(more)")
      }
    }
  }
}
