// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Encodings
import Policies
import Rebuild
import Reproducibility
import SSHSignatures

extension FuzzTarget {
  /// Keys and signatures of SSH, and what they approve.
  static let approvals: [FuzzTarget] = [
    FuzzTarget("ssh-signature") { bytes in
      let signature =
        try (try? SSHSignature(parsing: bytes)) ?? SSHSignature(armored: bytes)
      requireSame(signature) { try SSHSignature(armored: Array(signature.armored.utf8)) }
      requireSame(signature) { try SSHSignature(parsing: signature.bytes) }
      let message = Array("a message that nobody signed".utf8)
      let isValid: Void? = try? signature.check(
        message, for: signature.namespace, by: signature.publicKey)
      require(isValid == nil, "a signature from nowhere")
    },
    FuzzTarget("ssh-key-line") { bytes in
      if let line = try? SSHKeyLine(parsing: bytes) {
        requireSame(line) { try SSHKeyLine(parsing: Array(line.text.utf8)) }
      }
      let line = try SSHKeyLine(parsing: bytes, form: .allowedSigner)
      requireSame(line.key) { try SSHPublicKey(parsing: line.key.bytes) }
    },
    FuzzTarget("allowed-signers") { bytes in
      let signers = AllowedSigners(parsing: bytes)
      let count = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).count
      require(signers.lines.count + signers.unusable.count <= count, "more signers than lines")
      for line in signers.lines {
        requireSame(line.key) { try SSHPublicKey(parsing: line.key.bytes) }
      }
    },
    FuzzTarget("tag-object") { bytes in
      let tag = try TagObject(parsing: bytes)
      require(tag.payload + (tag.signature?.text ?? []) == bytes, "bytes that nothing is over")
      require([40, 64].contains(tag.object.utf8.count), "an object without an id")
    },
    FuzzTarget("rebuild-statement") { bytes in
      let rebuild = try RebuildStatement(try Statement(parsing: bytes))
      requireSame(rebuild) {
        try RebuildStatement(try Statement(parsing: try rebuild.statement.payload()))
      }
      require(
        (rebuild.verdict == .identical) == (rebuild.rebuilt == rebuild.file.sha256),
        "a verdict against its digests")
    },
    FuzzTarget("approval") { bytes in
      let approval = try Approval(parsing: bytes, place: "input")
      requireSame(approval.claim) {
        try ApprovalStatement(parsing: approval.claim.statement.payload())
      }
      // A policy whose only approver signed nothing: whatever it says, it does not count.
      guard case .ssh(let signature, _) = approval.signature else { return }
      wait {
        let count = try? ApprovalCount(
          under: policy, digest: approval.claim.policy, trusting: [], now: approval.claim.time)
        let tally = await count?.tally(
          [("input", .success(bytes))], of: approval.claim.release.files)
        require(
          tally?.counted == [], "an approval by \(signature.publicKey.fingerprint) counted")
      }
    },
  ]

  private static let policy: Policy = {
    let text = """
      [[publisher]]
      kind = "Google"
      email = "a@example.com"
      [[approver]]
      name = "a"
      kind = "SSH"
      key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH6ApHF/ADuwkYJo+jgfNKGv2ohWpIo2DpnVQF/s8ogR"
      """
    guard let policy = try? Policy(parsing: Array(text.utf8)) else { fatalError("no policy") }
    return policy
  }()
}
