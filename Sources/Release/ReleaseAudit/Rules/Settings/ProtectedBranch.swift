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
        "releases come from another branch, too", .findings(lines: [0]),
        settings: ProtectedBranch.maintenance("[]"), files: [ProtectedBranch.release]),
      RuleSample(
        "another branch starts the workflow, and only tags publish", .good,
        settings: ProtectedBranch.maintenance("[]"), files: [ProtectedBranch.conditional]),
      RuleSample(
        "both are protected", .good,
        settings: ProtectedBranch.maintenance(#"[{"type": "deletion", "ruleset_id": 1}]"#),
        files: [ProtectedBranch.release]),
      RuleSample(
        "protected, and the token may not see how", .unknown,
        settings: [
          ("rules/branches/main", "[]"),
          ("branches/main", #"{"name": "main", "protected": true}"#),
        ]),
    ])

  private static func maintenance(_ rules: String) -> [(path: String, answer: String)] {
    RuleSample.rules(#"[{"type": "deletion", "ruleset_id": 1}]"#) + [
      ("rules/branches/stable", rules),
      ("branches/stable", #"{"name": "stable", "protected": false}"#),
    ]
  }

  private static let release = (
    path: ".github/workflows/release.yml",
    text: """
    on:
      push:
        branches: [main, stable]
    jobs:
      publish:
        runs-on: ubuntu-latest
        steps:
          - uses: pypa/gh-action-pypi-publish@release/v1

    """
  )

  private static let conditional = (
    path: release.path,
    text: release.text.replacing(
      "    runs-on:", with: "    if: startsWith(github.ref, 'refs/tags/')\n    runs-on:")
  )

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      var outcomes = [
        verdict(
          forge.branchRules.holds(\.protects), "no rule protects the branch `\(forge.branchName)`",
          at: forge.place(.rules))
      ]
      for (filter, isProtected) in forge.releaseBranches.sorted(by: { $0.key < $1.key }) {
        outcomes.append(
          verdict(
            isProtected, "no rule protects `\(filter)`, from which releases come, too",
            at: forge.place(.rules, filter)))
      }
      outcomes += project.unknownReleaseBranches(forge.kind).map { .unknown(wouldTell: $0) }
      return RuleOutcome.all(outcomes)
    }
  }
}
