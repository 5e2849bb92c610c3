// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Each run that publishes must be approved.
enum PublishApproval: AuditRule {
  static let description = RuleDescription(
    id: "publish-approval", title: "more than one person can approve a release",
    severity: .low, checklist: [4], sources: ["SPEC 8", "python-tuf #1550"],
    why: """
      A release is a matter of at least two: one starts it, another approves. Where only one account \
      may approve, its owner approves what they started, and nobody can where they are away.
      """,
    fix: "name a team, or two people, as reviewers of the environment",
    samples: [
      RuleSample(
        "one person", .findings(lines: [0]),
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "prevent_self_review": true, "#
            + #""reviewers": [{"type": "User", "reviewer": {"login": "ada", "id": 1}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample(
        "no environment, so nobody is asked", .findings(lines: [5]),
        settings: [("environments", "[]")],
        files: [
          (
            ".github/workflows/release.yml",
            """
            on:
              push:
                tags: ["v*"]
            jobs:
              publish:
                runs-on: ubuntu-latest
                steps:
                  - uses: pypa/gh-action-pypi-publish@release/v1

            """
          )
        ]),
      RuleSample(
        "a team", .good,
        settings: RuleSample.environment(
          #""protection_rules": [{"type": "required_reviewers", "prevent_self_review": true, "#
            + #""reviewers": [{"type": "Team", "reviewer": {"slug": "release", "id": 7}}]}]"#),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: [], files: [RuleSample.publishing]),
    ])

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    let outcome = environmentRule(project) { environment, forge, related in
      guard !environment.hasSeveralReviewers else { return .examined([]) }
      let who = environment.reviewers.first.map { "only `\($0.name)` can" } ?? "nobody must"
      return .examined([
        finding(
          "\(who) approve a run that publishes in the environment `\(environment.name)`",
          at: forge.place(.environments, environment.name), related: related)
      ])
    }
    guard let forge = project.forge else { return outcome }
    let outside = project.publishingJobs(forge.kind).filter {
      if case .none = $0.environment { true } else { false }
    }
    guard !outside.isEmpty else { return outcome }
    return RuleOutcome.all(
      [outcome]
        + outside.map { job in
          .examined([
            finding(
              "the job `\(job.name)` publishes outside of any environment, so nobody is asked",
              at: job.place)
          ])
        })
  }
}
