// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Policies
import TrustedPublishing

extension ReleaseStage: ExpressibleByArgument {}

/// The options of a release in stages that no other command has.
struct StagedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Who may sign and approve: a policy, hallmark.toml.", valueName: "file"),
    completion: .file())
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "How many approvers of the policy must have approved the files; at least what it demands.",
      valueName: "number"))
  var requireApprovals: Int?

  @Option(
    help: ArgumentHelp(
      "A folder with more wheels of this version, made elsewhere, that are released too.",
      valueName: "folder"),
    completion: .directory)
  var wheels: String?

  @Option(
    help: ArgumentHelp(
      "Begin with this stage again: build, attest, approve, publish or verify.",
      valueName: "stage"))
  var from: ReleaseStage?

  @Option(help: ArgumentHelp("Stop after this stage.", valueName: "stage"))
  var until: ReleaseStage?

  @Flag(help: "Forget what an earlier run has done, and begin with the build.")
  var restart = false

  func validate() throws {
    if let from, let until, until < from {
      throw ValidationError(
        "--until \(until.rawValue) comes before --from \(from.rawValue); the stages are build, "
          + "attest, approve, publish, verify.")
    }
    if restart, let from, from != .build {
      throw ValidationError("--restart begins with the build; leave out --from \(from.rawValue).")
    }
    if let requireApprovals, !(1...Policy.approverLimit).contains(requireApprovals) {
      throw ValidationError("--require-approvals must be 1 to \(Policy.approverLimit).")
    }
    if wheels?.isEmpty == true { throw ValidationError("--wheels must be the path of a folder.") }
  }

  /// Whether any of them is given.
  var isUsed: Bool {
    policy != nil || requireApprovals != nil || wheels != nil || from != nil || until != nil
      || restart
  }
}
