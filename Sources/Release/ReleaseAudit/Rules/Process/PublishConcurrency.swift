// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Runs that publish neither overlap nor cut each other off.
enum PublishConcurrency: AuditRule {
  static let description = RuleDescription(
    id: "publish-concurrency", title: "runs that publish do not overlap, and none is cut off",
    severity: .medium, checklist: [36], sources: ["SPEC 8"],
    why: """
      Two runs at once can publish files of two builds under one version. A run that is cancelled \
      between two files leaves half a release at the index, where nothing can be replaced. \
      SPEC 8's example cancels; all profiles here ask for `cancel-in-progress: false`.
      """,
    fix: "give the workflow a `concurrency` group with `cancel-in-progress: false`",
    samples: [
      RuleSample(
        "no group", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "a later run cuts it off", .findings(lines: [5]),
        workflow: """
          on:
            workflow_dispatch:
          concurrency:
            group: release
            cancel-in-progress: true
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "an expression that is always true", .findings(lines: [6]),
        workflow: """
          on:
            workflow_dispatch:
            pull_request:
          concurrency:
            group: release
            cancel-in-progress: ${{ true }}
          jobs:
            publish:
              if: github.event_name != 'pull_request'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "only runs for pull requests are cancelled", .good,
        workflow: """
          on:
            workflow_dispatch:
            pull_request:
          concurrency:
            group: release
            cancel-in-progress: ${{ github.event_name == 'pull_request' }}
          jobs:
            publish:
              if: github.event_name != 'pull_request'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "one after the other", .good,
        workflow: """
          on:
            workflow_dispatch:
          concurrency:
            group: release
            cancel-in-progress: false
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
    ])

  /// Whether nothing else than releases starts a workflow, so that nobody else waits in its group.
  private static func onlyReleases(_ file: WorkflowFile) -> Bool {
    file.workflow.triggers.allSatisfy {
      ["release", "workflow_dispatch"].contains($0.event.value)
    }
  }

  /// Whether a flag is on for runs that publish.
  private static func isOn(_ flag: WorkflowText) -> Bool {
    guard flag.isExpression else { return flag.value == "true" }
    return flag.expressions.first?.expression?.value()?.isTrue ?? false
  }

  /// What lets releases end: still cancelled are runs for pull requests, of which only the newest
  /// matters.
  private static func off(in file: WorkflowFile) -> String {
    file.workflow.trigger("pull_request") == nil
      ? "false" : "${{ github.event_name == 'pull_request' }}"
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var seen: Set<String> = []
    return project.publishingFindings { facts, site, findings in
      var files = [site.file]
      for caller in facts.calls(of: site.file.path) {
        if let file = project.workflow(at: caller.path) {
          files.append(file)
        }
      }
      let groups =
        files.flatMap { file in
          [file.workflow.concurrency].compactMap { $0 }.map { (file, $0) }
        } + [site.job.concurrency].compactMap { $0 }.map { (site.file, $0) }
      guard !groups.isEmpty else {
        guard seen.insert(site.file.path).inserted else { return }
        findings.append(
          finding(
            "two runs of `\(site.job.id.value)` can publish at once", .low, at: site.place,
            fix: !onlyReleases(site.file)
              ? site.file.repair("let uploads wait for each other", .needsReview) {
                document throws(YAMLEditRefusal) in
                try document.inserting(
                  "concurrency", ["group": "publish", "cancel-in-progress": "false"],
                  into: site.job.node,
                  at: site.job.entry("runs-on") == nil ? .first : .after("runs-on"))
              }
              : site.file.repair("let runs wait for each other", .needsReview) {
                document throws(YAMLEditRefusal) in
                try document.inserting(
                  "concurrency",
                  ["group": "${{ github.workflow }}", "cancel-in-progress": "false"],
                  into: document.root, at: .after(site.file.workflow.on?.key.string ?? "on"))
              }))
        return
      }
      for (file, group) in groups {
        guard let cancels = group.cancelInProgress, isOn(cancels),
          seen.insert("\(file.path) \(cancels.span)").inserted
        else { continue }
        findings.append(
          finding(
            "a later run cancels `\(site.job.id.value)` while it publishes",
            project.profile == .spec8 ? .low : .medium,
            at: Finding.Place(file.path, cancels.span),
            fix: ProposedFix(
              "let runs that publish end", .needsReview,
              edits: [file.path: [SourceEdit(cancels.span, off(in: file))]])))
      }
    }
  }
}
