// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Membership is asked of a list, not of a text.
enum UnsoundContains: AuditRule {
  static let id = "unsound-contains"

  static let description = RuleDescription(
    id: id, title: "`contains` looks into lists, not into texts of several names", severity: .high,
    sources: ["GitHub Docs, \"Evaluate expressions\" (contains)"],
    why: """
      `contains('refs/heads/main refs/heads/develop', github.ref)` asks for a part of the text: \
      a branch named `mai` or `heads/main refs` passes as well.
      """,
    fix:
      "compare with a list: `contains(fromJSON('[\"refs/heads/main\", \"refs/heads/develop\"]'), github.ref)`",
    samples: [
      .steps(
        "branches in a text", .findings(lines: [9]),
        """
        - run: make release
          if: contains('refs/heads/main refs/heads/develop', github.ref)
        """),
      .steps(
        "a part of a larger condition", .findings(lines: [9]),
        """
        - run: make release
          if: ${{ success() && !contains('push,schedule', inputs.event) }}
        """),
      .steps(
        "a list", .good,
        """
        - run: make release
          if: contains(fromJSON('["refs/heads/main", "refs/heads/develop"]'), github.ref)
        """),
      .steps(
        "a name in a value", .good,
        """
        - run: make release
          if: contains(github.event.head_commit.message, '[release]')
        """),
    ])

  private static let chosen: Set<String> = [
    "env", "github.actor", "github.base_ref", "github.head_ref", "github.ref", "github.ref_name",
    "github.sha", "github.triggering_actor", "inputs",
  ]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.conditionFindings { site, findings in
      guard site.workflow != nil else { return }
      for embedded in site.condition.expressions {
        embedded.expression?.visit { part in
          guard case .call(let name, let arguments) = part, name.lowercased() == "contains",
            arguments.count == 2, case .string = arguments[0], let context = arguments[1].path
          else { return true }
          let isChosen =
            chosen.contains(context) || context.hasPrefix("env.") || context.hasPrefix("inputs.")
          findings.append(
            Finding(
              rule: id, severity: isChosen ? .high : .info,
              "any part of the text passes for `\(context)`, not only whole names",
              at: Finding.Place(site.path, site.condition.key)))
          return true
        }
      }
    }
  }
}
