// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Publishing starts by an intentional act.
enum IntentionalTrigger: AuditRule {
  static let description = RuleDescription(
    id: "intentional-trigger", title: "publishing starts by an intentional act",
    severity: .high, checklist: [3], sources: ["SPEC 8", "secure package template"],
    why: """
      A push to a branch is everyday work: a merged pull request, a stolen token of anybody who \
      can write. Where it publishes, nobody decides that there is a release. The profiles differ: \
      `spec8` and `strict` want a start by hand (`workflow_dispatch`, a release that is \
      published), `template` a tag.
      """,
    fix: "start the workflow by `workflow_dispatch`, by a published release or by a tag",
    samples: [
      RuleSample(
        "each push to main publishes", .findings(lines: [2]),
        workflow: """
          on:
            push:
              branches: [main]
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "a tag, where the profile asks for a start by hand", .findings(lines: [2]),
        workflow: """
          on:
            push:
              tags: ["v*"]
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "a condition that holds for each push to main", .findings(lines: [2]),
        workflow: """
          on:
            push:
            pull_request:
          jobs:
            publish:
              if: github.repository == 'acme/acme' && github.ref == 'refs/heads/main'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "each run of the tests that ends well", .findings(lines: [2]),
        workflow: """
          on:
            workflow_run:
              workflows: [Tests]
              types: [completed]
          jobs:
            publish:
              if: github.event.workflow_run.conclusion == 'success'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "each merge", .findings(lines: [2]),
        workflow: """
          on:
            pull_request:
              types: [closed]
          jobs:
            publish:
              if: github.event.pull_request.merged == true
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "each push but a robot's", .findings(lines: [2]),
        workflow: """
          on:
            push:
              branches: [main]
          jobs:
            publish:
              if: github.actor != 'dependabot[bot]'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "each push that passes the tests", .findings(lines: [2]),
        workflow: """
          on:
            push:
              branches: [main]
          jobs:
            test:
              runs-on: ubuntu-latest
              steps:
                - run: make test
            publish:
              needs: test
              if: needs.test.result == 'success'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "one of a matrix", .findings(lines: [2]),
        workflow: """
          on:
            push:
              branches: [main]
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1
                  if: matrix.python == '3.13'

          """),
      RuleSample(
        "after a workflow that a release started", .good,
        workflow: """
          on:
            workflow_run:
              workflows: [Tests]
              types: [completed]
          jobs:
            publish:
              if: github.event.workflow_run.event == 'release'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "anyone's comment publishes", .findings(lines: [1]),
        workflow: """
          on: issue_comment
          jobs:
            publish:
              if: github.event.comment.body == '/release'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "an earlier job decides, or a tag", .good,
        workflow: """
          on:
            push:
              branches: [main]
              tags: ["v*"]
          jobs:
            decide:
              runs-on: ubuntu-latest
              outputs:
                released: ${{ steps.release.outputs.released }}
              steps:
                - id: release
                  run: ./decide
            publish:
              needs: decide
              if: needs.decide.outputs.released == 'true' || startsWith(github.ref, 'refs/tags/')
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "by hand", .good,
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
        "a condition decides", .good,
        workflow: """
          on:
            push:
            release:
              types: [published]
          jobs:
            publish:
              if: github.event_name == 'release'
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
    ])

  private static let everyday = [
    "pull_request", "pull_request_target", "schedule", "issues", "issue_comment", "workflow_run",
    "merge_group", "check_run", "check_suite", "status", "discussion", "fork", "watch",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isUnknown = false
    let outcome = project.publishingFindings { facts, site, findings in
      guard let triggers = facts.triggers(of: site.file) else {
        isUnknown = true
        return
      }
      // A condition on the job, on what it needs or on its upload may hold only for releases.
      let around =
        facts.ancestors(of: site).compactMap { $0.job.condition }
        + facts.calls(of: site.file.path).compactMap { $0.job.condition }
      let uploads = site.published.map { $0.step.condition }
      let decides = (around + uploads.compactMap { $0 }).contains { condition in
        ["refs/tags", "ref_type", "release", "inputs", "workflow_dispatch", "needs.", "tag"]
          .contains { condition.text.value.mentions($0) }
      }
      for (file, trigger) in triggers {
        let event = trigger.event.value
        let isTag =
          event == "push" && trigger.filter("tags") != nil && trigger.filter("branches") == nil
        let isEveryday = event == "push" ? !isTag : everyday.contains(event)
        if isEveryday,
          PublishingCondition(trigger).canHold(around, and: uploads)
        {
          findings.append(
            finding(
              "`\(event)` starts `\(site.job.id.value)`, which publishes: no decision to release",
              at: Finding.Place(file.path, trigger.event.span),
              related: [Finding.Place(site.file.path, site.job.id.span, "publishes")],
              fix: fix(trigger, in: file, project)))
        } else if isTag || event == "create", project.profile != .template, !decides {
          findings.append(
            finding(
              "a pushed tag publishes; the profile `\(project.profile.rawValue)` asks for a start "
                + "by hand",
              project.profile == .strict ? .low : .info,
              at: Finding.Place(file.path, trigger.event.span),
              related: [Finding.Place(site.file.path, site.job.id.span, "publishes")],
              help: "start it by `workflow_dispatch`, or choose `--profile template`"))
        }
      }
    }
    if isUnknown, case .examined(let findings) = outcome, findings.isEmpty {
      return .unknown(wouldTell: "the workflow that calls the publishing one")
    }
    return outcome
  }

  /// Takes the event away from a workflow that does nothing else than releasing.
  private static func fix(
    _ trigger: WorkflowTrigger, in file: WorkflowFile, _ project: AuditedProject
  ) -> ProposedFix? {
    let workflow = file.workflow
    let jobs = workflow.jobs
    guard let on = workflow.on, let key = on.key.string,
      jobs.count == 1 || jobs.allSatisfy({ project.releaseScope.contains($0, of: file.path) })
    else { return nil }
    return file.repair("start it by hand, and not by `\(trigger.event.value)`", .needsReview) {
      document throws(YAMLEditRefusal) in
      guard workflow.triggers.count > 1, on.value.entries != nil else {
        return try document.replacing(
          valueOf: key, in: document.root, with: .scalar("workflow_dispatch"))
      }
      return try document.removing(trigger.event.value, from: on.value)
    }
  }
}
