// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Renovate groups updates of actions.
enum RenovateGroups: AuditRule {
  static let description = RuleDescription(
    id: "renovate-groups", title: "Renovate proposes updates of actions together",
    severity: .info, checklist: [24], sources: ["SPEC 8", "Renovate Docs, \"groupName\""],
    why: """
      A proposal for each action gets waved through. One for all of them, once a month, gets read.
      """,
    fix: """
      add `{"matchManagers": ["github-actions"], "groupName": "actions"}` to `packageRules`
      """,
    samples: [
      .renovate("one by one", .findings(lines: [1]), #"{"extends": ["config:recommended"]}"#),
      .renovate(
        "together", .good,
        #"{"packageRules": [{"matchManagers": ["github-actions"], "groupName": "actions"}]}"#),
      .renovate("by a preset", .good, #"{"extends": ["group:allNonMajor"]}"#),
      .renovate(
        "what is elsewhere", .unknown,
        #"{"extends": ["config:recommended", "github>acme/renovate"]}"#),
      RuleSample(
        "images of GitLab's jobs", .good,
        files: [
          (
            "renovate.json",
            #"{"packageRules": [{"matchManagers": ["gitlabci"], "groupName": "images"}]}"# + "\n"
          ), (".gitlab-ci.yml", "test: {script: [pytest]}\n"),
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    // Includes come from few places.
    let wanted = project.renovateManagers.filter { $0 != "gitlabci-include" }
    return project.renovateFindings { file, findings in
      let renovate = file.renovate
      let groups = ([renovate.settings] + renovate.rules).filter {
        !$0.isNarrow && $0.groupName != nil
      }
      let alone = wanted.filter { manager in !groups.contains { $0.isFor(manager) } }
      if alone.isEmpty || file.uses(["group:all"]) { return .decided }
      guard file.foreignPresets.isEmpty else { return .unknown }
      let list = JSONFragment.array(alone.map { .string($0) })
      findings.append(
        finding(
          "each update of what runs in CI is a proposal of its own", at: file.place,
          fix: file.fix(
            "propose them together",
            rule: [("matchManagers", list), ("groupName", .string("CI"))])))
      return .decided
    }
  }
}
