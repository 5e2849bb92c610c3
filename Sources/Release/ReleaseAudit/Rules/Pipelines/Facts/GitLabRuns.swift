// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// Whether a pipeline surely runs for changes, so that it can be asked for before they are merged.
///
/// What is not understood counts as that nothing runs.
enum GitLabRuns {
  /// What makes GitLab look for a pipeline.
  private enum Event: CaseIterable {
    case branchPush, mergeRequest

    var source: String { self == .branchPush ? "push" : "merge_request_event" }

    /// Whether a variable is set; nil where that is not known.
    func isSet(_ variable: Substring) -> Bool? {
      switch variable {
      case "CI_COMMIT_BRANCH": self == .branchPush
      case "CI_COMMIT_TAG": false
      case "CI_PIPELINE_SOURCE": true
      case "CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID": self == .mergeRequest
      default: nil
      }
    }
  }

  /// Whether some job surely runs for pushes to branches, or for merge requests.
  static func forChanges(_ project: AuditedProject) -> Bool {
    project.pipelines.gitLab.contains { pipeline in
      guard pipeline.files.first?.path == ".gitlab-ci.yml" else { return false }
      return Event.allCases.contains { event in
        isStarted(pipeline, event) && pipeline.jobs.contains { runs($0, event) }
      }
    }
  }

  private static func isStarted(_ pipeline: GitLabPipeline, _ event: Event) -> Bool {
    guard let whole = pipeline.workflowRules else { return pipeline.isComplete }
    let file = pipeline.files.first { $0.path == whole.path }
    return isPlain(file?.document.root["workflow"]?["rules"]) && holds(whole.rules, event)
  }

  private static func runs(_ job: GitLabJob, _ event: Event) -> Bool {
    guard job.isWhole, !["manual", "never", "on_failure"].contains(job.value(\.when)?.value.value)
    else { return false }
    if let rules = job.value(\.rules) {
      return isPlain(rules.definition.node["rules"]) && holds(rules.value, event)
    }
    let only = job.value(\.only)
    let except = job.value(\.except)
    // `only: { changes: … }` and the like are further conditions.
    if let only, only.definition.node["only"]?.entries != nil { return false }
    if let except {
      guard except.definition.node["except"]?.entries == nil,
        except.value.refs.allSatisfy({ $0.value == "tags" || $0.value == "schedules" })
      else { return false }
    }
    guard let only else { return event == .branchPush }
    return only.value.refs.contains { ref in
      event == .branchPush
        ? ref.value == "branches" || ref.value == "pushes" : ref.value == "merge_requests"
    }
  }

  /// Whether rules have nothing but what is looked at here.
  private static func isPlain(_ node: YAMLNode?) -> Bool {
    guard let items = node?.items else { return false }
    return items.allSatisfy { item in
      guard let entries = item.entries else { return false }
      return entries.allSatisfy {
        ["if", "when", "allow_failure", "variables", "needs", "interruptible", "auto_cancel"]
          .contains($0.key.string)
      }
    }
  }

  private static func holds(_ rules: [GitLabRule], _ event: Event) -> Bool {
    for rule in rules {
      guard rule.reference == nil, rule.namedCondition == nil else { return false }
      let isMet = rule.condition.map { value(of: $0.value, event) } ?? true
      switch isMet {
      case false?: continue
      case true?:
        return !["manual", "never", "on_failure"].contains(rule.when?.value)
      case nil:
        // Whichever way it is, a job that would run goes on to the next rule.
        if ["manual", "never", "on_failure"].contains(rule.when?.value) { return false }
      }
    }
    return false
  }

  /// Whether a condition holds; nil where that is not known.
  private static func value(of condition: String, _ event: Event) -> Bool? {
    guard !condition.contains("("), !condition.contains("/") else { return nil }
    var result: Bool? = false
    for alternative in condition.split(separator: "||") {
      var all: Bool? = true
      for part in alternative.split(separator: "&&") {
        switch comparison(part, event) {
        case false?: all = false
        case nil: if all == true { all = nil }
        case true?: break
        }
      }
      if all == true { return true }
      if all == nil { result = nil }
    }
    return result
  }

  private static func comparison(_ part: Substring, _ event: Event) -> Bool? {
    let text = part.filter { !" \n\t".contains($0) }
    guard text.first == "$" else { return nil }
    let name = text.dropFirst().prefix { $0 == "_" || $0.isLetter || $0.isNumber }
    let rest = text.dropFirst(name.count + 1)
    guard let isSet = event.isSet(name) else { return nil }
    switch rest {
    case "", "!=null": return isSet
    case "==null": return !isSet
    default: break
    }
    guard isSet else { return rest.hasPrefix("==") ? false : nil }
    guard name == "CI_PIPELINE_SOURCE", rest.hasPrefix("==") || rest.hasPrefix("!=") else {
      return nil
    }
    let quoted = rest.dropFirst(2)
    guard let quote = quoted.first, quote == "\"" || quote == "'", quoted.last == quote,
      quoted.count > 2
    else { return nil }
    let isSame = quoted.dropFirst().dropLast() == event.source
    return rest.hasPrefix("==") ? isSame : !isSame
  }
}
