// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Dependabot waits some days before it proposes a new version.
enum DependabotCooldown: AuditRule {
  static let id = "dependabot-cooldown"

  static let description = RuleDescription(
    id: id, title: "Dependabot proposes versions that are a week old", severity: .medium,
    checklist: [45],
    sources: ["GitHub Docs, \"Dependabot options reference\" (cooldown)"],
    why: """
      Most malicious releases are found and removed within hours or days. Who waits a week for \
      ordinary updates never sees them; security updates do not wait.
      """,
    incident: """
      September 2025: the malicious releases of chalk, debug and others were on npm for about two \
      hours.
      """,
    fix: "write `cooldown:` with `default-days: 7`",
    samples: [
      .dependabot(
        "no cooldown", .findings(lines: [3]),
        """
        version: 2
        updates:
          - package-ecosystem: pip
            directory: /
            schedule: { interval: weekly }
        """),
      .dependabot(
        "two days", .findings(lines: [7]),
        """
        version: 2
        updates:
          - package-ecosystem: github-actions
            directory: /
            schedule: { interval: weekly }
            cooldown:
              default-days: 2
        """),
      .dependabot(
        "a week", .good,
        """
        version: 2
        updates:
          - package-ecosystem: github-actions
            directory: /
            schedule: { interval: monthly }
            cooldown: { default-days: 7 }
        """),
      .dependabot(
        "nothing to update", .good,
        """
        version: 2
        updates: []
        """),
    ])

  /// The least number of days.
  private static let days = 7

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.dependabot.isEmpty else {
      return .notApplicable("there is no Dependabot configuration")
    }
    var findings: [Finding] = []
    for file in project.dependabot {
      for update in file.document.root["updates"]?.items ?? [] {
        guard let ecosystem = update.entry("package-ecosystem") else { continue }
        let name = ecosystem.value.string ?? ""
        let cooldown = update.entry("cooldown")
        let written = cooldown?.value.entry("default-days")
        let number = written.flatMap { $0.value.string.flatMap { Int($0) } }
        if let number, number >= days { continue }
        let span = written?.span ?? cooldown?.key.span ?? ecosystem.span
        let message =
          if let number {
            "updates of \(name) are proposed after \(number) days"
          } else {
            "updates of \(name) are proposed as soon as they appear"
          }
        findings.append(
          Finding(
            rule: id, severity: number ?? 0 > 0 ? .low : .medium, message,
            at: Finding.Place(file.path, span),
            fix: file.document.fix("wait \(days) days", .safe, in: file.path) {
              () throws(YAMLEditRefusal) in
              try file.document.setting(
                "default-days", to: .scalar("\(days)"), in: "cooldown", of: update)
            }))
      }
    }
    return .examined(findings)
  }
}
