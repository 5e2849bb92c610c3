// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What starts a job of GitLab CI.
enum GitLabStart {
  /// Somebody who presses a button, or a pipeline that somebody or another system starts.
  case decision
  /// A tag.
  case tag
  /// A push to a branch, a merge request, a schedule: what happens every day; and where it says so.
  case everyday(Finding.Place)
  /// Only what is elsewhere tells.
  case unknown

  init(_ site: GitLabFacts.Site) {
    let job = site.job
    if let when = job.value(\.when)?.value.value {
      if when == "manual" {
        self = .decision
        return
      }
    }
    if let rules = job.value(\.rules) {
      self = Self.start(rules.value, rules.definition.path, site, at: site.place, level: 0)
    } else if let only = job.value(\.only) {
      self = Self.start(only.value, only.definition.path, job)
    } else if let except = job.value(\.except)?.value,
      except.refs.contains(where: { $0.value == "branches" })
    {
      self = .tag
    } else if !job.isWhole {
      self = .unknown
    } else if let workflow = site.pipeline.workflowRules {
      self = Self.start(workflow.rules, workflow.path, site, at: site.place, level: 0)
    } else {
      self = .everyday(site.place)
    }
  }

  // The least of what its rules ask for.
  private static func start(
    _ rules: [GitLabRule], _ path: String, _ site: GitLabFacts.Site, at place: Finding.Place,
    level: Int
  ) -> GitLabStart {
    var least: GitLabStart?
    for rule in rules {
      if let name = rule.reference {
        let found = site.pipeline.definitions(of: name).lazy.compactMap(\.rules).first
        guard let found, level < 10 else { return .unknown }
        switch start(found, path, site, at: place, level: level + 1) {
        case .everyday(let place): return .everyday(place)
        case .unknown: return .unknown
        case .tag: least = .tag
        case .decision: least = least ?? .decision
        }
        continue
      }
      let condition =
        rule.condition?.value ?? rule.namedCondition.flatMap { site.pipeline.text($0)?.value }
      if condition == nil, rule.namedCondition != nil { return .unknown }
      if rule.when?.value == "never" {
        // What comes after it runs for what it leaves: nothing but tags, for instance.
        if let condition, excludesBranches(condition) { least = least ?? .tag }
        if condition == nil { break }
        continue
      }
      if rule.when?.value == "manual" {
        least = least ?? .decision
        continue
      }
      switch condition.map({ kind(of: $0) }) {
      case .decision: least = least ?? .decision
      case .tag: least = .tag
      case .unknown: return .unknown
      case .everyday, nil:
        if case .tag = least, condition == nil { continue }
        return .everyday(Finding.Place(path, rule.span))
      }
    }
    return least ?? .decision
  }

  private static func excludesBranches(_ condition: String) -> Bool {
    condition.holds("$CI_COMMIT_BRANCH") || condition.holds("$CI_COMMIT_TAG == null")
      || condition.holds("!$CI_COMMIT_TAG") || condition.holds("$CI_COMMIT_TAG !~")
  }

  /// What a condition asks for; of alternatives (`||`) the least.
  private static func kind(of condition: String) -> GitLabStart {
    var least: GitLabStart = .decision
    for alternative in condition.split(separator: "||") {
      switch kind(of: alternative.split(separator: "&&").map(String.init)) {
      case .tag: least = .tag
      case .everyday(let place): return .everyday(place)
      case .decision, .unknown: continue
      }
    }
    return least
  }

  private static func kind(of parts: [String]) -> GitLabStart {
    var isTag = false
    for part in parts {
      if part.holds("CI_COMMIT_TAG"), !part.holds("== null"), !part.holds("!$CI_COMMIT_TAG") {
        isTag = true
      }
      if part.holds("CI_PIPELINE_SOURCE"), !part.holds("!="),
        ["web", "api", "trigger", "pipeline", "chat"].contains(where: { part.mentions($0) }),
        !part.mentions("push"), !part.mentions("merge_request")
      {
        return .decision
      }
      // A variable of the project's own is set by whoever starts the pipeline.
      if !part.holds("$CI_"), part.contains("$") { return .decision }
    }
    return isTag ? .tag : .everyday(Finding.Place("", nil))
  }

  private static func start(
    _ only: GitLabFilter, _ path: String, _ job: GitLabJob
  ) -> GitLabStart {
    let excluded = job.value(\.except)?.value.refs.map(\.value) ?? []
    if excluded.contains("branches") { return .tag }
    if only.hasConditions { return .decision }
    var least: GitLabStart = .decision
    for ref in only.refs {
      switch ref.value {
      case "tags": least = .tag
      case "web", "api", "triggers", "pipelines", "chat", "external": continue
      // A pattern may be one of versions, which are tags mostly.
      case let text where text.hasPrefix("/"): least = .tag
      default: return .everyday(Finding.Place(path, ref.span))
      }
    }
    return only.refs.isEmpty ? .unknown : least
  }
}
