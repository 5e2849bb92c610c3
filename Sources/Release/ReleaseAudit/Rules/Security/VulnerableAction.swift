// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Actions are not used in versions that a short list names as vulnerable.
enum VulnerableAction: AuditRule {
  static let id = "vulnerable-action"

  static let description = RuleDescription(
    id: id, title: "actions are not used in a version that is listed here as vulnerable",
    severity: .high,
    sources: [
      "five advisories of the GitHub Advisory Database, ecosystem \"GitHub Actions\", November 2026"
    ],
    why: """
      An action with a known vulnerability, or a version that was replaced by an attacker, gives \
      others the rights of every job that uses it. The list is short: it has the advisories about \
      actions that occur in release jobs (tj-actions/changed-files and branch-names, \
      actions/download-artifact, dawidd6/action-download-artifact, pypa/gh-action-pypi-publish); \
      Dependabot's alerts know all of them.
      """,
    incident: """
      March 2025: every tag of tj-actions/changed-files up to 45.0.7 pointed to a commit that wrote \
      secrets into logs.
      """,
    fix: "use the version that the advisory names as repaired, or a later one",
    samples: [
      .steps(
        "by tag", .findings(lines: [8]),
        """
        - uses: tj-actions/changed-files@v44.5.1
        """),
      .steps(
        "by commit, with its version behind it", .findings(lines: [8]),
        """
        - uses: actions/download-artifact@65a9edc5881444af0b9093a5e628f2fe47ea3b2e # v4.1.2
        """),
      .steps(
        "repaired, and a major version that moves", .good,
        """
        - uses: tj-actions/changed-files@ed68ef82c095e0d48ec87eccea555d944a631a4c # v46.0.5
        - uses: actions/download-artifact@v4
        """),
      .steps(
        "before the vulnerability came", .good,
        """
        - uses: actions/download-artifact@9bc31d5ccc31df68ecc42ccf4149144866c47d8a # v3.0.2
        """),
    ])

  private struct Advisory {
    let action: String
    /// The first version that has it, and the first that has it no more.
    let versions: (from: String, to: String)
    let id: String
    let severity: AuditSeverity
    let what: String
  }

  private static let list = ListedActions(date: 1_795_824_000, day: "28 November 2026")

  private static let advisories: [Advisory] = [
    Advisory(
      action: "tj-actions/changed-files", versions: ("0", "46.0.1"), id: "GHSA-mrrh-fwg8-r2c3",
      severity: .high, what: "it wrote secrets into logs"),
    Advisory(
      action: "tj-actions/branch-names", versions: ("0", "9.0.0"), id: "GHSA-gq52-6phf-x2r6",
      severity: .high, what: "names of branches run as commands"),
    Advisory(
      action: "actions/download-artifact", versions: ("4.0.0", "4.1.3"),
      id: "GHSA-cxww-7g56-2vh6", severity: .high, what: "artifacts write files anywhere"),
    Advisory(
      action: "dawidd6/action-download-artifact", versions: ("0", "6"),
      id: "GHSA-5xr6-xhww-33m4", severity: .high, what: "it takes artifacts of forks"),
    Advisory(
      action: "pypa/gh-action-pypi-publish", versions: ("0", "1.13.0"),
      id: "GHSA-vxmw-7h4f-hqxh", severity: .low, what: "its inputs are put into scripts"),
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let found = project.usesFindings { path, uses, findings in
      guard let repository = uses.repository else { return }
      let name = repository.lowercased()
      guard advisories.contains(where: { $0.action == name }),
        let version = ActionVersion(of: uses)
      else { return }
      for advisory in advisories where advisory.action == name {
        guard let from = ActionVersion(advisory.versions.from),
          let to = ActionVersion(advisory.versions.to), version < to, !(version < from),
          // `v4` moves to the newest of its line, which is repaired.
          version.numbers.count > 1 || version.numbers[0] < to.numbers[0]
        else { continue }
        findings.append(
          Finding(
            rule: id, severity: advisory.severity,
            "\(repository) before \(advisory.versions.to): \(advisory.what) (\(advisory.id))",
            at: Finding.Place(path, uses.text.span)))
      }
    }
    return list.outcome(found, in: project)
  }
}
