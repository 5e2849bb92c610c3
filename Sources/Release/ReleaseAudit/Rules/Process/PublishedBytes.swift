// SPDX-License-Identifier: Apache-2.0

import Workflows

/// After publishing, the index's bytes are compared with CI's.
enum PublishedBytes: AuditRule {
  static let description = RuleDescription(
    id: "published-not-compared", title: "the index's bytes are compared with those of CI",
    severity: .info, checklist: [85], sources: ["python-tuf #1550"],
    why: """
      Between the upload and the user stands the index. A comparison after the release finds \
      files that were exchanged, added or lost.
      """,
    fix: "add a job that needs the publishing one and runs `hallmark verify-release NAME==VERSION`",
    samples: [
      RuleSample(
        "nobody looks", .findings(lines: [4]),
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
        "compared afterwards", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4
            compare:
              needs: publish
              runs-on: ubuntu-latest
              steps:
                - run: hallmark verify-release --tag "$TAG" --dist dist

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { facts, site, findings in
      guard findings.last?.place.path != site.file.path else { return }
      let isCompared = facts.relatives(of: site).contains { other in
        let comes = facts.ancestors(of: other).contains {
          $0.file.path == site.file.path && $0.job.id == site.job.id
        }
        guard comes else { return false }
        let last = site.published.map(\.step.index).max() ?? 0
        return other.job.steps.contains { step in
          (other.job.id != site.job.id || step.index > last) && compares(step)
        }
      }
      guard !isCompared else { return }
      findings.append(
        finding("nobody compares what the index serves with what was uploaded", at: site.place))
    }
  }

  private static func compares(_ step: Step) -> Bool {
    if StepRole(step).contains(.compares) { return true }
    return step.invocations.contains { invocation in
      ["pip", "pip3", "hallmark"].contains(invocation.program)
        && invocation.isSubcommand(["download"])
    }
  }
}
