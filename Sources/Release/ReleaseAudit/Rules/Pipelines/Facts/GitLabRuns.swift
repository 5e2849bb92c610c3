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

    /// What is known of a variable, whatever the branch and who asks.
    func value(_ variable: String) -> GitLabCondition.Value {
      switch variable {
      case "CI_PIPELINE_SOURCE": .text(self == .branchPush ? "push" : "merge_request_event")
      case "CI_COMMIT_BRANCH": self == .branchPush ? .some : .null
      case "CI_COMMIT_TAG": .null
      case "CI_MERGE_REQUEST_ID", "CI_MERGE_REQUEST_IID": self == .mergeRequest ? .some : .null
      default: .unknown
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
    switch GitLabCondition(condition)?.holds(event.value) {
    case .yes: true
    case .no: false
    case .maybe, nil: nil
    }
  }
}
