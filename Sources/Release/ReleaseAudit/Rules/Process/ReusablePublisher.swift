// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The workflow that publishes can be a trusted publisher.
enum ReusablePublisher: AuditRule {
  static let description = RuleDescription(
    id: "reusable-publisher", title: "no reusable workflow publishes to PyPI",
    severity: .medium, checklist: [69], sources: ["secure package template"],
    why: """
      PyPI's trusted publisher is a workflow file of the project. From a reusable workflow the \
      identity names two files, the called one and the one that was started; PyPI does not \
      support it, attestations do not verify against the publisher, and a change at the index \
      stops releases.
      """,
    fix: "move the job that publishes into the workflow that is started; call others before it",
    samples: [
      RuleSample(
        "publishes when called", .findings(lines: [4]),
        workflow: """
          on:
            workflow_call:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
      RuleSample(
        "publishes when started", .good,
        workflow: """
          on:
            workflow_dispatch:
          jobs:
            publish:
              runs-on: ubuntu-latest
              permissions:
                id-token: write
              steps:
                - uses: pypa/gh-action-pypi-publish@v1.12.4

          """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.publishingFindings(pypi: true) { facts, site, findings in
      guard let call = site.file.workflow.trigger("workflow_call"),
        site.permissions?.access("id-token") == "write"
      else { return }
      let callers = facts.calls(of: site.file.path)
      // Also started by itself, and called by nobody here: the call is somebody else's affair.
      if callers.isEmpty, site.file.workflow.triggers.count > 1 { return }
      findings.append(
        finding(
          "`\(site.job.id.value)` publishes to PyPI from a reusable workflow",
          callers.isEmpty ? .medium : .low, at: site.place,
          related: [Finding.Place(site.file.path, call.event.span, "it is called")]
            + callers.prefix(3).map { Finding.Place($0.path, $0.job.id.span, "calls it") }))
    }
  }
}
