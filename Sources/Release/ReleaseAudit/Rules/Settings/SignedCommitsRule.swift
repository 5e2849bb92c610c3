// SPDX-License-Identifier: Apache-2.0

/// Commits are signed, by rule or by those who release.
enum SignedCommitsRule: AuditRule {
  static let description = RuleDescription(
    id: "signed-commits-rule", title: "commits of the default branch must be signed",
    severity: .low, checklist: [6], sources: ["SPEC 8", "secure package template"],
    why: """
      A commit's author is what somebody typed. A signature is by a key, and the rule refuses what \
      has none. The profiles differ: `template` and `strict` ask for the rule; for `spec8` it is \
      enough that those who release sign, which git shows at the last release tag.
      """,
    fix: "add the rule `required_signatures`, after everybody who commits signs",
    samples: [
      RuleSample(
        "neither a rule nor a signed release", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#),
        git: GitState(tag: .none)),
      RuleSample(
        "a rule", .good,
        settings: RuleSample.rules(#"[{"type": "required_signatures", "ruleset_id": 1}]"#)),
      RuleSample(
        "who releases signs", .good,
        settings: RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#),
        git: GitState(tag: .verified(names: ["ada"]))),
      RuleSample("not asked", .unknown, settings: []),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      let rule = forge.branchRules.holds(\.requiresSignatures)
      if project.profile == .spec8, let tag = project.git?.newestRelease {
        switch tag.signature {
        case .verified: return .examined([])
        case .undecided(let reason) where rule.value != true:
          return .unknown(wouldTell: "`git verify-tag \(tag.name)`, since \(reason)")
        case .undecided, .none, .refused: break
        }
      }
      return verdict(
        rule,
        project.profile == .spec8
          ? "`\(forge.branchName)` takes unsigned commits, and the last release is not signed either"
          : "`\(forge.branchName)` takes unsigned commits", at: forge.place(.rules))
    }
  }
}
