// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Parts of secrets are masked as well.
enum UnmaskedSecret: AuditRule {
  static let id = "unmasked-secret"

  static let description = RuleDescription(
    id: id, title: "secrets are not taken apart in expressions", severity: .medium,
    sources: ["GitHub Docs, \"Using secrets in GitHub Actions\" (structured data)"],
    why: """
      GitHub hides a secret in logs by its whole text. A part of it, such as one field of a JSON \
      document, is another text and is shown.
      """,
    fix: "keep each value as a secret of its own",
    samples: [
      .steps(
        "a field of a secret", .findings(lines: [10]),
        """
        - run: make upload
          env:
            PASSWORD: ${{ fromJSON(secrets.ACCOUNT).password }}
        """),
      .steps(
        "a whole decoded secret", .findings(lines: [10]),
        """
        - run: make upload
          env:
            ACCOUNT: ${{ toJSON(fromJSON(secrets.ACCOUNT)) }}
        """),
      .steps(
        "a secret of its own", .good,
        """
        - run: make upload
          env:
            PASSWORD: ${{ secrets.PASSWORD }}
        """),
      .steps(
        "data that is no secret", .good,
        """
        - run: make upload
          env:
            HOST: ${{ fromJSON(vars.ACCOUNT).host }}
        """),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.expressionFindings { path, embedded, findings in
      embedded.expression?.visit { part in
        guard case .call(let name, let arguments) = part, name.lowercased() == "fromjson",
          arguments.contains(where: { $0.path?.hasPrefix("secrets.") ?? false })
        else { return true }
        findings.append(
          Finding(
            rule: id, severity: .medium,
            "`\(embedded.source.trimmed)` is not hidden in logs: it is a part of a secret",
            at: Finding.Place(path, embedded.span)))
        return false
      }
    }
  }
}
