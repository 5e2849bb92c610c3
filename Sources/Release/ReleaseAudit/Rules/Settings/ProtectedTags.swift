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
      RuleSample(
        "all three, and everybody who may write is exempt", .findings(lines: [0, 0, 0]),
        settings: ProtectedTags.ruleset(
          #"{"type": "creation"}, {"type": "update"}, {"type": "deletion"}"#,
          bypass: #"[{"actor_type": "RepositoryRole", "actor_id": 4}]"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "the token is not shown who is exempt", .unknown,
        settings: ProtectedTags.ruleset(
          #"{"type": "creation"}, {"type": "update"}, {"type": "deletion"}"#, bypass: nil),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: []),
    ])

  private static func ruleset(
    _ rules: String, of pattern: String = "v*", bypass: String? = "[]"
  ) -> [(path: String, answer: String)] {
    [
      ("rulesets", #"[{"id": 3, "name": "tags", "target": "tag", "enforcement": "active"}]"#),
      (
        "rulesets/3",
        #"{"id": 3, "name": "tags", "conditions": {"ref_name": {"include": "#
          + #"["refs/tags/\#(pattern)"], "exclude": []}}, "rules": [\#(rules)]"#
          + (bypass.map { #", "bypass_actors": \#($0)}"# } ?? "}")
      ),
    ]
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      switch forge.tagRules {
      case .unknown(let how): return .unknown(wouldTell: how)
      case .known(let rules):
        let tags = releaseTags(of: project, forge)
        let outcomes: [RuleOutcome] = [
          creation(tags, rules, forge),
          change(tags, rules, "move", \.forbidsUpdate, forge),
          change(tags, rules, "delete", \.forbidsDeletion, forge),
        ]
        return RuleOutcome.all(outcomes + open(rules, project, forge))
      }
    }
  }

  /// GitLab's patterns that let everybody make some of the tags which may be those of releases.
  private static func open(
    _ rules: [TagProtection], _ project: AuditedProject, _ forge: ForgeState
  ) -> [RuleOutcome] {
    guard forge.kind == .gitlab else { return [] }
    let releases = ReleaseRefs(project, forge).patterns.filter(\.isTag).map(\.name)
    let wide = rules.filter { part in
      !part.restrictsCreation
        && part.includes.contains { name in
          (releases.isEmpty ? ["v*"] : releases).contains { RefPattern.mayOverlap($0, name) }
        }
    }
    guard let first = wide.first else { return [] }
    return [
      .unknown(
        wouldTell:
          "whether no release has a tag of \(first.name), which everybody who may push can "
          + "make: \(forge.place(.tags).path)")
    ]
  }

  /// Names of tags that stand for those of releases.
  static func releaseTags(of project: AuditedProject, _ forge: ForgeState) -> [String] {
    var tags = ReleaseRefs(project, forge).tags
    if let newest = project.git?.newestRelease?.name, !tags.contains(newest) {
      tags.append(newest)
    }
    return tags.isEmpty ? ["v1.0.0"] : tags
  }

  private static func creation(
    _ tags: [String], _ rules: [TagProtection], _ forge: ForgeState
  ) -> RuleOutcome {
    var outcomes: [RuleOutcome] = []
    for tag in tags {
      let outcome = verdict(
        rules.restrictCreation(of: tag),
        "everybody who may push can make a tag such as `\(tag)`", at: forge.place(.tags))
      if case .examined(let found) = outcome, !found.isEmpty { return outcome }
      outcomes.append(outcome)
    }
    return RuleOutcome.all(outcomes)
  }

  /// Tags are moved and deleted by nobody: who is exempt is named.
  private static func change(
    _ tags: [String], _ rules: [TagProtection], _ does: String,
    _ forbids: KeyPath<TagProtection, Bool>, _ forge: ForgeState
  ) -> RuleOutcome {
    var outcomes: [RuleOutcome] = []
    for tag in tags {
      let parts = rules.filter { $0[keyPath: forbids] && $0.covers(tag) }
      if parts.contains(where: { $0.bypass.value == [] }) { continue }
      if let how = parts.compactMap(\.bypass.wouldTell).first {
        outcomes.append(.unknown(wouldTell: how))
        continue
      }
      let names = parts.first?.bypass.value ?? ["everybody who may push"]
      let shown =
        names.prefix(5).joined(separator: ", ")
        + (names.count > 5 ? " and \(names.count - 5) more" : "")
      return .examined([
        finding("\(shown) can \(does) a tag such as `\(tag)`", at: forge.place(.tags))
      ])
    }
    return RuleOutcome.all(outcomes)
  }
}
