// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Who a run belongs to is asked of what cannot be borrowed.
enum SpoofableBotCondition: AuditRule {
  static let id = "spoofable-bot-condition"

  static let description = RuleDescription(
    id: id, title: "conditions do not take the last actor or a branch's name for the author",
    severity: .high,
    sources: [
      "GitHub Docs, \"Contexts\" (github.actor)",
      "Synacktiv, \"GitHub Actions exploitation: Dependabot\"",
    ],
    why: """
      `github.actor` is who caused the last event, not who wrote the change. A stranger who makes \
      Dependabot touch a pull request (a rebase, a comment) gets `dependabot[bot]` as the actor \
      while the commits are the stranger's own. The name of a branch says nothing at all: anyone \
      calls a branch of a fork `dependabot/pip` or `main`.
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
      RuleSample(
        "by the name of the branch, with secrets", .findings(lines: [6, 12]),
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            merge:
              permissions: { contents: write, pull-requests: write }
              if: startsWith(github.head_ref, 'dependabot/')
              runs-on: ubuntu-24.04
              steps:
                - run: make changelog
            publish:
              permissions: { packages: write }
              if: github.event.pull_request.head.ref == 'release'
              runs-on: ubuntu-24.04
              steps:
                - run: make publish

          """),
      RuleSample(
        "a branch of the same repository, and a job without rights", .good,
        workflow: """
          on: pull_request_target
          permissions: {}
          jobs:
            merge:
              permissions: { contents: write }
              if: >-
                startsWith(github.head_ref, 'dependabot/')
                && github.event.pull_request.head.repo.full_name == github.repository
              runs-on: ubuntu-24.04
              steps:
                - run: make changelog
            test:
              if: startsWith(github.head_ref, 'dependabot/')
              runs-on: ubuntu-24.04
              steps:
                - run: make test

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
    var access = StrangerAccess(project)
    return project.conditionFindings { site, findings in
      guard site.workflow != nil else { return }
      if let context = branch(site, &access) {
        findings.append(
          Finding(
            rule: id, severity: .high,
            "`\(context)` is a name that anyone can give to a branch of a fork",
            at: site.place(of: String(context.split(separator: ".").last ?? "")),
            help:
              "ask for `github.event.pull_request.head.repo.full_name == github.repository` as well"
          ))
        return
      }
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

  private static let branches: Set<String> = [
    "github.head_ref", "github.event.pull_request.head.ref",
    "github.event.workflow_run.head_branch",
  ]

  /// The branch's name by which a job with rights decides whose change it is.
  private static func branch(_ site: ConditionSite, _ access: inout StrangerAccess) -> String? {
    guard let workflow = site.workflow, let job = site.job,
      let expression = site.condition.expression, let context = name(expression),
      // Who asks for the author has asked.
      !expression.contexts.contains(where: { $0.hasPrefix("github.event.pull_request.user.") }),
      hasRights(job, workflow)
    else { return nil }
    let isReached = access.entries(
      at: site.path, of: workflow, by: ["pull_request_target", "workflow_run"]
    ).contains { $0.reaches(job) && $0.canHold(site.condition) }
    return isReached ? context : nil
  }

  /// The branch's name that must be one, or begin with one.
  private static func name(_ expression: Expression) -> String? {
    switch expression {
    case .binary(.and, let left, let right), .binary(.or, let left, let right):
      return name(left) ?? name(right)
    case .binary(.equal, let left, let right):
      for (side, other) in [(left, right), (right, left)] {
        if let path = side.path, branches.contains(path), case .string = other { return path }
      }
      return nil
    case .call(let function, let arguments)
    where ["startswith", "contains", "endswith"].contains(function.lowercased()):
      guard let path = arguments.first?.path, branches.contains(path) else { return nil }
      return path
    default: return nil
    }
  }

  /// Whether a job merges, has a secret, or may write more than comments.
  private static func hasRights(_ job: Job, _ workflow: Workflow) -> Bool {
    switch workflow.permissions(of: job)?.grant {
    case .scopes(let scopes):
      if scopes.contains(where: { $0.access.value == "write" }) { return true }
    case .writeAll: return true
    case .readAll, .other, nil: break
    }
    if job.secrets != nil { return true }
    return job.steps.contains { step in
      if step.run?.value.holds("gh pr merge") ?? false { return true }
      let texts =
        [step.with, step.env].compactMap { $0 }.flatMap(\.entries).map(\.value)
        + [step.run].compactMap { $0 }
      return texts.contains { text in
        text.expressions.contains { embedded in
          (embedded.expression?.contexts ?? []).contains {
            $0.hasPrefix("secrets.") && $0 != "secrets.github_token"
          }
        }
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
