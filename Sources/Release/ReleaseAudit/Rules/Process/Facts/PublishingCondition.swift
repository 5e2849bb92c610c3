// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Whether conditions hold when an everyday event starts a workflow, without a decision to release.
///
/// What a run finds out (outputs, inputs, a message) counts as a decision; in which repository it
/// runs, for which branch, by whom, and whether the tests passed or a change was merged, does not.
struct PublishingCondition {
  private let event: String
  private let branches: [String]
  private let isLimited: Bool
  // Whether what a run finds out may be that it publishes.
  private let takesDecisions: Bool

  /// Takes the event and, of a push, the branches that it is limited to.
  init(_ trigger: WorkflowTrigger) {
    event = trigger.event.value
    let patterns = (trigger.filter("branches")?.values ?? []).map(\.value)
    let everyday = patterns.filter { !Self.isOfReleases($0) }
    branches = everyday.filter { !$0.contains { "*?[!$".contains($0) } }
    isLimited = !patterns.isEmpty && everyday.count == branches.count
    takesDecisions = false
  }

  /// Takes a push to a branch, of which all is to be known that may publish.
  init(pushTo branch: String) {
    event = "push"
    branches = [branch]
    isLimited = true
    takesDecisions = true
  }

  /// Whether all conditions around a job can hold, and one of those of its uploads.
  func canHold(_ around: [Condition], and uploads: [Condition?]) -> Bool {
    let expressions = (around + uploads.compactMap { $0 }).compactMap(\.expression)
    return names(expressions).contains { branch in
      around.allSatisfy { canHold($0, branch) }
        && uploads.contains { upload in upload.map { canHold($0, branch) } ?? true }
    }
  }

  /// The branches that it may be about: those of the event, or those that conditions name, or any.
  private func names(_ expressions: [Expression]) -> [String] {
    if isLimited { return branches }
    var names = ["main", "a-branch"]
    for expression in expressions {
      expression.visit { part in
        if case .binary(.equal, let left, let right) = part {
          for (path, literal) in [(left.path, right), (right.path, left)] {
            guard case .string(let text) = literal,
              ["github.ref", "github.ref_name", "github.event.workflow_run.head_branch"]
                .contains(path)
            else { continue }
            let isRef = text.hasPrefix("refs/heads/")
            if isRef || !text.hasPrefix("refs/") {
              names.append(isRef ? String(text.dropFirst(11)) : text)
            }
          }
        }
        return names.count < 32
      }
    }
    return names.filter { !Self.isOfReleases($0) }
  }

  /// Whether a push to a branch of this name is a decision to release.
  private static func isOfReleases(_ branch: String) -> Bool {
    ["release", "publish", "deploy"].contains { branch.lowercased().mentions($0) }
  }

  private func canHold(_ condition: Condition, _ branch: String) -> Bool {
    if condition.isAlwaysTrue { return true }
    guard let expression = condition.expression else { return false }
    return canHold(expression, branch)
  }

  private func canHold(_ expression: Expression, _ branch: String) -> Bool {
    if let value = expression.value({ known($0, branch) }) { return value.isTrue }
    switch expression {
    case .binary(.and, let left, let right):
      return canHold(left, branch) && canHold(right, branch)
    case .binary(.or, let left, let right):
      return canHold(left, branch) || canHold(right, branch)
    case .binary(.equal, let left, let right)
    where Self.isOfReleases(left, right) || Self.isOfReleases(right, left):
      return false
    case .binary(.notEqual, let left, let right)
    where Self.actors.contains(left.path ?? "") || Self.actors.contains(right.path ?? ""):
      // Everybody but one, mostly a robot.
      return true
    default: return takesDecisions || !expression.contexts.contains { decides($0) }
    }
  }

  private static let actors = ["github.actor", "github.triggering_actor"]

  /// Whether the workflow that ran before was started by a decision.
  private static func isOfReleases(_ event: Expression, _ name: Expression) -> Bool {
    guard event.path == "github.event.workflow_run.event", case .string(let name) = name else {
      return false
    }
    return ["release", "workflow_dispatch", "repository_dispatch"].contains(name.lowercased())
  }

  private func known(_ path: String, _ branch: String) -> ExpressionValue? {
    // Runs for a pull request are of its merge; those of other events of a branch.
    let isMerge = event == "pull_request"
    switch path {
    case "github.event_name": return .string(event)
    case "github.ref_type": return .string("branch")
    case "github.ref": return .string(isMerge ? "refs/pull/1/merge" : "refs/heads/\(branch)")
    case "github.ref_name": return .string(isMerge ? "1/merge" : branch)
    case "github.event.workflow_run.head_branch":
      return event == "workflow_run" ? .string(branch) : nil
    case "github.event.release", "github.event.inputs", "inputs": return .null
    default:
      let isGiven = ["inputs.", "github.event.inputs.", "github.event.release."]
        .contains { path.hasPrefix($0) }
      return isGiven ? .null : nil
    }
  }

  /// Whether somebody or something decides by a value.
  private func decides(_ context: String) -> Bool {
    for part in [
      "github.repository", "github.event.repository", "github.event.pull_request.head",
      "github.event.pull_request.base", "github.event.pull_request.merged",
      "github.event.workflow_run", "github.ref", "github.base_ref", "github.head_ref",
      "github.server_url", "github.workflow", "runner", "env", "matrix", "strategy", "job",
    ] where context == part || context.hasPrefix(part + ".") || context.hasPrefix(part + "_") {
      return false
    }
    // How earlier jobs and steps ended is no decision; what they put out may be.
    let names = context.split(separator: ".")
    if names.count == 3 {
      if names[0] == "needs", names[2] == "result" { return false }
      if names[0] == "steps", names[2] == "outcome" || names[2] == "conclusion" { return false }
    }
    // Whoever may write comments comments; to push, all who can are as good as each other.
    if Self.actors.contains(context) { return ["issue_comment", "issues"].contains(event) }
    // A comment or a title is anyone's; who wrote it is not.
    let isAnyones = ["issue_comment", "issues", "pull_request_target", "pull_request"]
      .contains(event)
    let fields = [".body", ".title", ".number", ".issue.pull_request"]
    if isAnyones, fields.contains(where: { context.hasSuffix($0) }) { return false }
    return true
  }
}
