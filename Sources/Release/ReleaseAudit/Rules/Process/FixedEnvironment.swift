// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Nobody who starts a run chooses its environment.
enum FixedEnvironment: AuditRule {
  static let description = RuleDescription(
    id: "chosen-environment", title: "the environment that publishes is fixed in the file",
    severity: .medium, checklist: [63], sources: ["secure package template"],
    why: """
      The protection of an environment holds only for jobs that name it. Where the name comes \
      from an input, whoever starts the run chooses one without protection.
      """,
    fix: "write the environment's name into the job",
    samples: [
      RuleSample(
        "chosen at the start", .findings(lines: [8]),
        workflow: """
          on:
            workflow_dispatch:
              inputs:
                where: {type: string}
          jobs:
            publish:
              runs-on: ubuntu-latest
              environment: ${{ inputs.where }}
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "fixed", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              environment: pypi
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    let outcome = project.publishingFindings { _, site, findings in
      guard let name = site.job.environment?.name else { return }
      isAbout = true
      let isChosen = name.expressions.contains { embedded in
        (embedded.expression?.contexts ?? []).contains {
          $0.hasPrefix("inputs.") || $0.hasPrefix("github.event.inputs.")
            || $0.hasPrefix("github.ref") || $0.hasPrefix("github.head_ref")
        }
      }
      // What a reusable workflow is given, its caller has fixed.
      guard isChosen, site.file.workflow.trigger("workflow_call") == nil else { return }
      // A condition with fixed names on both sides is no free choice.
      guard name.isExpression, !name.value.mentions("&&") else { return }
      findings.append(
        finding(
          "whoever starts the run chooses the environment of `\(site.job.id.value)`",
          at: Finding.Place(site.file.path, name.span)))
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no job that publishes has an environment")
    }
    return outcome
  }
}
