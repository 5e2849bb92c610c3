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
      RuleSample(
        "images of GitLab's pipeline together", .good,
        files: [
          (
            "renovate.json",
            #"{"packageRules": [{"matchManagers": ["gitlabci"], "groupName": "pipeline"}]}"#
          ), (".gitlab-ci.yml", "test:\n  script: [pytest]\n"),
        ]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    // Where there are no actions, what GitLab's pipelines use is meant.
    let hasActions = !project.workflows.isEmpty || project.pipelines.gitLab.isEmpty
    return project.renovateFindings { file, findings in
      let renovate = file.renovate
      let isGrouped =
        file.uses(["group:all"])
        || ([renovate.settings] + renovate.rules).contains {
          !$0.isNarrow && $0.groupName != nil
            && ($0.isFor("github-actions") || !hasActions && $0.isFor("gitlabci"))
        }
      if isGrouped { return .decided }
      guard file.foreignPresets.isEmpty else { return .unknown }
      findings.append(
        finding("each action's update is a proposal of its own", at: file.place))
      return .decided
    }
  }
}
