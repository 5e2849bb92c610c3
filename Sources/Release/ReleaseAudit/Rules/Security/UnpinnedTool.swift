// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Actions that fetch a program fetch a version that is named.
enum UnpinnedTool: AuditRule {
  static let id = "unpinned-tool"

  static let description = RuleDescription(
    id: id, title: "actions that fetch a program are told its version", severity: .medium,
    sources: ["OpenSSF Scorecard, Pinned-Dependencies"],
    why: """
      Pinning an action does not pin the program that it downloads. Where the action takes the \
      latest release, the job runs whatever was published last.
      """,
    fix: "give the action the version to install",
    samples: [
      .steps(
        "the latest, because nothing is said", .findings(lines: [8]),
        """
        - uses: aquasecurity/setup-trivy@3fb12ec12f41e471780db15c232d5dd185dcb514 # v0.2.5
        """),
      .steps(
        "the latest", .findings(lines: [10]),
        """
        - uses: aquasecurity/setup-trivy@3fb12ec12f41e471780db15c232d5dd185dcb514 # v0.2.5
          with:
            version: latest
        """),
      .steps(
        "a version", .good,
        """
        - uses: aquasecurity/setup-trivy@3fb12ec12f41e471780db15c232d5dd185dcb514 # v0.2.5
          with:
            version: v0.68.2
        """),
      .steps(
        "another action", .good,
        """
        - uses: actions/labeler@8558fd74291d67161a8a78ce36a881fa63b766a9 # v5.0.0
        """),
    ])

  private static let actions = ["aquasecurity/setup-trivy", "1password/load-secrets-action"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.stepFindings { site, findings in
      guard let uses = site.step.uses, let action = uses.action, actions.contains(action),
        site.step.with?.expression == nil, site.step.condition?.text.value != "false"
      else { return }
      let name = uses.repository ?? action
      guard let version = site.step.with?["version"] else {
        findings.append(
          Finding(
            rule: id, severity: .medium,
            "\(name) installs the latest release, because no `version` is given",
            at: site.place(uses.text.span)))
        return
      }
      guard version.value == "latest" || version.isExpression else { return }
      findings.append(
        Finding(
          rule: id, severity: version.isExpression ? .low : .medium,
          version.isExpression
            ? "only a run tells which version \(name) installs"
            : "\(name) installs the latest release",
          at: site.place(version.span)))
    }
  }
}
