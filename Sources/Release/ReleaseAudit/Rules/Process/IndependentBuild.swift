// SPDX-License-Identifier: Apache-2.0

import Workflows

/// CI compares its files with an independent build before it publishes.
enum IndependentBuild: AuditRule {
  static let description = RuleDescription(
    id: "no-independent-build", title: "an independent build has made the same files",
    severity: .info, checklist: [84], sources: ["python-tuf #1550"],
    why: """
      One build can be manipulated where it runs. A second one, elsewhere, with the same bytes \
      shows that the files are what the sources make.
      """,
    fix: "compare before publishing: `hallmark verify-release --tag TAG --dist DIR`",
    samples: [
      RuleSample(
        "one build is believed", .findings(lines: [4]),
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
        "two are compared", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            compare:
              runs-on: ubuntu-latest
              steps:
                - run: hallmark verify-release --tag "$TAG" --dist dist
            publish:
              needs: compare
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { facts, site, findings in
      let compares = facts.ancestors(of: site).contains { $0.role.contains(.compares) }
      guard !compares, findings.last?.place.path != site.file.path else {
        return
      }
      findings.append(
        finding(
          "`\(site.job.id.value)` publishes files that only one build has made", at: site.place))
    }
  }
}
