// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The files are attached to the forge's release.
enum ForgeAssets: AuditRule {
  static let description = RuleDescription(
    id: "no-forge-assets", title: "the files are attached to the forge's release",
    severity: .info, checklist: [73], sources: ["secure package template", "SLSA for Python"],
    why: """
      A second place with the same bytes, under other accounts, lets everybody compare, and keeps \
      the release available where the index is not.
      """,
    fix: "attach the files: `gh release upload TAG dist/*`, in a job with `contents: write`",
    samples: [
      RuleSample(
        "only the index", .findings(lines: [4]),
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "both", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: gh release upload "$TAG" dist/*
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    // A workflow of its own may attach them, started by the release.
    let attaches = project.releases.jobs.contains { $0.uploads.contains { $0.target == .forge } }
    return project.publishingFindings(pypi: true) { _, site, findings in
      guard !attaches, findings.last?.place.path != site.file.path else {
        return
      }
      findings.append(
        finding(
          "what `\(site.job.id.value)` publishes is not attached to a release of the forge",
          at: site.place))
    }
  }
}
