// SPDX-License-Identifier: Apache-2.0

/// Tags cannot be made, moved or deleted by everybody.
enum ProtectedTags: AuditRule {
  static let description = RuleDescription(
    id: "protected-tags", title: "release tags cannot be made, moved or deleted by everybody",
    severity: .medium, checklist: [62], sources: ["secure package template"],
    why: """
      A tag starts the release and names what is in it. Whoever may push can make one from any \
      commit, and move one that people have pinned, unless a ruleset for tags says otherwise.
      """,
    incident: """
      March 2025: with a stolen token all tags of tj-actions/changed-files were moved to a commit \
      that printed secrets; more than 23,000 repositories used them.
      """,
    fix: """
      make a ruleset for tags with `creation`, `update` and `deletion`; let those who release, and \
      nobody else, be exempt from `creation`
      """,
    samples: [
      RuleSample(
        "no ruleset for tags", .findings(lines: [0, 0, 0]), settings: [("rulesets", "[]")],
        files: [RuleSample.publishing]),
      RuleSample(
        "tags can still be moved", .findings(lines: [0]),
        settings: ProtectedTags.ruleset(#"{"type": "creation"}, {"type": "deletion"}"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "other tags", .findings(lines: [0, 0, 0]),
        settings: ProtectedTags.ruleset(
          #"{"type": "creation"}, {"type": "update"}, {"type": "deletion"}"#, of: "docs-*"),
        files: [RuleSample.publishing]),
      RuleSample(
        "all three", .good,
        settings: ProtectedTags.ruleset(
          #"{"type": "creation"}, {"type": "update"}, {"type": "deletion"}"#),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: []),
    ])

  private static func ruleset(
    _ rules: String, of pattern: String = "v*"
  ) -> [(path: String, answer: String)] {
    [
      ("rulesets", #"[{"id": 3, "name": "tags", "target": "tag", "enforcement": "active"}]"#),
      (
        "rulesets/3",
        #"{"id": 3, "name": "tags", "conditions": {"ref_name": {"include": "#
          + #"["refs/tags/\#(pattern)"], "exclude": []}}, "rules": [\#(rules)]}"#
      ),
    ]
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.tagRules {
      case .unknown(let how): return .unknown(wouldTell: how)
      case .known(let rules):
        var tags = ReleaseRefs(project, branch: forge.branchName).tags
        if let newest = project.git?.newestRelease?.name, !tags.contains(newest) {
          tags.append(newest)
        }
        if tags.isEmpty { tags = ["v1.0.0"] }
        let acts: [(does: String, KeyPath<TagProtection, Bool>)] = [
          ("make", \.restrictsCreation), ("move", \.forbidsUpdate), ("delete", \.forbidsDeletion),
        ]
        var findings: [Finding] = []
        for (does, forbids) in acts {
          let open = tags.first { tag in
            !rules.contains { $0[keyPath: forbids] && $0.covers(tag) }
          }
          guard let open else { continue }
          findings.append(
            finding(
              "everybody who may push can \(does) a tag such as `\(open)`",
              at: forge.place(.tags)))
        }
        return .examined(findings)
      }
    }
  }
}
