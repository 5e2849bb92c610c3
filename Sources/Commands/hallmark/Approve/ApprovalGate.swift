// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import Policies
import PythonPackaging
import Sigstore
import Verification

/// Lets a release be published only when enough approvers of the policy approved exactly its files.
struct ApprovalGate: PublicationGate {
  private let required: Int
  private let policy: PolicyFile
  private let roots: [TrustedRoot]
  private let console: Console

  /// The gate that option and policy demand, the greater number counting; `nil` if neither does.
  ///
  /// - Throws: `CommandFailure` of status 2 when approvals are demanded and nobody can give them.
  init?(
    demanding option: Int?, under policy: PolicyFile?, trusting roots: [TrustedRoot],
    console: Console
  ) throws(CommandFailure) {
    required = max(option ?? 0, policy?.policy.approvals ?? 0)
    guard required > 0 else { return nil }
    guard let policy else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "approvals are demanded, and there is no policy that says by whom",
          help: ["name a policy with `[[approver]]` entries by --policy"]))
    }
    let names = policy.policy.approverNames.count
    guard names == 0 || required <= names else {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "\(required) approvals are demanded, and the policy names \(names) approvers",
          place: policy.origin))
    }
    // Refuses a policy without approvers before any file is read.
    _ = try policy.count(trusting: roots)
    self.policy = policy
    self.roots = roots
    self.console = console
  }

  func check(_ release: LocalRelease) async throws {
    let tally = try await FolderApprovals.tally(of: release, under: self.policy, trusting: roots)
    tally.warn(on: console)
    guard tally.counted.count >= required else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "the release has too few approvals: \(tally.counted.count) of \(required)",
          expected: "\(required) of \(self.policy.policy.approverNames.joined(separator: ", "))",
          found: tally.counted.isEmpty
            ? "none" : tally.counted.map(\.approver).joined(separator: ", "),
          notes: ["nothing was sent"],
          help: ["approve it by `hallmark approve`, and put the approvals beside the files"]))
    }
    let names = tally.counted.map(\.approver).joined(separator: ", ")
    console.progress("approved by \(UntrustedText.printable(names))")
  }
}

/// The approvals that lie beside the files of a release.
enum FolderApprovals {
  /// Reads and counts them.
  ///
  /// - Throws: `CommandFailure`.
  static func tally(
    of release: LocalRelease, under policy: PolicyFile, trusting roots: [TrustedRoot]
  ) async throws(CommandFailure) -> ApprovalTally {
    var folders: [String] = []
    for file in release.files {
      let folder =
        file.path.utf8.lastIndex(of: UInt8(ascii: "/"))
        .map { String(file.path[...$0]) } ?? "."
      if !folders.contains(folder) { folders.append(folder) }
    }
    var files: [(place: String, content: Result<[UInt8], DocumentError>)] = []
    do {
      for folder in folders { files += try ApprovalFiles.read(folder: folder) }
    } catch {
      throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
    }
    return try await policy.count(trusting: roots).tally(files, of: release.subjects)
  }
}

extension ApprovalTally {
  /// Says which approvals do not count, and why.
  func warn(on console: Console) {
    for item in uncounted {
      console.report(
        Diagnostic(
          "an approval does not count: \(item.problem)", severity: .warning, place: item.place))
    }
  }
}
