// SPDX-License-Identifier: Apache-2.0

import Workflows

/// A job gets the secrets that it names.
enum AllSecretsExposed: AuditRule {
  static let id = "all-secrets-exposed"

  static let description = RuleDescription(
    id: id, title: "jobs get secrets by name, not all of them", severity: .medium,
    sources: ["GitHub Docs, \"Security hardening for GitHub Actions\" (using secrets)"],
    why: """
      `toJSON(secrets)`, and a secret whose name is computed, make GitHub send every secret of the \
      repository and organisation to the runner, where a malicious dependency finds them.
      """,
    incident: """
      March 2025: the changed tj-actions/changed-files read the memory of the runner; every secret \
      that a job had been sent was in it.
      """,
    fix: "name the secret: `secrets.NAME`",
    samples: [
      .steps(
        "all", .findings(lines: [10]),
        """
        - run: make deploy
          env:
            SECRETS: ${{ toJSON(secrets) }}
        """),
      .steps(
        "a computed name", .findings(lines: [10]),
        """
        - run: make deploy
          env:
            TOKEN: ${{ secrets[format('TOKEN_{0}', inputs.target)] }}
        """),
      .steps(
        "one by name", .good,
        """
        - run: make deploy
          env:
            TOKEN: ${{ secrets.TOKEN_TEST }}
        """),
      .steps(
        "one by name in brackets", .good,
        """
        - run: make deploy
          env:
            TOKEN: ${{ secrets['TOKEN_TEST'] }}
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.expressionFindings { path, embedded, findings in
      embedded.expression?.visit { part in
        switch part {
        case .call(let name, let arguments):
          guard name.lowercased() == "tojson", arguments.contains(where: { $0.path == "secrets" })
          else { return true }
        case .index(let base, let index):
          guard base.path == "secrets", !index.isLiteral else { return true }
        default: return true
        }
        findings.append(
          Finding(
            rule: id, severity: .medium,
            "`\(embedded.source.trimmed)` sends every secret to the runner",
            at: Finding.Place(path, embedded.span)))
        return false
      }
    }
  }
}
