// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The required checks are jobs that exist.
enum CheckNames: AuditRule {
  static let description = RuleDescription(
    id: "required-check-names", title: "each required check is a job that reports it",
    severity: .medium, checklist: [56], sources: ["secure package template"],
    why: """
      A required check that no job reports stays "expected" for ever: nothing can be merged any \
      more, until somebody switches the rule off. It happens when a job is renamed, or when a version \
      leaves the matrix.
      """,
    fix: "name the checks as the jobs are shown: `test (3.13)`, `caller / called`",
    samples: [
      RuleSample(
        "a version that left the matrix", .findings(lines: [0]),
        settings: CheckNames.checks(["test (3.12)", "test (3.8)"]), files: [CheckNames.matrix]),
      RuleSample(
        "the names of the matrix", .good,
        settings: CheckNames.checks(["test (3.12)", "test (3.13)"]), files: [CheckNames.matrix]),
      RuleSample(
        "a job of a reusable workflow", .good, settings: CheckNames.checks(["all / lint"]),
        files: [
          (
            ".github/workflows/ci.yml",
            """
            on: pull_request
            jobs:
              all:
                uses: ./.github/workflows/lint.yml

            """
          ),
          (
            ".github/workflows/lint.yml",
            """
            on: workflow_call
            jobs:
              lint:
                runs-on: ubuntu-latest
                steps:
                  - run: make lint

            """
          ),
        ]),
      RuleSample(
        "names that only a run knows", .unknown, settings: CheckNames.checks(["test (3.13)"]),
        files: [
          (
            ".github/workflows/ci.yml",
            """
            on: pull_request
            jobs:
              test:
                runs-on: ubuntu-latest
                strategy:
                  matrix:
                    python: ${{ fromJSON(needs.plan.outputs.versions) }}
                steps:
                  - run: make test

            """
          )
        ]),
      RuleSample(
        "only pull requests to another branch", .findings(lines: [0]),
        settings: CheckNames.checks(["test"]), files: [CheckNames.filtered("branches: [next]")]),
      RuleSample(
        "pull requests to the default branch", .good,
        settings: CheckNames.checks(["test"]),
        files: [CheckNames.filtered("branches: [ma*, '!maint']")]),
      RuleSample(
        "only changes of some files", .unknown, settings: CheckNames.checks(["test"]),
        files: [CheckNames.filtered("paths: [src/**]")]),
      RuleSample(
        "an app of another server", .unknown,
        settings: CheckNames.checks(["other"]) + [
          (
            "",
            #"{"default_branch": "main", "private": false, "#
              + #""html_url": "https://git.example/acme/greeting"}"#
          )
        ], files: [CheckNames.matrix]),
      RuleSample(
        "no required check", .notApplicable, settings: RuleSample.rules("[]"),
        files: [CheckNames.matrix]),
    ])

  private static let matrix = (
    path: ".github/workflows/ci.yml",
    text: """
    on: pull_request
    jobs:
      test:
        runs-on: ubuntu-latest
        strategy:
          matrix:
            python: ["3.12", "3.13"]
        steps:
          - run: make test

    """
  )

  private static func filtered(_ filter: String) -> (path: String, text: String) {
    (
      ".github/workflows/ci.yml",
      """
      on:
        pull_request:
          \(filter)
      jobs:
        test:
          runs-on: ubuntu-latest
          steps:
            - run: make test

      """
    )
  }

  private static func checks(_ names: [String]) -> [(path: String, answer: String)] {
    let list = names.map { #"{"context": "\#($0)", "integration_id": 15368}"# }
    return RuleSample.rules(
      #"[{"type": "required_status_checks", "ruleset_id": 1, "parameters": "#
        + #"{"required_status_checks": [\#(list.joined(separator: ", "))]}}]"#)
  }

  /// The app id of GitHub Actions at github.com.
  static let actionsApp: Int64 = 15_368

  static func examine(_ project: AuditedProject) -> RuleOutcome {
    settings(project) { forge in
      guard forge.kind == .github else {
        return .notApplicable("GitLab asks for the whole pipeline, not for jobs")
      }
      var checks: [BranchProtection.Check] = []
      // What another app reports is no job.
      for check in forge.branchRules.parts.flatMap(\.checks)
      where check.source == nil || check.source == Self.actionsApp || !forge.isGitHubCom {
        if !checks.contains(where: { $0.name == check.name }) { checks.append(check) }
      }
      if checks.isEmpty {
        if let how = forge.branchRules.unknown.first { return .unknown(wouldTell: how) }
        return .notApplicable("no check of a job is required")
      }
      let jobs = ReportedChecks(project, branch: forge.branch.value)
      return RuleOutcome.all(
        checks.map { check in
          if jobs.names.contains(check.name) { return .examined([]) }
          if let job = jobs.open.first(where: { $0.mayBe(check.name) }) {
            return .unknown(
              wouldTell: "the names of the runs of `\(job.job)` in `\(job.path)`, which only a run "
                + "knows")
          }
          if let path = jobs.perhaps[check.name] {
            return .unknown(
              wouldTell: "whether `\(path)`, which reports `\(check.name)`, runs for every pull "
                + "request: its triggers leave some out, and the check then stays expected")
          }
          guard forge.isGitHubCom else {
            return .unknown(wouldTell: "which app reports `\(check.name)` at this server")
          }
          return .examined([
            finding(
              "no job reports the required check `\(check.name)`",
              check.source == nil ? .low : nil, at: forge.place(.rules),
              help: check.source == nil
                ? "name a job as it is shown, or, if another service reports it, choose its app as "
                  + "the source" : nil)
          ])
        })
    }
  }
}

/// The names of the checks that jobs report for changes.
struct ReportedChecks: Sendable {
  /// A job whose names only a run knows.
  struct Open: Sendable {
    let path: String
    let job: String
    fileprivate let pattern: String

    /// Whether a check may be of it.
    func mayBe(_ name: String) -> Bool {
      NamePattern.overlap(Array(pattern.utf8), Array(name.utf8))
    }
  }

  /// The names.
  private(set) var names: Set<String> = []
  /// The names of those that report for some pull requests only, with their workflows.
  private(set) var perhaps: [String: String] = [:]
  /// Jobs whose names are not known.
  private(set) var open: [Open] = []

  // GitHub allows as many levels of calls.
  private static let deepest = 10
  private static let limit = 20_000

  private let isAlways: Bool
  private var isSure = true

  /// Finds names.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - branch: the default branch; nil where it is not known.
  ///   - always: whether only jobs count that run for every pull request.
  init(_ project: AuditedProject, branch: String?, always: Bool = false) {
    isAlways = always
    for file in project.workflows {
      let triggers = file.workflow.triggers.filter { !always || $0.event.value == "pull_request" }
      let reaches = triggers.map { Self.reach($0, branch) }
      isSure = reaches.contains(.all)
      guard isSure || !always && reaches.contains(.some) else { continue }
      add(file, prefix: "", level: 0, project)
    }
  }

  private enum Reach { case all, some, none }

  /// For which pull requests to the branch a trigger starts a run.
  private static func reach(_ trigger: WorkflowTrigger, _ branch: String?) -> Reach {
    switch trigger.event.value {
    case "pull_request", "pull_request_target": break
    case "merge_group": return .some
    case "push":
      // Of a branch in the same repository only, and not of tags.
      let isOfTags = trigger.filter("tags") != nil || trigger.filter("tags-ignore") != nil
      let isOfBranches =
        trigger.filter("branches") != nil || trigger.filter("branches-ignore") != nil
      return isOfTags && !isOfBranches ? .none : .some
    default: return .none
    }
    var result = Reach.all
    for filter in trigger.filters {
      let values = filter.values.map(\.value)
      switch filter.name.value {
      case "branches", "branches-ignore":
        // `+` and `?` mean something else here than in a ruleset.
        guard let branch, !values.contains(where: { $0.contains("+") || $0.contains("?") }) else {
          result = .some
          continue
        }
        let isListed = values.reduce(false) { listed, value in
          value.hasPrefix("!")
            ? listed && !RefPattern.matches(String(value.dropFirst()), branch)
            : listed || RefPattern.matches(value, branch)
        }
        if isListed != (filter.name.value == "branches") { return .none }
      case "types":
        if !values.contains("opened") || !values.contains("synchronize") { result = .some }
      default: result = .some
      }
    }
    return result
  }

  private mutating func add(
    _ file: WorkflowFile, prefix: String, level: Int, _ project: AuditedProject
  ) {
    for job in file.workflow.jobs {
      guard names.count + perhaps.count + open.count < Self.limit else { return }
      guard !isAlways || job.condition == nil else { continue }
      guard let own = job.checkNames(in: file.workflow.document) else {
        let name = job.name?.pattern() ?? job.id.value
        open.append(Open(path: file.path, job: job.id.value, pattern: prefix + name + "*"))
        continue
      }
      guard job.isCall else {
        for name in own {
          if isSure { names.insert(prefix + name) } else { perhaps[prefix + name] = file.path }
        }
        continue
      }
      let reference = FlowJob.Reference(path: file.path, job: job.id.value)
      let called = project.flow.job(reference)?.called.flatMap { project.workflow(at: $0) }
      for name in own {
        guard let called, level < Self.deepest else {
          open.append(
            Open(path: file.path, job: job.id.value, pattern: "\(prefix)\(name) / *"))
          continue
        }
        add(called, prefix: "\(prefix)\(name) / ", level: level + 1, project)
      }
    }
  }
}
