// SPDX-License-Identifier: Apache-2.0

import Workflows

/// Outputs of actions that hand on what others wrote: names of branches and files, comments.
///
/// Sources: the actions' own documents, and the models of GitHub's CodeQL for Actions.
enum TaintedOutputs {
  /// Names of files that a change touches, by action and output.
  private static let files: [String: Set<String>] = [
    "tj-actions/verify-changed-files": ["changed_files"],
    "jitterbit/get-changed-files": [
      "all", "added", "modified", "removed", "renamed", "added_modified", "deleted",
    ],
    "lots0logs/gh-action-get-changed-files": ["all", "added", "modified", "renamed", "deleted"],
    "trilom/file-changes-action": ["files", "files_added", "files_modified", "files_removed"],
    "ahmadnassri/action-changed-files": ["files", "json"],
    "karpikpl/list-changed-files-action": ["changed_files"],
    "knu/changed-files": [
      "changed_files", "changed_files_json", "matched_files", "matched_files_json",
    ],
  ]

  /// Names of branches and texts of comments.
  private static let texts: [String: Set<String>] = [
    "tj-actions/branch-names": ["current_branch", "head_ref_branch", "ref_branch"],
    "xt0rted/pull-request-comment-branch": ["head_ref"],
    "gotson/pull-request-comment-branch": ["head_ref"],
    "alessbell/pull-request-comment-branch": ["head_ref"],
    "eficode/resolve-pr-refs": ["head_ref"],
    "khan/pull-request-comment-trigger": ["comment_body"],
    "peter-evans/find-comment": ["comment-body"],
  ]

  // More steps than any job has; further ones are not looked for.
  private static let most = 1_000

  /// Judges an output of a step.
  ///
  /// - Parameters:
  ///   - output: The output's name in lowercase.
  ///   - id: The step's id in lowercase.
  ///   - site: The step that reads it.
  /// - Returns: What an outsider can put into it; nil where nothing is known.
  static func value(of output: String, step id: String, from site: StepSite) -> RunValue? {
    let steps = site.job?.steps ?? site.action?.steps ?? []
    let found = steps.prefix(most).first { step in
      step.id.map { $0.value.utf8.count == id.utf8.count && $0.value.lowercased() == id } ?? false
    }
    guard let found, let uses = found.uses, let action = uses.action,
      let value = value(of: output, action, uses, found.with)
    else { return nil }
    return value == .free && !isStartedByStrangers(site.workflow) ? .structured : value
  }

  private static func value(
    of output: String, _ action: String, _ uses: UsesReference, _ with: WorkflowMapping?
  ) -> RunValue? {
    if files[action]?.contains(output) ?? false { return .free }
    if texts[action]?.contains(output) ?? false { return .free }
    switch action {
    case "tj-actions/changed-files", "step-security/changed-files":
      guard output.hasSuffix("_files") || output.hasSuffix("_directories") else { return nil }
      // From version 41 it puts a backslash before what a shell takes for its own.
      let isEscaped =
        with?["safe_output"]?.value != "false"
        && (ActionVersion(of: uses).map { $0.numbers[0] >= 41 } ?? false)
      return isEscaped ? .structured : .free
    case "dorny/paths-filter":
      guard output.hasSuffix("_files") else { return nil }
      return ["shell", "escape"].contains(with?["list-files"]?.value) ? .structured : .free
    default: return nil
    }
  }

  /// Whether a workflow works on changes and comments of people without rights.
  private static func isStartedByStrangers(_ workflow: Workflow?) -> Bool {
    guard let workflow else { return true }
    return workflow.triggers.contains { trigger in
      let event = trigger.event.value
      return event.hasPrefix("pull_request") || event.hasPrefix("issue")
        || ["workflow_run", "workflow_call"].contains(event)
    }
  }
}
