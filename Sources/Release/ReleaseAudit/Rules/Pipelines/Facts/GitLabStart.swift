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
    let own: GitLabStart? =
      if let rules = job.value(\.rules) {
        Self.start(rules.value, rules.definition.path, site)
      } else if let only = job.value(\.only) {
        Self.start(only.value, only.definition.path, job)
      } else if let except = job.value(\.except)?.value,
        except.refs.contains(where: { $0.value == "branches" })
      {
        .tag
      } else if !job.isWhole {
        .unknown
      } else {
        nil
      }
    let whole = site.pipeline.workflowRules.map { Self.start($0.rules, $0.path, site) }
    self = Self.stricter(own, whole) ?? .everyday(site.place)
  }

  // A job runs where its own rules and those of the whole pipeline let it.
  private static func stricter(_ own: GitLabStart?, _ whole: GitLabStart?) -> GitLabStart? {
    guard let own, let whole else { return own ?? whole }
    switch (own, whole) {
    case (.decision, _), (_, .decision): return .decision
    case (.unknown, _): return .unknown
    case (.tag, _), (_, .tag): return .tag
    case (.everyday, .unknown): return .unknown
    case (.everyday, .everyday): return own
    }
  }

  // The least of what its rules ask for.
  private static func start(
    _ references: [GitLabRule], _ path: String, _ site: GitLabFacts.Site
  ) -> GitLabStart {
    var rules: [GitLabRule] = []
    var left = 1000
    guard add(references, to: &rules, site, level: 0, &left) else { return .unknown }
    var least: GitLabStart?
    // Whether what comes next runs for nothing but tags.
    var isWithoutBranches = false
    for rule in rules {
      let condition =
        rule.condition?.value ?? rule.namedCondition.flatMap { site.pipeline.text($0)?.value }
      if condition == nil, rule.namedCondition != nil { return .unknown }
      if rule.when?.value == "never" {
        guard let condition else { break }
        if excludesBranches(condition) { isWithoutBranches = true }
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
      case nil where isWithoutBranches: least = .tag
      case .everyday, nil: return .everyday(Finding.Place(path, rule.span))
      }
    }
    return least ?? .decision
  }

  /// Adds rules with those that they refer to; false where these are not known, or too many.
  private static func add(
    _ references: [GitLabRule], to rules: inout [GitLabRule], _ site: GitLabFacts.Site,
    level: Int, _ left: inout Int
  ) -> Bool {
    for rule in references {
      left -= 1
      guard left >= 0 else { return false }
      guard let name = rule.reference else {
        rules.append(rule)
        continue
      }
      let found = site.pipeline.definitions(of: name).lazy.compactMap(\.rules).first
      guard let found, level < 10, add(found, to: &rules, site, level: level + 1, &left) else {
        return false
      }
    }
    return true
  }

  // Whether it holds for every branch. A comparison with one of them leaves all others.
  private static func excludesBranches(_ condition: String) -> Bool {
    guard !condition.holds("&&") else { return false }
    return condition.split(separator: "||").contains { part in
      let text = part.filter { $0 != " " && $0 != "\n" }
      return [
        "$CI_COMMIT_BRANCH", "$CI_COMMIT_BRANCH!=null", "$CI_COMMIT_TAG==null", "!$CI_COMMIT_TAG",
      ].contains(text) || text.hasPrefix("$CI_COMMIT_TAG!~")
    }
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

extension GitLabStart {
  // What `only` names that is no branch.
  private static let kinds: Set<String> = [
    "api", "branches", "chat", "external", "external_pull_requests", "merge_requests", "pipelines",
    "pushes", "schedules", "tags", "triggers", "web",
  ]

  /// The branches that a job's own rules name: names, and patterns as they are written, `/^v/`.
  static func branches(of site: GitLabFacts.Site) -> [String] {
    var names: [String] = []
    if let own = site.job.value(\.rules) {
      var rules: [GitLabRule] = []
      var left = 1000
      guard add(own.value, to: &rules, site, level: 0, &left) else { return [] }
      for rule in rules where rule.when?.value != "never" {
        let condition =
          rule.condition?.value ?? rule.namedCondition.flatMap { site.pipeline.text($0)?.value }
        for alternative in (condition ?? "").split(separator: "||") {
          names += alternative.split(separator: "&&").compactMap { branch(in: $0) }
        }
      }
    } else if let only = site.job.value(\.only)?.value {
      names = only.refs.map(\.value).filter { !kinds.contains($0) && !$0.contains("@") }
    }
    return names
  }

  /// The branch that a comparison asks for; nil for others.
  private static func branch(in comparison: Substring) -> String? {
    let text = comparison.filter { !" \n\t()".contains($0) }
    for variable in ["$CI_COMMIT_BRANCH", "$CI_COMMIT_REF_NAME"] {
      if text.hasPrefix(variable + "=~/") { return String(text.dropFirst(variable.count + 2)) }
      for quote in ["\"", "'"] where text.hasPrefix(variable + "==" + quote) {
        let rest = text.dropFirst(variable.count + 3)
        guard rest.hasSuffix(quote), !rest.contains("$") else { return nil }
        return String(rest.dropLast())
      }
    }
    return nil
  }
}
