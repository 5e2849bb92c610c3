// SPDX-License-Identifier: Apache-2.0

/// The rules hold for administrators, too.
enum NoBypass: AuditRule {
  static let description = RuleDescription(
    id: "no-bypass", title: "nobody is exempt from the rules of the default branch",
    severity: .medium, checklist: [60], sources: ["secure package template"],
    why: """
      The account that an attacker wants is the one that need not obey. A rule with an exception is \
      a rule for everybody else.
      """,
    fix: "empty `bypass_actors` of the ruleset; include administrators in a branch's protection",
    samples: [
      RuleSample(
        "administrators need not obey", .findings(lines: [0]),
        settings: RuleSample.rules(#"[{"type": "pull_request", "ruleset_id": 1}]"#) + [
          (
            "rulesets/1",
            #"{"id": 1, "name": "main", "bypass_actors": [{"actor_id": 5, "#
              + #""actor_type": "RepositoryRole", "bypass_mode": "always"}]}"#
          )
        ]),
      RuleSample(
        "nobody is exempt", .good,
        settings: RuleSample.rules(#"[{"type": "pull_request", "ruleset_id": 1}]"#) + [
          ("rulesets/1", #"{"id": 1, "name": "main", "bypass_actors": []}"#)
        ]),
      RuleSample(
        "the token is not shown who is", .unknown,
        settings: RuleSample.rules(#"[{"type": "pull_request", "ruleset_id": 1}]"#) + [
          ("rulesets/1", #"{"id": 1, "name": "main"}"#)
        ]),
      RuleSample("no rules", .notApplicable, settings: RuleSample.rules("[]")),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      let rules = forge.branchRules
      var outcomes = rules.parts.map { part -> RuleOutcome in
        switch part.bypass {
        case .unknown(let how): return .unknown(wouldTell: how)
        case .known(let names) where names.isEmpty: return .examined([])
        case .known(let names):
          let shown =
            names.prefix(5).joined(separator: ", ")
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
          return .examined([
            finding("\(part.name) does not hold for \(shown)", at: forge.place(.rules))
          ])
        }
      }
      // Who need not obey is said with a part; a piece of one that is known says no more.
      outcomes += rules.unseen.filter { $0.most == nil }.map { .unknown(wouldTell: $0.wouldTell) }
      guard !outcomes.isEmpty else {
        return .notApplicable("no rule protects the branch `\(forge.branchName)`")
      }
      return RuleOutcome.all(outcomes)
    }
  }
}
