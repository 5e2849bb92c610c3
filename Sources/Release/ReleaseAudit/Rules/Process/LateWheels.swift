// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Late wheels come from the same attested workflow.
enum LateWheels: AuditRule {
  static let description = RuleDescription(
    id: "late-wheels", title: "wheels can be added later by the same workflow",
    severity: .info, checklist: [94], sources: ["SLSA for Python"],
    why: """
      Wheels for a new platform or interpreter are often added to an old release. Where the \
      workflow cannot be started by hand, they come from a laptop and have no provenance.
      """,
    fix: "add `workflow_dispatch` to the workflow that builds and publishes",
    samples: [
      RuleSample(
        "only once", .findings(lines: [2]),
        workflow: """
          on:
            release:
              types: [published]
          jobs:
            wheels:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/cibuildwheel@v2.22.0
            publish:
              needs: wheels
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "again by hand", .good,
        workflow: """
          on:
            release:
              types: [published]
            workflow_dispatch:
          jobs:
            wheels:
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/cibuildwheel@v2.22.0
            publish:
              needs: wheels
              runs-on: ubuntu-latest
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "pure wheels", .notApplicable,
        workflow: """
          on:
            release:
              types: [published]
          jobs:
            publish:
              runs-on: ubuntu-latest
              steps:
                - run: python -m build
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    var isAbout = false
    var seen: Set<String> = []
    let outcome = project.publishingFindings(pypi: true) { facts, site, findings in
      guard facts.ancestors(of: site).contains(where: { $0.role.contains(.buildsNative) }),
        let triggers = facts.triggers(of: site.file), let first = triggers.first
      else { return }
      isAbout = true
      guard !triggers.contains(where: { $0.trigger.event.value == "workflow_dispatch" }),
        seen.insert(first.file.path).inserted
      else { return }
      findings.append(
        finding(
          "the workflow that builds wheels for platforms cannot be started by hand",
          at: Finding.Place(first.file.path, first.trigger.event.span)))
    }
    if !isAbout, case .examined = outcome {
      return .notApplicable("no workflow builds and publishes wheels for platforms")
    }
    return outcome
  }
}
