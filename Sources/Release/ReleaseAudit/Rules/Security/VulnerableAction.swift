// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Actions are not used in versions that a short list names as vulnerable.
enum VulnerableAction: AuditRule {
  static let id = "vulnerable-action"

  static let description = RuleDescription(
    id: id, title: "actions are not used in a version that is listed here as vulnerable",
    severity: .high,
    sources: [
      "GitHub Advisory Database, ecosystem \"GitHub Actions\": the advisories that findings name, November 2026"
    ],
    why: """
      An action with a known vulnerability, or a version that was replaced by an attacker, gives \
      others the rights of every job that uses it. The list is short: it has the advisories about \
      actions in wide use, and the commits to which attackers moved tags; Dependabot's alerts know \
      all of them.
      """,
    incident: """
      March 2025: every tag of tj-actions/changed-files up to 45.0.7 pointed to a commit that wrote \
      secrets into logs. March 2026: 76 tags of aquasecurity/trivy-action were moved to a program \
      that stole them.
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
        "tags that were moved, and the commit of an attacker", .findings(lines: [8, 9]),
        """
        - uses: aquasecurity/trivy-action@0.28.0
        - uses: reviewdog/action-setup@f0d342d24037bb11d26b9bd8496e0808ba32e9ec # v1
        """),
      .steps(
        "a commit whose tag was moved", .good,
        """
        - uses: aquasecurity/trivy-action@915b19bbe73b92a6cf82a1bc12b087c9a19a5fe2 # 0.28.0
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

  private static let list = ListedActions(date: 1_795_824_000, day: "28 November 2026")

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let found = project.usesFindings { path, uses, findings in
      guard let repository = uses.repository else { return }
      for advisory in ActionAdvisory.byAction[repository.lowercased()] ?? [] {
        guard let which = which(advisory.affected, uses) else { continue }
        findings.append(
          Finding(
            rule: id, severity: advisory.severity,
            "\(repository)\(which): \(advisory.what) (\(advisory.id), \(advisory.month))",
            at: Finding.Place(path, uses.text.span)))
        return
      }
    }
    return list.outcome(found, in: project)
  }

  /// What of an action is affected, where a `uses` is: " before 1.2"; empty for its one commit.
  private static func which(_ affected: ActionAdvisory.Affected, _ uses: UsesReference) -> String? {
    switch affected {
    case .commit(let commit):
      return uses.ref?.value.lowercased() == commit ? "" : nil
    case .movedTags(let end):
      guard uses.refKind != .fullSHA else { return nil }
      return isWithin("0", end, uses) ? " before \(end)" : nil
    case .versions(let start, let end):
      return isWithin(start, end, uses) ? " before \(end)" : nil
    }
  }

  private static func isWithin(_ start: String, _ end: String, _ uses: UsesReference) -> Bool {
    guard let version = ActionVersion(of: uses), let start = ActionVersion(start),
      let end = ActionVersion(end), version < end, !(version < start)
    else { return false }
    // `v4` moves to the newest of its line, which is repaired.
    return version.numbers.count > 1 || version.numbers[0] < end.numbers[0]
  }
}
