// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import Policies
import PythonPackaging
import Sigstore
import Verification

/// Who approved the files of a folder, and who did not.
struct ApprovalListing: Sendable {
  private let release: LocalRelease
  private let tally: ApprovalTally
  private let required: Int
  private let policy: PolicyFile

  /// Counts the approvals in a folder.
  ///
  /// - Throws: `CommandFailure`.
  init(
    of folder: String, under policy: PolicyFile, trusting roots: [TrustedRoot]
  ) async throws {
    release = try ReleaseFolder(folder).release
    tally = try await FolderApprovals.tally(of: release, under: policy, trusting: roots)
    required = policy.policy.approvals ?? 0
    self.policy = policy
  }

  /// Whether there are as many as the policy demands.
  var status: ExitStatus { tally.counted.count >= required ? .done : .rejected }

  /// Shows them, or prints them for machines.
  func show(on console: Console, json: Bool) {
    if json {
      console.output(self.json.compactText)
      return
    }
    let show = { (text: String) in UntrustedText.printable(text) }
    for item in tally.counted {
      console.output(
        console.styled("✓", .good, on: .output) + " \(show(item.approver))  approved "
          + "\(item.approval.claim.time.rfc3339)  \(show(item.signer))")
    }
    for name in tally.missing {
      console.output(console.styled("-", .faint, on: .output) + " \(show(name))  not approved")
    }
    tally.warn(on: console)
    console.output(
      "\(show(release.project.text)) \(show(release.version.description)): "
        + "\(tally.counted.count) of \(policy.policy.approverNames.count) approved"
        + (required > 0 ? ", \(required) needed" : ""))
  }

  private var json: JSONValue {
    [
      "schema": "hallmark.approvals/v1", "status": .integer(Int64(status.rawValue)),
      "release": [
        "project": .string(release.project.text),
        "version": .string(release.version.description),
        "files": .array(
          release.files.map { file in
            ["name": .string(file.name.text), "sha256": .string(file.sha256.hexadecimal)]
          }),
      ],
      "policy": ["origin": .string(policy.origin), "sha256": .string(policy.sha256.hexadecimal)],
      "required": .integer(Int64(required)),
      "approved": .array(
        tally.counted.map { item in
          [
            "approver": .string(item.approver), "signer": .string(item.signer),
            "approvedAt": .string(item.approval.claim.time.rfc3339),
            "approval": .string(item.approval.place),
          ]
        }),
      "missing": .array(tally.missing.map { .string($0) }),
      "uncounted": .array(
        tally.uncounted.map { item in
          [
            "approval": .string(item.place), "approver": item.approver.map { .string($0) } ?? .null,
            "reason": .string(item.reason.rawValue), "problem": .string(item.problem),
          ]
        }),
    ]
  }
}
