// SPDX-License-Identifier: Apache-2.0

import Workflows

/// How far a right goes.
enum TokenAccess: Int, Comparable, Sendable {
  case none, read, write

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// Reads `none`, `read` or `write`.
  init?(_ text: String) {
    switch text {
    case "none": self = .none
    case "read": self = .read
    case "write": self = .write
    default: return nil
    }
  }

  /// As it is written in a workflow.
  var text: String {
    switch self {
    case .none: "none"
    case .read: "read"
    case .write: "write"
    }
  }
}

/// A right of `GITHUB_TOKEN` that a step makes use of.
struct TokenNeed: Hashable, Sendable {
  /// The scope: `contents`, `id-token`.
  let scope: String
  /// How far.
  let access: TokenAccess
  /// Whether the step fails without it; else it may do without, in a public repository for
  /// instance.
  var isCertain: Bool
  /// What needs it: an action, or a command.
  let what: String
  /// Where that stands in the job's file.
  let span: Range<Int>
}

/// A right that an action makes use of, by its inputs.
struct ActionNeed: Sendable {
  let scope: String
  let access: TokenAccess
  let isCertain: Bool
  let when: ActionSwitch

  /// A right without which the action fails.
  static func sure(
    _ scope: String, _ access: TokenAccess = .write, when: ActionSwitch = .always
  ) -> Self {
    Self(scope: scope, access: access, isCertain: true, when: when)
  }

  /// A right that the action may do without.
  static func may(
    _ scope: String, _ access: TokenAccess = .write, when: ActionSwitch = .always
  ) -> Self {
    Self(scope: scope, access: access, isCertain: false, when: when)
  }
}

extension WorkflowText {
  /// Whether an expression in it gives the job's own token, or everything with the token in it.
  var givesToken: Bool {
    expressions.contains { embedded in
      let source = embedded.source.lowercased()
      return source.mentions("github.token") || source.mentions("secrets.github_token")
        || source.mentions("'github_token'") || source.mentions("'token'")
        || source.mentions("tojson(github") || source.mentions("tojson(secrets")
    }
  }
}

extension WorkflowMapping {
  /// Whether one of its values is the job's own token.
  var givesToken: Bool {
    expression != nil || entries.contains { $0.value.givesToken }
  }
}
