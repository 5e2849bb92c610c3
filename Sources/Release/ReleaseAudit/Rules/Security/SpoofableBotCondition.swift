// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Who a run belongs to is asked of what cannot be borrowed.
enum SpoofableBotCondition: AuditRule {
  static let id = "spoofable-bot-condition"

  static let description = RuleDescription(
    id: id, title: "conditions do not take the last actor for the author", severity: .high,
    sources: [
      "GitHub Docs, \"Contexts\" (github.actor)",
      "Synacktiv, \"GitHub Actions exploitation: Dependabot\"",
    ],
    why: """
      `github.actor` is who caused the last event, not who wrote the change. A stranger who makes \
      Dependabot touch a pull request (a rebase, a comment) gets `dependabot[bot]` as the actor \
      while the commits are the stranger's own.
      """,
    fix:
      "compare `github.event.pull_request.user.login`, and where only bots of this repository count, `github.repository` as well",
    samples: [
      RuleSample(
        "a merge by the name of the actor", .findings(lines: [5]),
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            merge:
              if: github.actor == 'dependabot[bot]'
              runs-on: ubuntu-24.04
              steps:
                - run: gh pr merge --auto "$URL"

          """),
      .steps(
        "by number", .findings(lines: [9]), on: "pull_request",
        """
        - run: gh pr merge --auto "$URL"
          if: ${{ github.actor_id == '49699333' || github.event.label.name == 'merge' }}
        """),
      RuleSample(
        "the author of the pull request", .good,
        workflow: """
          on: pull_request
          permissions: {}
          jobs:
            merge:
              if: github.event.pull_request.user.login == 'dependabot[bot]'
              runs-on: ubuntu-24.04
              steps:
                - run: gh pr merge --auto "$URL"

          """),
      RuleSample(
        "leaving bots out", .good,
        workflow: """
          on: pull_request
          permissions: {}
          jobs:
            greet:
              if: github.actor != 'dependabot[bot]'
              runs-on: ubuntu-24.04
              steps:
                - run: echo welcome

          """),
    ])

  private static let names: Set<String> = [
    "github.actor", "github.triggering_actor", "github.event.pull_request.sender.login",
  ]
  private static let numbers: Set<String> = [
    "github.actor_id", "github.event.pull_request.sender.id",
  ]
  /// Dependabot's app and user, its predecessor's user, Renovate's user.
  private static let bots: Set<String> = ["29110", "49699333", "27856297", "29139614"]

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    project.conditionFindings { site, findings in
      guard site.workflow != nil else { return }
      for embedded in site.condition.expressions {
        guard let expression = embedded.expression, let context = actor(expression) else {
          continue
        }
        findings.append(
          Finding(
            rule: id, severity: .high,
            "`\(context)` is who touched the change last, not who wrote it",
            at: site.place(of: String(context.split(separator: ".").last ?? "")),
            fix: fix(context, site)))
        break
      }
    }
  }

  private static func fix(_ context: String, _ site: ConditionSite) -> ProposedFix? {
    let events = site.workflow?.triggers.map(\.event.value) ?? []
    guard !events.isEmpty,
      events.allSatisfy({ $0 == "pull_request" || $0 == "pull_request_target" })
    else { return nil }
    let author = "github.event.pull_request.user.\(numbers.contains(context) ? "id" : "login")"
    return site.document.fix("ask for the author", .needsReview, in: site.path) {
      () throws(YAMLEditRefusal) in
      try site.document.replacing(context, with: author, in: site.node)
    }
  }

  /// The context that is compared with a bot.
  private static func actor(_ expression: Expression) -> String? {
    var found: String?
    expression.visit { part in
      guard found == nil else { return false }
      guard case .binary(.equal, let left, let right) = part else { return true }
      for (context, literal) in [(left.path, right), (right.path, left)] {
        guard let context else { continue }
        switch literal {
        case .string(let text):
          if names.contains(context) && text.hasSuffix("[bot]")
            || numbers.contains(context) && bots.contains(text)
          {
            found = context
          }
        case .number(let number):
          if numbers.contains(context), let whole = Int(exactly: number),
            bots.contains(String(whole))
          {
            found = context
          }
        default: break
        }
      }
      return true
    }
    return found
  }
}
