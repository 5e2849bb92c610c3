// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The release process is written down.
enum ReleasePage: AuditRule {
  static let description = RuleDescription(
    id: "no-release-page", title: "the release process is written down",
    severity: .low, checklist: [1], sources: ["SPEC 8"],
    why: """
      A process that only one person knows stops with that person, and nobody can tell a release \
      from an attack on it.
      """,
    fix: "write RELEASING.md: how a release is started, by whom, who approves it, what checks it",
    samples: [
      RuleSample(
        "nothing is written", .findings(lines: [0]), isWhole: true,
        files: [(".github/workflows/release.yml", workflow)]),
      RuleSample(
        "a page", .good, isWhole: true,
        files: [
          (".github/workflows/release.yml", workflow),
          ("RELEASING.md", "# Releasing\n\nRun release.yml; a maintainer approves.\n"),
        ]),
      RuleSample(
        "a chapter", .good, isWhole: true,
        files: [
          (".github/workflows/release.yml", workflow),
          ("CONTRIBUTING.md", "# Contributing\n\n## Making a release\n\nRun release.yml.\n"),
        ]),
      RuleSample(
        "only the workflow was given", .notApplicable,
        files: [(".github/workflows/release.yml", workflow)]),
    ])

  private static let workflow = """
    on:
      workflow_dispatch:
    jobs:
      publish:
        runs-on: ubuntu-latest
        environment: pypi
        steps:
          - uses: pypa/gh-action-pypi-publish@v1.12.4

    """

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    if project.releasePage != nil { return .examined([]) }
    guard project.isWhole else { return AuditedProject.isPart }
    guard let site = project.releases.publishing.first else {
      return .notApplicable("no job publishes to a package index")
    }
    return .examined([
      finding(
        "no page says how `\(site.job.id.value)` comes to publish",
        at: Finding.Place("RELEASING.md", nil))
    ])
  }
}
