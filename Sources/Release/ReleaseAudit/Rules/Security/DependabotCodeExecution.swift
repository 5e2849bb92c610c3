// SPDX-License-Identifier: Apache-2.0

import SourceText

/// Dependabot does not run what it updates.
enum DependabotCodeExecution: AuditRule {
  static let id = "dependabot-code-execution"

  static let description = RuleDescription(
    id: id, title: "Dependabot does not run code of dependencies", severity: .high,
    sources: ["GitHub Docs, \"Dependabot options reference\" (insecure-external-code-execution)"],
    why: """
      With `insecure-external-code-execution: allow` a dependency's own code runs while Dependabot \
      looks for updates, where the credentials of private registries are.
      """,
    fix: "write `deny`, or leave the line out",
    samples: [
      .dependabot(
        "allowed", .findings(lines: [4]),
        """
        version: 2
        updates:
          - package-ecosystem: bundler
            insecure-external-code-execution: allow
            directory: /
            schedule: { interval: weekly }
        """),
      .dependabot(
        "allowed for the second", .findings(lines: [8]),
        """
        version: 2
        updates:
          - package-ecosystem: pip
            directory: /
            schedule: { interval: weekly }
          - package-ecosystem: mix
            directory: /
            insecure-external-code-execution: "allow"
        """),
      .dependabot(
        "denied", .good,
        """
        version: 2
        updates:
          - package-ecosystem: bundler
            insecure-external-code-execution: deny
            directory: /
        """),
      .dependabot(
        "not mentioned", .good,
        """
        version: 2
        updates:
          - package-ecosystem: bundler
            directory: /
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    guard !project.dependabot.isEmpty else {
      return .notApplicable("there is no Dependabot configuration")
    }
    var findings: [Finding] = []
    for file in project.dependabot {
      for update in file.document.root["updates"]?.items ?? [] {
        guard let entry = update.entry("insecure-external-code-execution"),
          entry.value.string == "allow"
        else { continue }
        findings.append(
          Finding(
            rule: id, severity: .high, "code of dependencies runs beside Dependabot's credentials",
            at: Finding.Place(file.path, entry.span),
            fix: file.document.fix("deny it", .needsReview, in: file.path) {
              () throws(YAMLEditRefusal) in
              try file.document.replacing(entry.value, with: "deny")
            }))
      }
    }
    return .examined(findings)
  }
}
