// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Nobody alone can both change the default branch and release.
enum TwoPersons: AuditRule {
  static let description = RuleDescription(
    id: "two-persons", title: "nobody alone can change what is released and release it",
    severity: .medium, checklist: [5], sources: ["SPEC 8"],
    why: """
      Each single rule has a way around it; what counts is the whole way from a change to users. \
      One account must not be enough: changes are approved by somebody else, also the last push and \
      also those of administrators, and so is the run that publishes. Who maintains alone cannot \
      have this; take the finding into a baseline then.
      """,
    incident: """
      June 2025 and before: one stolen account was enough for releases of eslint-config-prettier, \
      ultralytics and many more.
      """,
    fix: "close each gap that is named; `hallmark audit --fix --forge` prints the calls",
    samples: [
      RuleSample(
        "administrators need nobody", .findings(lines: [0]),
        settings: TwoPersons.settings(bypass: true, selfReview: true),
        files: [RuleSample.publishing]),
      RuleSample(
        "who starts the run approves it", .findings(lines: [0]),
        settings: TwoPersons.settings(bypass: false, selfReview: false),
        files: [RuleSample.publishing]),
      RuleSample(
        "two people everywhere", .good,
        settings: TwoPersons.settings(bypass: false, selfReview: true),
        files: [RuleSample.publishing]),
      RuleSample("not asked", .unknown, settings: [], files: [RuleSample.publishing]),
      RuleSample(
        "nothing is published", .notApplicable, settings: [],
        files: [(".github/workflows/ci.yml", "on: push\njobs: {}\n")]),
    ])

  private static func settings(
    bypass: Bool, selfReview: Bool
  ) -> [(path: String, answer: String)] {
    let actor = #"{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}"#
    return RuleSample.rules(
      #"[{"type": "pull_request", "ruleset_id": 1, "parameters": "#
        + #"{"required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true}}]"#) + [
        ("rulesets/1", #"{"id": 1, "name": "main", "bypass_actors": [\#(bypass ? actor : "")]}"#)
      ]
      + RuleSample.environment(
        #""can_admins_bypass": false, "protection_rules": [{"type": "required_reviewers", "#
          + #""prevent_self_review": \#(selfReview), "reviewers": [{"type": "Team", "#
          + #""reviewer": {"slug": "release", "id": 7}}]}]"#)
  }

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      var gaps: [String] = []
      var unknown: [String] = []
      func ask(_ fact: ForgeFact<Bool>, _ gap: String) {
        switch fact {
        case .known(true): break
        case .known(false): gaps.append(gap)
        case .unknown(let how): if !unknown.contains(how) { unknown.append(how) }
        }
      }
      let jobs = project.publishingJobs(forge.kind)
      guard !jobs.isEmpty else {
        return .notApplicable("no job publishes to a package index")
      }
      let branch = forge.branchName
      let strict = forge.branchRules.withoutExceptions
      ask(strict.holds { $0.approvals > 0 }, "`\(branch)` can be changed without an approval")
      ask(
        strict.holds { $0.withdrawsApprovals || $0.requiresApprovalOfLastPush },
        "commits pushed to a pull request after its approval are merged unseen")
      if forge.kind == .gitlab {
        ask(
          strict.holds(\.forbidsCommittersApproval),
          "who adds commits to a merge request can approve them")
      }
      for job in jobs {
        guard case .none = job.environment else { continue }
        gaps.append("the job `\(job.name)` publishes without asking anybody")
      }
      let environments = ReleaseEnvironments(project, forge)
      unknown += environments.unknown
      for (environment, _) in environments.found {
        let name = environment.name
        guard !environment.reviewers.isEmpty else {
          gaps.append("nobody must approve a run in the environment `\(name)`")
          continue
        }
        ask(
          Self.fact(environment.preventsSelfReview, forge.selfReviewSetting(of: name)),
          "who starts a run in `\(name)` can approve it")
        ask(
          Self.fact(
            environment.adminsBypass.map { !$0 }, "`can_admins_bypass` of the environment `\(name)`"
          ),
          "administrators need no approval in `\(name)`")
      }
      if let first = gaps.first {
        return .examined([
          finding(
            "one person alone can release: \(first)", at: forge.place(.rules),
            help: gaps.count > 1
              ? "close each gap: \(gaps.joined(separator: "; "))" : nil)
        ])
      }
      return unknown.isEmpty
        ? .examined([]) : .unknown(wouldTell: unknown.joined(separator: "; "))
    }
  }

  private static func fact(_ value: Bool?, _ setting: String) -> ForgeFact<Bool> {
    value.map { .known($0) } ?? .unknown("\(setting), which the forge did not show")
  }
}
