// SPDX-License-Identifier: Apache-2.0

import Encodings
import Workflows

/// How rules look at the settings of a forge.
extension AuditRule {
  /// Looks at the settings; without them, the checklist says what would tell.
  static func settings(
    _ project: AuditedProject, _ examine: (ForgeState) -> RuleOutcome
  ) -> RuleOutcome {
    guard let forge = project.forge else {
      let number = description.checklist.first
      let rest = Checklist.items.first { $0.number == number }?.rest
      return .unknown(wouldTell: rest ?? "`hallmark audit --forge`")
    }
    return forge.kind == .gitlab ? GitLabHelp.adding(to: examine(forge)) : examine(forge)
  }

  /// Looks at a fact that holds, does not hold, or is not known.
  static func verdict(
    _ fact: ForgeFact<Bool>, _ message: @autoclosure () -> String, at place: Finding.Place,
    help: String? = nil
  ) -> RuleOutcome {
    switch fact {
    case .known(true): .examined([])
    case .known(false): .examined([finding(message(), at: place, help: help)])
    case .unknown(let how): .unknown(wouldTell: how)
    }
  }

  /// Looks at what protects the branch that releases come from, all parts together.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - page: the page of the setting, where it is not that of the rules.
  ///   - asks: whether a part of the protection asks for it.
  ///   - message: the finding, for the branch's name.
  /// - Returns: What comes of it.
  static func branchRule(
    _ project: AuditedProject, page: ForgeState.Page = .rules,
    _ asks: (BranchProtection) -> Bool, _ message: (String) -> String
  ) -> RuleOutcome {
    settings(project) { forge in
      verdict(
        forge.branchRules.holds(asks), message(forge.branchName), at: forge.place(page))
    }
  }

  /// Looks at each environment in which a job publishes.
  static func environmentRule(
    _ project: AuditedProject,
    _ examine: (ForgeEnvironment, ForgeState, _ related: [Finding.Place]) -> RuleOutcome
  ) -> RuleOutcome {
    settings(project) { forge in
      let environments = ReleaseEnvironments(project, forge)
      if let none = environments.none { return none }
      return RuleOutcome.all(
        environments.found.map { examine($0.environment, forge, [$0.place]) }
          + environments.unknown.map { .unknown(wouldTell: $0) })
    }
  }
}

extension RuleOutcome {
  /// Several outcomes as one: findings decide; else what is not known; else it is content.
  static func all(_ outcomes: [RuleOutcome]) -> RuleOutcome {
    var findings: [Finding] = []
    var unknown: [String] = []
    for outcome in outcomes {
      switch outcome {
      case .examined(let found): findings += found
      case .unknown(let how): if !unknown.contains(how) { unknown.append(how) }
      case .notApplicable: break
      }
    }
    if findings.isEmpty, !unknown.isEmpty {
      return .unknown(wouldTell: unknown.joined(separator: "; "))
    }
    return .examined(findings)
  }
}

extension ForgeState {
  /// The branch that releases come from, for messages.
  var branchName: String { branch.value ?? "the default branch" }

  /// Whether two names are of one environment; GitHub does not mind case.
  func isSame(_ environment: String, _ other: String) -> Bool {
    kind == .github ? environment.lowercased() == other.lowercased() : environment == other
  }

  /// The setting that says whether who starts a run can approve it.
  func selfReviewSetting(of environment: String) -> String {
    kind == .github
      ? "`prevent_self_review` of the environment `\(environment)`"
      : "`allow_pipeline_trigger_approve_deployment` of the project"
  }

  /// Whether it is github.com, where apps have the ids that are known.
  var isGitHubCom: Bool { page == "https://github.com" || page.hasPrefix("https://github.com/") }
}

extension RuleSample {
  /// The workflow of samples: it publishes in the environment `pypi`, from a tag.
  static let publishing = (
    path: ".github/workflows/release.yml",
    text: """
    on:
      push:
        tags: ["v*"]
    jobs:
      publish:
        runs-on: ubuntu-latest
        environment: pypi
        steps:
          - uses: pypa/gh-action-pypi-publish@release/v1

    """
  )

  /// Makes a sample of answers of GitHub to `gh api repos/acme/greeting/PATH`.
  ///
  /// What is not among them was refused; an empty answer is 404.
  init(
    _ name: String, _ expectation: Expectation, settings: [(path: String, answer: String)],
    files: [(path: String, text: String)] = [("README.md", "# Acme\n")], git: GitState? = nil
  ) {
    self.init(
      name, expectation, isWhole: true, files: files, git: git, settings: settings)
  }

  /// The settings that the answers come to; nil without answers.
  func forge(of project: AuditedProject) -> ForgeState? {
    guard let settings else { return nil }
    var answers = ["": #"{"default_branch": "main", "private": false}"#]
    for (path, answer) in settings { answers[path] = answer }
    var inquiry = ForgeInquiry(
      .github, project: "acme/greeting", environments: project.publishEnvironments,
      branches: project.releaseBranchFilters(.github))
    while true {
      let open = inquiry.open
      if open.isEmpty { return inquiry.state }
      for question in open {
        var answer = ForgeAnswer.unanswered("status 403")
        if let text = answers[question.path] {
          answer =
            text.isEmpty
            ? .absent
            : (try? JSONNode(parsing: Array(text.utf8))).map { .found($0) }
              ?? .unanswered("it is not JSON")
        }
        inquiry.take(answer, to: question)
      }
    }
  }

  /// Answers for a branch `main` that only rulesets protect.
  static func rules(_ rules: String) -> [(path: String, answer: String)] {
    [
      ("rules/branches/main", rules),
      ("branches/main", #"{"name": "main", "protected": false}"#),
    ]
  }

  /// Answers for one environment `pypi`.
  static func environment(_ members: String) -> [(path: String, answer: String)] {
    [("environments", #"[{"name": "pypi", \#(members)}]"#)]
  }
}
