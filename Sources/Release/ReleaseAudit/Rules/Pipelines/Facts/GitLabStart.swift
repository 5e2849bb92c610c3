// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What starts a job of GitLab CI.
enum GitLabStart {
  /// Somebody who presses a button, or a pipeline that somebody or another system starts.
  case decision
  /// A tag, or a push to a branch that is for releases.
  case tag
  /// A push to a branch, a merge request, a schedule: what happens every day; and where it says so.
  case everyday(Finding.Place)
  /// Only what is elsewhere tells.
  case unknown

  init(_ site: GitLabFacts.Site) {
    self = GitLabStarter(site).start
  }
}

/// Asks for each event whether it starts a job, as GitLab does: the first rule that holds decides,
/// and no rule that holds means that the job is not part of the pipeline.
private struct GitLabStarter {
  let site: GitLabFacts.Site

  private enum Run {
    case never
    /// A button is there.
    case manual
    case automatic(Finding.Place)
    case unknown
  }

  init(_ site: GitLabFacts.Site) { self.site = site }

  var start: GitLabStart {
    var isTag = false
    for event in GitLabEvent.allCases {
      switch run(event) {
      case .never, .manual: continue
      case .unknown: return .unknown
      case .automatic(let place):
        guard !event.isEveryday else { return .everyday(place) }
        isTag = true
      }
    }
    return isTag ? .tag : .decision
  }

  private func run(_ event: GitLabEvent) -> Run {
    if let workflow = site.pipeline.workflowRules {
      switch run(workflow.rules, workflow.path, event, when: nil) {
      case .never, .manual: return .never
      case .unknown:
        let run = runOfJob(event)
        if case .automatic = run { return .unknown }
        return run
      case .automatic: break
      }
    }
    return runOfJob(event)
  }

  private func runOfJob(_ event: GitLabEvent) -> Run {
    let job = site.job
    let when = job.value(\.when)?.value.value
    if let rules = job.value(\.rules) {
      return run(rules.value, rules.definition.path, event, when: when)
    }
    guard let when, when == "manual" || when == "never" else {
      return filtered(event)
    }
    return when == "manual" ? .manual : .never
  }

  // MARK: Rules

  private func run(
    _ references: [GitLabRule], _ path: String, _ event: GitLabEvent, when jobWhen: String?
  ) -> Run {
    var rules: [GitLabRule] = []
    var left = 1000
    guard GitLabStart.add(references, to: &rules, site, level: 0, &left) else { return .unknown }
    for rule in rules {
      guard let truth = truth(of: rule, event) else { return .unknown }
      guard truth != .no else { continue }
      // A rule without `when` takes the job's.
      switch rule.when?.value ?? jobWhen {
      case "never": if truth == .yes { return .never }
      case "manual": if truth == .yes { return .manual }
      default: return .automatic(Finding.Place(path, rule.span))
      }
    }
    return .never
  }

  /// Whether a rule holds; nil where its condition is not known.
  private func truth(of rule: GitLabRule, _ event: GitLabEvent) -> GitLabCondition.Truth? {
    var truth = GitLabCondition.Truth.yes
    let text =
      rule.condition?.value ?? rule.namedCondition.flatMap { site.pipeline.text($0)?.value }
    if let text {
      guard let condition = GitLabCondition(text) else { return nil }
      truth = condition.holds { value($0, event) }
    } else if rule.namedCondition != nil {
      return nil
    }
    // Without a push or a merge request to compare with, files count as changed.
    let compares = event.isPush || event == .mergeRequest
    if truth == .yes, rule.hasFiles || rule.hasChanges && compares { truth = .maybe }
    return truth
  }

  private func value(_ name: String, _ event: GitLabEvent) -> GitLabCondition.Value {
    let known = event.value(name)
    guard !name.hasPrefix("CI_"), let own = site.job.variable(name)?.value.value.value else {
      return known
    }
    return own.contains("$") ? .unknown : .text(own)
  }

  // MARK: `only` and `except`

  private func filtered(_ event: GitLabEvent) -> Run {
    let job = site.job
    let only = job.value(\.only)
    let except = job.value(\.except)?.value
    guard only != nil || except != nil || job.isWhole else { return .unknown }
    if let except {
      let isExcluded =
        except.refs.contains { matches($0.value, event) == .yes }
        || (except.conditions ?? []).contains { holds($0.value, event) == .yes }
      if isExcluded { return .never }
    }
    guard let only else {
      // Where nothing is written, pipelines of merge requests have no such job.
      return event == .mergeRequest ? .never : .automatic(site.place)
    }
    if let conditions = only.value.conditions,
      conditions.allSatisfy({ holds($0.value, event) == .no })
    {
      return .never
    }
    let path = only.definition.path
    if only.value.refs.isEmpty {
      // Branches and tags, where other keys stand there; else nothing that could be read.
      guard only.value.conditions != nil || only.value.hasChanges else { return .unknown }
      return event == .mergeRequest ? .never : .automatic(Finding.Place(path, only.value.span))
    }
    let ref = only.value.refs.first { matches($0.value, event) != .no }
    return ref.map { .automatic(Finding.Place(path, $0.span)) } ?? .never
  }

  private func holds(_ text: String, _ event: GitLabEvent) -> GitLabCondition.Truth {
    GitLabCondition(text)?.holds { value($0, event) } ?? .maybe
  }

  /// Whether a ref, a pattern or a kind of pipelines is that of an event.
  private func matches(_ ref: String, _ event: GitLabEvent) -> GitLabCondition.Truth {
    switch ref {
    case "branches": return event.isPush || event == .schedule ? .yes : .no
    case "tags": return event == .tag ? .yes : .no
    case "pushes": return event.isPush || event == .tag ? .yes : .no
    case "schedules": return event == .schedule ? .yes : .no
    case "merge_requests": return event == .mergeRequest ? .yes : .no
    case "web", "api", "triggers", "pipelines", "parent_pipelines", "chat", "external",
      "external_pull_requests":
      return .no
    case let pattern where pattern.hasPrefix("/"):
      // A pattern with digits is one of versions, which are tags mostly.
      let isVersion =
        ["\\d", "[0-9", "0-9]", "[[:digit:]"].contains { pattern.contains($0) }
        || pattern.hasPrefix("/^v") || pattern.hasPrefix("/v")
      guard !isVersion else { return event == .tag ? .maybe : .no }
      return branch(pattern, event)
    // A name is that of a branch, or was once that of a tag.
    default: return branch(ref, event)
    }
  }

  /// Whether the name of a branch, or a pattern, can be that of an event's branch.
  private func branch(_ name: String, _ event: GitLabEvent) -> GitLabCondition.Truth {
    switch event {
    case .branch, .schedule: GitLabCondition.isOfReleases(name) ? .no : .maybe
    case .releaseBranch: GitLabCondition.isOfReleases(name) ? .maybe : .no
    case .mergeRequest, .tag: .no
    }
  }
}

extension GitLabStart {
  /// Adds rules with those that they refer to; false where these are not known, or too many.
  static func add(
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

  /// Whether a condition holds for pushes to every branch; a comparison with one leaves all others.
  static func excludesBranches(_ condition: String) -> Bool {
    let truth = GitLabCondition(condition)?.holds { name in
      switch name {
      case "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME": .some
      case "CI_COMMIT_TAG": .null
      default: .unknown
      }
    }
    return truth == .yes
  }
}
