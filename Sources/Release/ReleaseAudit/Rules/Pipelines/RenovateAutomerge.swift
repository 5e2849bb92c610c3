// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Renovate does not merge updates of what runs in CI.
enum RenovateAutomerge: AuditRule {
  static let description = RuleDescription(
    id: "renovate-automerge", title: "Renovate merges no updates of actions and images of CI",
    severity: .medium, checklist: [25],
    sources: ["SPEC 8", "Renovate Docs, \"Automerge configuration and troubleshooting\""],
    why: """
      A pin protects as long as somebody looks at the next one. With `automerge` a taken-over \
      action is part of the release as soon as tests pass, and it can make them pass.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files were moved to code that printed secrets.
      """,
    fix: """
      add `{"matchManagers": ["github-actions", "gitlabci"], "automerge": false}` as the last of \
      `packageRules`
      """,
    samples: [
      .renovate("everything", .findings(lines: [1]), #"{"automerge": true}"#),
      .renovate(
        "actions, in a rule", .findings(lines: [4]),
        """
        {
          // merged without a look
          "packageRules": [
            {"matchManagers": ["github-actions"], "automerge": true},
          ]
        }
        """),
      .renovate("by a preset", .findings(lines: [1]), #"{"extends": [":automergeMinor"]}"#),
      .renovate(
        "all but actions", .good,
        """
        {
          "automerge": true,
          "packageRules": [{"matchManagers": ["github-actions", "gitlabci"], "automerge": false}]
        }
        """),
      .renovate("nothing", .good, #"{"extends": ["config:best-practices"]}"#),
      .renovate("what is elsewhere", .unknown, #"{"extends": ["github>acme/renovate"]}"#),
      .gitLab("no Renovate", .notApplicable, "test: { script: [pytest] }"),
    ])

  private static let managers = ["github-actions", "gitlabci", "gitlabci-include", "cloudbuild"]
  private static let presets = [
    ":automergeAll", ":automergeMajor", ":automergeMinor", ":automergePatch", ":automergeDigest",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.renovateFindings { file, findings in
      let renovate = file.renovate
      var merges: Finding.Place?
      for preset in renovate.settings.extends
      where presets.contains(where: { preset.value.hasPrefix($0) }) {
        merges = Finding.Place(file.path, preset.span)
      }
      if let flag = renovate.settings.automerge {
        merges = flag.value == "true" ? Finding.Place(file.path, flag.span) : nil
      }
      // Later rules win over earlier ones.
      for rule in renovate.rules where !rule.isNarrow {
        guard let flag = rule.automerge,
          rule.managers.isEmpty || !Set(rule.managers).isDisjoint(with: managers)
        else { continue }
        if flag.value == "true" {
          merges = Finding.Place(file.path, flag.span)
        } else if rule.updateTypes.isEmpty {
          merges = nil
        }
      }
      if let merges {
        findings.append(
          finding("Renovate merges updates of actions that nobody has looked at", at: merges))
        return .decided
      }
      return file.foreignPresets.isEmpty ? .decided : .unknown
    }
  }
}
