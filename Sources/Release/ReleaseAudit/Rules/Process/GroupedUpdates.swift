// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Updates of actions come grouped.
enum GroupedUpdates: AuditRule {
  static let description = RuleDescription(
    id: "ungrouped-updates", title: "updates of actions come grouped",
    severity: .info, checklist: [24], sources: ["SPEC 8"],
    why: """
      A proposal for each action gets waved through. One for all of them, once a month, gets \
      read.
      """,
    fix: "add `groups:` to the entry of `github-actions`",
    samples: [
      RuleSample(
        "one by one", .findings(lines: [3]),
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: github-actions
                directory: /
                schedule:
                  interval: weekly

            """
          )
        ]),
      RuleSample(
        "all together", .good,
        files: [
          (
            ".github/dependabot.yml",
            """
            version: 2
            updates:
              - package-ecosystem: github-actions
                directory: /
                schedule:
                  interval: monthly
                groups:
                  actions:
                    patterns: ["*"]

            """
          )
        ]),
      RuleSample(
        "no updates", .notApplicable,
        files: [(".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let entries = project.updateEntries.filter { $0.ecosystem == "github-actions" }
    guard !entries.isEmpty else {
      return .notApplicable("Dependabot does not bring actions up to date")
    }
    return .examined(
      entries.filter { entry in
        (entry.node["groups"]?.entries ?? []).isEmpty && entry.node["multi-ecosystem-group"] == nil
      }.map { entry in
        var edits: [SourceEdit]?
        do throws(YAMLEditRefusal) {
          edits = try entry.file.document.inserting(
            "groups", ["actions": ["patterns": ["*"]]], into: entry.node)
        } catch {
          edits = nil
        }
        return finding(
          "each action's update is a pull request of its own", at: entry.place,
          fix: edits.map {
            ProposedFix("group them", .safe, edits: [entry.file.path: $0])
          })
      })
  }
}
