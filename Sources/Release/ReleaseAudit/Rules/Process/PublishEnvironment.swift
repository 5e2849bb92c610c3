// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Jobs that publish run in an environment.
enum PublishEnvironment: AuditRule {
  static let description = RuleDescription(
    id: "publish-environment", title: "jobs that publish run in a named environment",
    severity: .medium, checklist: [15],
    sources: ["SPEC 8", "secure package template", "python-tuf #1550"],
    why: """
      Only an environment can ask somebody for approval, restrict who deploys by branch or tag, \
      and keep a secret from all other jobs. Without one, whoever can push a branch can publish.
      """,
    incident: """
      December 2024: ultralytics 8.3.41 and 8.3.42 were published by its own workflow after an \
      injection. Somebody who is asked for approval sees a release that nobody started.
      """,
    fix: "add `environment:` to the job, and give the index's trusted publisher the same name",
    samples: [
      RuleSample(
        "any branch can publish", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "an environment", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              environment: pypi
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "only TestPyPI", .notApplicable,
        workflow: """
          on: push
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@release/v1
                  with:
                    repository-url: https://test.pypi.org/legacy/

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings { _, site, findings in
      guard site.job.environment == nil, let upload = site.published.first else { return }
      let name = upload.target == .pypi ? "pypi" : "release"
      findings.append(
        finding(
          "the job `\(site.job.id.value)` publishes to \(upload.target.rawValue) outside of any "
            + "environment", at: site.place,
          related: [Finding.Place(site.file.path, upload.span, "publishes here")],
          fix: site.file.repair("run the job in the environment `\(name)`", .needsReview) {
            document throws(YAMLEditRefusal) in
            let place: YAMLInsertion = site.job.entry("runs-on") == nil ? .first : .after("runs-on")
            return try document.inserting(
              "environment", .scalar(name), into: site.job.node, at: place)
          }))
    }
  }
}
