// SPDX-License-Identifier: Apache-2.0

import Workflows

/// The branches from which a GitLab job publishes, as its rules and those of the pipeline name them.
struct GitLabBranches: Sendable {
  /// Names, and patterns as they are written, `/^v/`; the default branch by its variable is none.
  private(set) var names: [String] = []
  /// What would tell, where rules leave open from which branches.
  private(set) var unknown: [String] = []

  init(_ site: GitLabFacts.Site) {
    let job = site.job
    var scope = Scope()
    if let own = job.value(\.rules) {
      scope = Scope(own.value, site)
      // A template from elsewhere may have other ones.
      if !job.isWhole, job.definitions.first?.rules == nil { scope.isOpen = true }
    } else if let only = job.value(\.only)?.value {
      scope = Scope(only: only, except: job.value(\.except)?.value)
      if !job.isWhole, job.definitions.first?.only == nil { scope.isOpen = true }
    } else if !job.isWhole {
      scope.isOpen = true
    } else if !Self.isOfTags(job.value(\.except)?.value) {
      scope.isEvery = true
    }
    if let whole = site.pipeline.workflowRules.map({ Scope($0.rules, site) }) {
      scope.narrow(to: whole)
    }
    names = scope.names
    if scope.isOpen {
      unknown.append(
        "from which branches `\(site.name)` publishes: what its rules refer to or compare is not "
          + "known; GitLab shows it as the merged configuration of the pipeline editor")
    }
    if scope.isEvery {
      unknown.append(
        "whether every branch is protected, since `\(site.name)` publishes from any of them: "
          + "`protected_branches`")
    }
  }

  fileprivate static func isOfTags(_ except: GitLabFilter?) -> Bool {
    except?.refs.contains { $0.value == "branches" } ?? false
  }
}

/// What some rules let through.
private struct Scope {
  var names: [String] = []
  /// Whether something in them is not known.
  var isOpen = false
  /// Whether they let every branch through.
  var isEvery = false

  init() {}

  init(_ references: [GitLabRule], _ site: GitLabFacts.Site) {
    var rules: [GitLabRule] = []
    var left = 1000
    guard GitLabStart.add(references, to: &rules, site, level: 0, &left) else {
      isOpen = true
      return
    }
    for rule in rules {
      let condition =
        rule.condition?.value ?? rule.namedCondition.flatMap { site.pipeline.text($0)?.value }
      if condition == nil, rule.namedCondition != nil { isOpen = true }
      if rule.when?.value == "never" {
        // Which files there are or change is another matter each time.
        if rule.hasFiles || rule.hasChanges { continue }
        guard let condition else {
          if rule.namedCondition == nil { return }
          continue
        }
        // What comes next runs for nothing but tags.
        if GitLabStart.excludesBranches(condition) { return }
        continue
      }
      guard let condition else {
        if rule.namedCondition == nil {
          isEvery = true
          return
        }
        continue
      }
      // Without its parentheses a condition lets no less through.
      for alternative in condition.split(separator: "||") { add(alternative) }
    }
  }

  init(only: GitLabFilter, except: GitLabFilter?) {
    if GitLabBranches.isOfTags(except) { return }
    if only.refs.isEmpty { isEvery = true }
    for ref in only.refs {
      switch ref.value {
      case "tags": continue
      case "branches", "pushes", "merge_requests", "schedules", "web", "api", "triggers",
        "pipelines", "chat", "external", "external_pull_requests":
        isEvery = true
      case let text where text.hasPrefix("/"): names.append(text)
      // `name@group/project` is of one project only.
      case let text: names.append(text.split(separator: "@").first.map(String.init) ?? text)
      }
    }
  }

  /// Adds what an alternative lets through, all of whose comparisons must hold.
  private mutating func add(_ alternative: Substring) {
    var found: [Comparison] = []
    for part in alternative.split(separator: "&&") {
      let comparison = Comparison(part)
      if case .tag = comparison { return }
      found.append(comparison)
    }
    var isNamed = false
    var isUnclear = false
    for comparison in found {
      switch comparison {
      case .named(let name):
        names.append(name)
        isNamed = true
      case .protected: isNamed = true
      case .unclear: isUnclear = true
      case .other, .tag: break
      }
    }
    guard !isNamed else { return }
    if isUnclear { isOpen = true } else { isEvery = true }
  }

  /// Leaves what the rules of the whole pipeline let through, too.
  mutating func narrow(to whole: Scope) {
    guard !isEvery, !isOpen else {
      guard !whole.isEvery else { return }
      let old = names
      self = whole
      let known = Set(names)
      if isOpen { names += old.filter { !known.contains($0) } }
      return
    }
    let isClosed = !whole.isEvery && !whole.isOpen && !whole.names.contains { $0.hasPrefix("/") }
    guard isClosed else { return }
    let allowed = Set(whole.names)
    names = names.filter { $0.hasPrefix("/") || allowed.contains($0) }
  }
}

/// What one comparison of a condition asks of the ref.
private enum Comparison {
  /// A branch of this name or pattern.
  case named(String)
  /// A tag.
  case tag
  /// The default branch, or a protected ref.
  case protected
  /// A branch, in some other way.
  case unclear
  /// Nothing.
  case other

  init(_ part: Substring) {
    let text = String(part.filter { !" \n\t".contains($0) }.drop { $0 == "(" })
    let isTag =
      text.hasPrefix("$CI_COMMIT_TAG") && !text.hasPrefix("$CI_COMMIT_TAG_")
      && !text.contains("==null") && !text.contains("!~")
      && (!text.contains("!=") || text.contains("!=null"))
    if isTag {
      self = .tag
      return
    }
    let bare = text.filter { $0 != ")" }
    let defaults = ["$CI_COMMIT_BRANCH", "$CI_COMMIT_REF_NAME"].flatMap {
      ["\($0)==$CI_DEFAULT_BRANCH", "$CI_DEFAULT_BRANCH==\($0)"]
    }
    let isProtected = ["\"", "'"].contains { bare == "$CI_COMMIT_REF_PROTECTED==\($0)true\($0)" }
    if defaults.contains(bare) || isProtected {
      self = .protected
      return
    }
    for variable in ["$CI_COMMIT_BRANCH", "$CI_COMMIT_REF_NAME"] {
      if text.hasPrefix(variable + "=~/") {
        self = .named(String(text.dropFirst(variable.count + 2)))
        return
      }
      for quote in ["\"", "'"] where bare.hasPrefix(variable + "==" + quote) {
        let rest = bare.dropFirst(variable.count + 3)
        guard rest.hasSuffix(quote), !rest.contains("$") else { break }
        self = .named(String(rest.dropLast()))
        return
      }
    }
    // The bare variable holds for every branch.
    if bare == "$CI_COMMIT_BRANCH" || bare == "$CI_COMMIT_BRANCH!=null" {
      self = .other
      return
    }
    self =
      ["CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG", "CI_COMMIT_TAG"]
        .contains { text.mentions($0) } ? .unclear : .other
  }
}
