// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Files are built in another job than the one that publishes.
enum SeparateBuild: AuditRule {
  static let description = RuleDescription(
    id: "separate-build", title: "the job that publishes neither checks out nor builds",
    severity: .medium, checklist: [37], sources: ["SPEC 8", "python-tuf #1550"],
    why: """
      Building runs code of the project and of everything it is built with. In the job that may \
      ask for an identity token, all of that can publish in the project's name. A job that only \
      takes finished files and uploads them runs nothing of the project.
      """,
    incident: """
      December 2024: in the ultralytics releases, code from a poisoned cache ran in the job that \
      built and published.
      """,
    fix: "build in a job without `id-token: write`, hand the files over as an artifact",
    samples: [
      RuleSample(
        "one job for all", .findings(lines: [7, 8]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            release:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: python -m build
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
      RuleSample(
        "two jobs", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            build:
              runs-on: ubuntu-latest
              steps:
                - uses: actions/checkout@v4
                - run: python -m build
                - uses: actions/upload-artifact@v4
                  with: {name: dist, path: dist}
            publish:
              needs: build
              runs-on: ubuntu-latest
              steps:
                - uses: actions/download-artifact@v4
                  with: {name: dist, path: dist}
                - uses: pypa/gh-action-pypi-publish@release/v1

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { _, site, findings in
      for step in site.job.steps {
        let role = site.role(of: step)
        let place = Finding.Place(site.file.path, step.uses?.text.span ?? step.run?.span)
        if role.contains(.builds) {
          findings.append(
            finding("the job `\(site.job.id.value)` builds what it publishes", at: place))
        } else if role.contains(.checksOut) {
          findings.append(
            finding(
              "the job `\(site.job.id.value)` publishes with the sources checked out", .low,
              at: place))
        }
      }
    }
  }
}
