// SPDX-License-Identifier: Apache-2.0

import SourceText
import Workflows

/// What an outsider can put into a value that a run replaces an expression with.
enum RunValue: Comparable {
  /// Nothing: a number, a flag, a fixed word, or what the forge generates.
  case fixed
  /// Nothing that is known; it depends on what other steps do.
  case unclear
  /// Names with a narrow alphabet, or what maintainers give.
  case narrow
  /// Text with rules of its own, such as addresses and paths, or what people with rights give.
  case structured
  /// Any text.
  case free

  /// How bad it is as a part of a script; nil where it does no harm.
  var severity: AuditSeverity? {
    switch self {
    case .fixed: nil
    case .unclear: .info
    case .narrow: .low
    case .structured: .medium
    case .free: .high
    }
  }

  /// Fields of events whose values are numbers, flags, times or words of a fixed list.
  private static let fixedFields: Set<String> = Set(
    """
    action_path additions author_association changed_files child_comment_count comments commits \
    conclusion created creator data_type default deletions discussion_id discussions draft \
    due_on event_name forced fork forks issues job line locked maintainer_can_modify mergeable \
    merged number open_issues original_line original_position packages pages position prerelease \
    private production_environment protected public pull pull_requests push rebaseable ref_type \
    reason review_comments run_attempt run_id run_number side site_admin size start_line \
    start_side state state_reason statuses subject_type to total_count triggering_actor type \
    verified visibility watchers workflow_id active_lock_reason author_association base_sha \
    delete_branch_on_merge
    """.split(whereSeparator: { " \n".contains($0) }).map(String.init))

  /// Fields of events that hold any text.
  private static let freeFields: Set<String> = Set(
    """
    base_ref body branch default_branch description display_title email head_branch head_ref \
    label labels message name page_name path ref ref_name tag_name target_commitish text title \
    homepage default summary commit_message commit_title client_payload
    """.split(whereSeparator: { " \n".contains($0) }).map(String.init))

  /// Fields of events with hexadecimal digits, or names without special characters.
  private static let narrowFields: Set<String> = [
    "sha", "head_sha", "merge_commit_sha", "before", "after", "tree_id", "login", "slug",
    "node_id", "commit_id", "original_commit_id", "actor", "actor_id", "id", "owner", "status",
    "color", "event", "action", "workflow", "workflow_ref", "workflow_sha", "action_ref",
    "action_repository", "api_url", "graphql_url", "ref_protected", "event_path", "env",
    "output", "retention_days", "state",
  ]

  /// Values of `github` and `runner` that no outsider chooses.
  private static let fixedContexts: Set<String> = [
    "github.action_path", "github.event_name", "github.job", "github.repository",
    "github.repository_id", "github.repository_owner", "github.repository_owner_id",
    "github.repositoryurl", "github.run_attempt", "github.run_id", "github.run_number",
    "github.server_url", "github.sha", "github.token", "github.triggering_actor",
    "github.workspace", "runner.arch", "runner.debug", "runner.os", "runner.temp",
    "runner.tool_cache", "github.event.before", "github.event.after",
    "github.event.pull_request.head.sha", "github.event.pull_request.base.sha",
  ]

  /// Whether only people with rights in the repository choose a text of an event: names of its
  /// branches and tags, releases, labels, milestones, what a token with rights sends.
  private static func isMaintainers(_ names: [Substring]) -> Bool {
    if names.count == 2 { return ["ref", "ref_name", "base_ref"].contains(names[1]) }
    guard names.count > 2, names[1] == "event" else { return false }
    switch names[2] {
    case "release", "repository", "label", "milestone", "client_payload", "ref", "base_ref",
      "organization", "deployment":
      return true
    case "pull_request": return names.count > 4 && names[3] == "base" && names[4] == "ref"
    default: return false
    }
  }

  /// Judges a context by its path, as `Expression.path` gives it, where the file says nothing.
  init(path: String) {
    if Self.fixedContexts.contains(path) || path == "secrets" || path.hasPrefix("secrets.") {
      self = .fixed
      return
    }
    let names = path.split(separator: ".")
    if ["needs", "steps"].contains(names.first), names.count == 3,
      ["result", "outcome", "conclusion"].contains(names[2])
    {
      self = .fixed
      return
    }
    guard names.first == "github" else {
      self = .unclear
      return
    }
    let field = names.last { $0 != "*" && $0 != "[…]" && Int($0) == nil }.map(String.init) ?? ""
    // Who sends an event of their own gives its fields any names and values.
    if names.count > 2, names[1] == "event", names[2] != "client_payload", names[2] != "inputs" {
      if Self.fixedFields.contains(field) || field == "id" && !path.hasSuffix("commit.id")
        || field.hasSuffix("_count") || field.hasSuffix("_at") || field.hasPrefix("has_")
      {
        self = .fixed
        return
      }
    }
    if Self.freeFields.contains(field) {
      self = Self.isMaintainers(names) ? .structured : .free
    } else if Self.narrowFields.contains(field) {
      self = .narrow
    } else {
      self = .structured
    }
  }
}

extension Expression {
  /// The contexts whose values become part of this expression's value, in lowercase.
  ///
  /// What only decides is not among them. An empty path stands for a member of something computed.
  var flowingPaths: [String] {
    if let path { return [path] }
    switch self {
    case .call(let name, let arguments):
      guard ["tojson", "format", "join"].contains(name.lowercased()) else { return [] }
      return arguments.flatMap(\.flowingPaths)
    case .binary(.and, _, let right): return right.flowingPaths
    case .binary(.or, let left, let right): return left.flowingPaths + right.flowingPaths
    case .property, .index, .star: return [""]
    case .null, .boolean, .number, .string, .context, .not, .binary: return []
    }
  }

  /// The values that it can have: both sides of `||`, the right one of `&&`.
  var outcomes: [Expression] {
    switch self {
    case .binary(.and, _, let right): right.outcomes
    case .binary(.or, let left, let right): left.outcomes + right.outcomes
    default: [self]
    }
  }
}
