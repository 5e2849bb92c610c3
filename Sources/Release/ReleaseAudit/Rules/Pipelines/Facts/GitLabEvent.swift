// SPDX-License-Identifier: Apache-2.0

import Workflows

/// What makes GitLab start a pipeline without somebody at a button.
enum GitLabEvent: CaseIterable {
  /// A push to a branch that is not for releases.
  case branch
  /// A merge request that is opened or gets commits.
  case mergeRequest
  /// A schedule.
  case schedule
  /// A pushed tag.
  case tag
  /// A push to a branch whose name says that it is for releases.
  case releaseBranch

  /// Whether it happens every day.
  var isEveryday: Bool { self != .tag && self != .releaseBranch }
  /// Whether it is a push to a branch.
  var isPush: Bool { self == .branch || self == .releaseBranch }

  /// What is known of a variable in pipelines of this event.
  ///
  /// Variables of the project's own that no file sets are taken for those of whoever starts a
  /// pipeline by hand, so that they are not there.
  func value(_ name: String) -> GitLabCondition.Value {
    switch name {
    case "CI_PIPELINE_SOURCE":
      switch self {
      case .branch, .releaseBranch, .tag: .text("push")
      case .mergeRequest: .text("merge_request_event")
      case .schedule: .text("schedule")
      }
    case "CI_COMMIT_BRANCH":
      switch self {
      case .branch, .schedule: .everydayBranch
      case .releaseBranch: .some
      case .mergeRequest, .tag: .null
      }
    case "CI_COMMIT_REF_NAME", "CI_COMMIT_REF_SLUG":
      isEveryday ? .everydayBranch : .some
    case "CI_COMMIT_TAG": self == .tag ? .some : .null
    case "CI_COMMIT_TAG_MESSAGE": self == .tag ? .unknown : .null
    case "CI_OPEN_MERGE_REQUESTS": isPush || self == .mergeRequest ? .unknown : .null
    case "CI_MERGE_REQUEST_LABELS", "CI_MERGE_REQUEST_MILESTONE", "CI_MERGE_REQUEST_ASSIGNEES",
      "CI_MERGE_REQUEST_DESCRIPTION", "CI_MERGE_REQUEST_EVENT_TYPE":
      self == .mergeRequest ? .unknown : .null
    case let name where name.hasPrefix("CI_MERGE_REQUEST_"):
      self == .mergeRequest ? .some : .null
    case let name where name.hasPrefix("CI_EXTERNAL_PULL_REQUEST_"): .null
    case "CI_DEFAULT_BRANCH", "CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_COMMIT_MESSAGE",
      "CI_COMMIT_TITLE", "CI_PROJECT_ID",
      "CI_PROJECT_PATH", "CI_PROJECT_NAME", "CI_PROJECT_NAMESPACE", "CI_SERVER_HOST", "CI",
      "GITLAB_CI":
      .some
    // A push to a protected branch is nothing special: the default branch is one.
    case let name where name.hasPrefix("CI_") || name.hasPrefix("GITLAB_"): .unknown
    // The token is there or it is not; who starts the pipeline has no part in it.
    case let name where Self.isStored(name): .unknown
    default: .null
    }
  }

  private static func isStored(_ name: String) -> Bool {
    let words = name.uppercased().split(separator: "_")
    return words.contains { ["TOKEN", "PASSWORD", "SECRET", "KEY", "USERNAME"].contains($0) }
  }
}
