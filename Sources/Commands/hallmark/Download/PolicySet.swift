// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policies
import PythonPackaging
import Verification

/// The policy of each project: one of its own, or that of all.
struct PolicySet: Sendable {
  private let common: Policy?
  private let own: [ProjectName: Policy]

  /// Reads the policies.
  ///
  /// - Parameters:
  ///   - path: the policy of all projects, if any.
  ///   - assignments: `NAME=FILE`, the policy of one project.
  /// - Throws: `CommandFailure`.
  init(common path: String?, own assignments: [String]) throws(CommandFailure) {
    common = try path.map { path throws(CommandFailure) in try TrustFiles.policy(path) }
    var own: [ProjectName: Policy] = [:]
    for assignment in assignments {
      guard let (project, path) = Self.parts(of: assignment) else {
        throw CommandFailure(
          status: ExitStatus.usage.rawValue,
          Diagnostic("--package-policy must be NAME=FILE, found `\(assignment)`"))
      }
      own[project] = try TrustFiles.policy(path)
    }
    self.own = own
  }

  private static func parts(of text: String) -> (ProjectName, String)? {
    guard let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")),
      let project = try? ProjectName(String(text[..<sign]))
    else { return nil }
    return (project, String(text[text.utf8.index(after: sign)...]))
  }

  /// The instance that all policies name; `nil` for the public default.
  ///
  /// - Throws: `CommandFailure` with status 2 when they name several: one run has one trust.
  func instance() throws(CommandFailure) -> String? {
    let names = Set(([common].compactMap(\.self) + own.values).map(\.instance))
    guard names.count <= 1 else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the policies name several instances",
          help: ["download what is of one instance at a time, or name it by --instance"]))
    }
    return names.first.flatMap(\.self)
  }

  /// The policy of a project.
  ///
  /// - Throws: `CommandFailure` with status 2 when nobody said who should have signed it.
  func policy(of project: ProjectName) throws(CommandFailure) -> Policy {
    guard let policy = own[project] ?? common else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "there is no expectation of who should have signed `\(project)`",
          help: ["name a policy for all by --policy, or one for it by --package-policy"]))
    }
    return policy
  }
}
