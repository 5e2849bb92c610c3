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
      .renovate(
        "what is elsewhere may have rules that win over what is set at the top", .unknown,
        #"{"extends": ["config:recommended", "github>acme/renovate"], "automerge": false}"#),
      .renovate(
        "a rule behind those of elsewhere", .good,
        """
        {
          "extends": ["config:recommended", "github>acme/renovate"],
          "packageRules": [{"matchManagers": ["github-actions"], "automerge": false}],
        }
        """),
      .renovate(
        "a preset in a rule", .findings(lines: [2]),
        """
        {"packageRules": [
          {"matchManagers": ["github-actions"], "extends": [":automergeDigest"]}
        ]}
        """),
      .gitLab("no Renovate", .notApplicable, "test: { script: [pytest] }"),
    ])

  private static let managers = ["github-actions", "gitlabci", "gitlabci-include", "cloudbuild"]
  private static let presets = [
    ":automergeAll", ":automergeMajor", ":automergeMinor", ":automergePatch", ":automergeDigest",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let wanted = project.renovateManagers
    return project.renovateFindings { file, findings in
      let renovate = file.renovate
      var merges: Finding.Place?
      if let preset = renovate.settings.extends.first(where: isMerging) {
        merges = Finding.Place(file.path, preset.span)
      }
      if let flag = renovate.settings.automerge {
        merges = flag.value == "true" ? Finding.Place(file.path, flag.span) : nil
      }
      // Later rules win over earlier ones, and over those of presets.
      var settled: Set<String> = []
      for rule in renovate.rules where !rule.isNarrow {
        guard rule.managers.isEmpty || !Set(rule.managers).isDisjoint(with: managers) else {
          continue
        }
        if let preset = rule.extends.first(where: isMerging), rule.automerge == nil {
          merges = Finding.Place(file.path, preset.span)
          settled = []
        }
        guard let flag = rule.automerge else { continue }
        if flag.value == "true" {
          merges = Finding.Place(file.path, flag.span)
          settled = []
        } else if rule.updateTypes.isEmpty {
          merges = nil
          settled.formUnion(wanted.filter(rule.isFor))
        }
      }
      if let merges {
        let list = JSONFragment.array(wanted.map { .string($0) })
        findings.append(
          finding(
            "Renovate merges updates of actions that nobody has looked at", at: merges,
            fix: file.fix(
              "leave updates of what runs in CI to somebody",
              rule: [("matchManagers", list), ("automerge", .boolean(false))])))
        return .decided
      }
      return file.foreignPresets.isEmpty || settled.isSuperset(of: wanted) ? .decided : .unknown
    }
  }

  private static func isMerging(_ preset: WorkflowText) -> Bool {
    presets.contains { preset.value.hasPrefix($0) }
  }
}
