// SPDX-License-Identifier: Apache-2.0

import Approvals
import Attestations
import Certificates
import Encodings
import Policies
import PythonPackaging
import ServiceClients
import Signing
import Sigstore
import SSHSignatures
import SystemPackage
import Verification

/// What came of `hallmark approve`.
struct ApprovalOutcome: Sendable {
  let review: ApprovalReview
  let policy: PolicyFile
  /// The approver.
  let approver: String
  /// The key's fingerprint, or the certificate's name.
  let signer: String
  /// The approval's file.
  let path: String
  /// Whether it was there already.
  let wasPresent: Bool

  /// For machines.
  var json: JSONValue {
    [
      "schema": "hallmark.approve/v1", "status": 0, "release": review.json,
      "policy": ["origin": .string(policy.origin), "sha256": .string(policy.sha256.hexadecimal)],
      "approver": .string(approver), "signer": .string(signer), "approval": .string(path),
      "wasPresent": .boolean(wasPresent),
    ]
  }
}

/// Signs the approval of a release that was reviewed, and writes it.
struct Approving: Sendable {
  let review: ApprovalReview
  let policy: PolicyFile
  let roots: [TrustedRoot]
  let console: Console
  /// Asks the approver of this name; throws if they say no.
  let confirm: @Sendable (String) throws -> Void

  /// Approves with an SSH key.
  ///
  /// - Throws: `CommandFailure`.
  func approve(with signer: SSHKeySigner) async throws -> ApprovalOutcome {
    let entry = policy.policy.approvers.first { approver in
      if case .ssh(let line) = approver.signer { line.key == signer.key } else { false }
    }
    guard let entry else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "the key is not an approver's", place: policy.origin,
          expected: "a key of \(policy.policy.approverNames.joined(separator: ", "))",
          found: signer.key.fingerprint,
          help: ["approve with a key that the policy names as an `[[approver]]`"]))
    }
    if let present = try await present(entry.name) { return present }
    try confirm(entry.name)
    let payload = try statement(by: entry.name).payload()
    let signature = try await signer.sign(
      Approval.signedBytes(payload), for: Approval.namespace)
    return try await write(Approval.file(payload, signature), by: entry.name)
  }

  /// Approves with a certificate of a Sigstore instance.
  ///
  /// - Throws: `CommandFailure`.
  func approve(
    as identity: IdentityOptions, at trust: ClientTrustConfig,
    over transport: HTTPTransport
  ) async throws -> ApprovalOutcome {
    do {
      let selection = try trust.signingConfig.select(
        at: FileReading.now(), logs: .highestVersion)
      let session = SigningSession(
        services: try SigningServices(selection, transport: transport),
        trustedRoot: trust.trustedRoot,
        tokens: try identity.source(
          loginIssuer: selection.identityIssuer?.url, transport: transport, console: console),
        audience: identity.signingAudience, randomness: SystemRandomness(),
        now: { FileReading.now() })
      // The certificate is had before anything is signed: it says as whom.
      let certificate = try await session.certificate()
      let signer = certificate.subjectAlternativeName.text
      let release = ReleaseName(filename: review.record.files.first?.name ?? "")
      guard let name = policy.policy.approver(with: certificate, release: release)?.name else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic(
            "the identity is not an approver's", place: policy.origin,
            expected: policy.policy.approverNames.joined(separator: ", "),
            found: "\(signer) \(certificate.issuer ?? "")",
            help: ["approve as somebody whom the policy names as an `[[approver]]`"]))
      }
      if let present = try await present(name) { return present }
      try confirm(name)
      let item = try SigningItem(name: filename(name), statement(by: name))
      guard let signed = try await session.sign([item]).first else {
        throw SigningError(.unverifiable, "there is no signature")
      }
      return try await write(
        Array((signed.signed.bundle.json.compactText + "\n").utf8), by: name)
    } catch {
      if error is CancellationError { throw error }
      throw SigningFailure.commandFailure(forAny: error)
    }
  }

  private func statement(by name: String) -> Statement {
    ApprovalStatement(
      approver: name, time: FileReading.now(), policy: policy.sha256, release: review.record,
      previous: review.comparison?.previous, verified: review.verified
    ).statement
  }

  private func filename(_ name: String) -> String {
    Approval.filename(
      project: review.record.project, version: review.record.version, approver: name)
  }

  private func outcome(_ counted: ApprovalTally.Counted, wasPresent: Bool) -> ApprovalOutcome {
    ApprovalOutcome(
      review: review, policy: policy, approver: counted.approver, signer: counted.signer,
      path: counted.approval.place, wasPresent: wasPresent)
  }

  /// The approval of a name that is there already and counts.
  private func present(_ name: String) async throws -> ApprovalOutcome? {
    let tally = try await FolderApprovals.tally(
      of: review.folder.release, under: policy, trusting: roots)
    guard let counted = tally.counted.first(where: { $0.approver == name }) else { return nil }
    console.progress("\(name) has approved these files already")
    return outcome(counted, wasPresent: true)
  }

  /// Writes an approval that counts; one that does not is a defect, and is not written.
  private func write(_ bytes: [UInt8], by name: String) async throws -> ApprovalOutcome {
    let file = filename(name)
    let path = ApprovalFiles.path(file, in: review.folder.path)
    let tally = await (try policy.count(trusting: roots)).tally(
      [(path, .success(bytes))], of: review.folder.release.subjects)
    guard let counted = tally.counted.first(where: { $0.approver == name }) else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "the approval would not count: \(tally.uncounted.first?.problem ?? "")",
          notes: ["it is not written"]))
    }
    try OutputFiles.write(
      [.init(name: file, bytes: bytes)], into: FilePath(review.folder.path))
    return outcome(counted, wasPresent: false)
  }
}
