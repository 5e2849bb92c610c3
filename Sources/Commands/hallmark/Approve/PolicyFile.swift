// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import Policies
import Sigstore
import Verification

/// A policy with the file that it is from: approvals are given under the file, byte for byte.
struct PolicyFile: Sendable {
  /// The policy.
  let policy: Policy
  /// Where it is from, for messages.
  let origin: String
  /// The SHA-256 of the file.
  let sha256: SHA256Hash

  /// Counts approvals under this policy.
  ///
  /// - Throws: `CommandFailure` of status 2 when the policy names no approver.
  func count(trusting roots: [TrustedRoot]) throws(CommandFailure) -> ApprovalCount {
    do {
      return try ApprovalCount(
        under: policy, digest: sha256, trusting: roots, now: FileReading.now())
    } catch {
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "\(error), so nobody can approve", place: origin,
          help: ["add `[[approver]]` entries: name, kind = \"SSH\" and key, or an identity"]))
    }
  }
}
