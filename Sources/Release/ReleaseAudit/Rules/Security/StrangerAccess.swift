// SPDX-License-Identifier: Apache-2.0

import Workflows

/// By which events people without rights start a workflow, and which of its jobs and steps their
/// runs reach.
///
/// A job is out of reach where its `if`, or that of a job that it needs, cannot hold for such a run:
/// it asks for the repository's own branch, or for an event that needs rights. What cannot be
/// decided counts as reached.
struct StrangerAccess {
  /// A way in.
  struct Entry {
    /// The event of the workflow.
    let event: String
    /// The event of the workflow that ended before; nil where the event is not `workflow_run`.
    let before: String?
    // The jobs that such a run does not come to.
    private let closed: Set<String>

    init(_ event: String, before: String?, _ workflow: Workflow) {
      self.event = event
      self.before = before
      closed = Self.closed(workflow, StrangerRun(event: event, before: before))
    }

    /// Whether a run comes to a job.
    func reaches(_ job: Job) -> Bool { !closed.contains(job.id.value) }

    /// Whether a run comes to a step of a job.
    func reaches(_ step: Step, of job: Job) -> Bool {
      reaches(job) && canHold(step.condition)
    }

    /// Whether a condition can hold in such a run.
    func canHold(_ condition: Condition?) -> Bool {
      StrangerRun(event: event, before: before).canHold(condition)
    }

    private static func closed(_ workflow: Workflow, _ run: StrangerRun) -> Set<String> {
      var closed: Set<String> = []
      var waiting: [String: [String]] = [:]
      for job in workflow.jobs {
        if !run.canHold(job.condition) { closed.insert(job.id.value) }
        // A job runs after skipped ones only where it asks for that.
        let functions = job.condition?.expressions.flatMap { $0.expression?.functions ?? [] } ?? []
        if functions.contains(where: ["always", "failure", "cancelled"].contains) { continue }
        for need in job.needs { waiting[need.value, default: []].append(job.id.value) }
      }
      var open = Array(closed)
      while let name = open.popLast() {
        for job in waiting[name] ?? [] where closed.insert(job).inserted { open.append(job) }
      }
      return closed
    }
  }

  /// Events that only people with rights, or the forge's clock, cause.
  private static let closed: Set<String> = [
    "push", "schedule", "workflow_dispatch", "repository_dispatch", "release", "create", "delete",
    "merge_group", "workflow_call", "deployment", "deployment_status", "page_build",
    "registry_package", "branch_protection_rule",
  ]

  /// Events after which a workflow may run where nobody knows how the one before was started.
  private static let others = [
    "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment",
    "issue_comment", "issues", "discussion", "workflow_run",
  ]

  /// The workflows of the project by their names.
  private let named: [String: [Workflow]]
  private var kept: [String: [Entry]] = [:]

  /// Takes the workflows of a project.
  init(_ project: AuditedProject) {
    var named: [String: [Workflow]] = [:]
    for file in project.workflows {
      // A workflow without a name has its path for one.
      named[file.workflow.name?.value ?? file.path, default: []].append(file.workflow)
    }
    self.named = named
  }

  /// How strangers start the workflow at a path by one of some events, which must be the same in
  /// every call.
  mutating func entries(
    at path: String, of workflow: Workflow, by events: [String]
  ) -> [Entry] {
    if let known = kept[path] { return known }
    let found = entries(of: workflow, by: events)
    kept[path] = found
    return found
  }

  /// How strangers start a workflow by one of some events.
  func entries(of workflow: Workflow, by events: [String]) -> [Entry] {
    events.flatMap { event -> [Entry] in
      guard let trigger = workflow.trigger(event) else { return [] }
      guard event == "workflow_run" else { return [Entry(event, before: nil, workflow)] }
      return starts(of: trigger).map { Entry(event, before: $0, workflow) }
    }
  }

  /// The events with which strangers start what a `workflow_run` waits for.
  private func starts(of trigger: WorkflowTrigger) -> [String] {
    guard let names = trigger.filter("workflows")?.values, !names.isEmpty else {
      return Self.others
    }
    var events: [String] = []
    for name in names {
      // One that is not there may be anything.
      guard let found = named[name.value] else { return Self.others }
      for workflow in found where !workflow.triggers.isEmpty {
        events += workflow.triggers.map(\.event.value)
      }
    }
    var seen: Set<String> = []
    return events.filter { !Self.closed.contains($0) && seen.insert($0).inserted }
  }
}

/// What is known of a run that somebody without rights causes.
struct StrangerRun {
  /// The event of the workflow.
  let event: String
  /// The event of the workflow that ended before, of a `workflow_run`.
  let before: String?

  /// Whether a condition can hold in it.
  func canHold(_ condition: Condition?) -> Bool {
    guard let expression = condition?.expression else { return true }
    return !isClosed(expression)
  }

  /// Whether an expression is false in every such run.
  private func isClosed(_ expression: Expression) -> Bool {
    if let value = expression.value(known) { return !value.isTrue }
    switch expression {
    case .binary(.and, let left, let right):
      return isClosed(left) || isClosed(right)
    case .binary(.or, let left, let right):
      return isClosed(left) && isClosed(right)
    case .binary(.equal, let left, let right):
      return Self.isOwn(left, right) || Self.isOwn(right, left)
    case .not(.binary(.notEqual, let left, let right)):
      return Self.isOwn(left, right) || Self.isOwn(right, left)
    case .call(let name, let arguments)
    where name.lowercased() == "contains" && arguments.count == 2:
      guard let path = arguments[1].path, Self.authors.contains(path),
        case .array(let items)? = arguments[0].value()
      else { return false }
      return items.allSatisfy { Self.associations.contains($0.text.uppercased()) }
    default: return false
    }
  }

  /// What is the same in all such runs.
  private func known(_ path: String) -> ExpressionValue? {
    switch path {
    case "github.event_name": return .string(event)
    case "github.event.workflow_run.event": return .string(before ?? "")
    case "github.event.pull_request.head.repo.fork":
      return event.hasPrefix("pull_request") ? .boolean(true) : .null
    case "github.event.workflow_run.head_repository.fork":
      return before == nil ? .null : .boolean(true)
    default: return nil
    }
  }

  private static let heads: Set<String> = [
    "github.event.pull_request.head.repo.full_name", "github.event.pull_request.head.repo.id",
    "github.event.pull_request.head.repo.owner.login",
    "github.event.workflow_run.head_repository.full_name",
    "github.event.workflow_run.head_repository.id",
    "github.event.workflow_run.head_repository.owner.login",
  ]

  private static let homes: Set<String> = [
    "github.repository", "github.repository_id", "github.repository_owner",
    "github.event.repository.full_name", "github.event.repository.id",
    "github.event.repository.owner.login", "github.event.pull_request.base.repo.full_name",
    "github.event.pull_request.base.repo.id",
    "github.event.pull_request.base.repo.owner.login",
    "github.event.workflow_run.repository.full_name", "github.event.workflow_run.repository.id",
    "github.event.workflow_run.repository.owner.login",
  ]

  private static let authors: Set<String> = ["github.event.pull_request.author_association"]
  private static let associations: Set<String> = ["OWNER", "MEMBER", "COLLABORATOR"]

  /// Whether two sides are where the change comes from and where it is at home, or who wrote it and
  /// a word for people with rights.
  private static func isOwn(_ side: Expression, _ other: Expression) -> Bool {
    guard let path = side.path else { return false }
    if heads.contains(path) {
      if let home = other.path { return homes.contains(home) }
      if case .string(let text) = other { return !text.isEmpty }
      return false
    }
    if authors.contains(path), case .string(let text) = other {
      return associations.contains(text.uppercased())
    }
    return false
  }
}
