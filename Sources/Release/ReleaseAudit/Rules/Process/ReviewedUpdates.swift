// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Updates of actions are reviewed.
enum ReviewedUpdates: AuditRule {
  static let description = RuleDescription(
    id: "unreviewed-updates", title: "no workflow merges updates by itself",
    severity: .medium, checklist: [25], sources: ["SPEC 8"],
    why: """
      A pin protects as long as somebody looks at the next one. A workflow that merges what a bot \
      proposes brings a taken-over action into the release within minutes.
      """,
    incident: """
      March 2025: the tags of tj-actions/changed-files were moved to code that printed secrets.
      """,
    fix: "let somebody approve updates of actions; give them a cooldown instead of a merge",
    samples: [
      RuleSample(
        "merges what a bot proposes", .findings(lines: [8]),
        workflow: """
          on: pull_request_target
          jobs:
            merge:
              if: github.event.pull_request.user.login == 'dependabot[bot]'
              runs-on: ubuntu-latest
              permissions: {contents: write, pull-requests: write}
              steps:
                - run: gh pr merge --auto --squash "$PR"

          """),
      RuleSample(
        "only labels", .good,
        workflow: """
          on: pull_request_target
          jobs:
            label:
              runs-on: ubuntu-latest
              steps:
                - run: gh pr edit --add-label dependencies "$PR"

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.workflows.isEmpty else { return .notApplicable("there is no workflow") }
    var findings: [Finding] = []
    for file in project.workflows {
      for job in file.workflow.jobs {
        for step in job.steps {
          let merges =
            step.invocations.contains {
              $0.program == "gh" && $0.isSubcommand(["pr", "merge"])
            }
            || step.uses("pascalgn/automerge-action")
            || step.uses("ahmadnassri/action-dependabot-auto-merge")
          guard merges, isForBots(job, step, file) else { continue }
          findings.append(
            finding(
              "`\(job.id.value)` merges updates that nobody has looked at",
              at: Finding.Place(file.path, step.uses?.text.span ?? step.run?.span)))
        }
      }
    }
    return .examined(findings)
  }

  private static func isForBots(_ job: Job, _ step: Step, _ file: WorkflowFile) -> Bool {
    let texts = [job.condition, step.condition].compactMap { $0?.text.value }
    if texts.contains(where: { $0.mentions("dependabot[bot]") || $0.mentions("renovate[bot]") }) {
      return true
    }
    return job.steps.contains { $0.uses("dependabot/fetch-metadata") }
      || step.uses("ahmadnassri/action-dependabot-auto-merge")
  }
}
