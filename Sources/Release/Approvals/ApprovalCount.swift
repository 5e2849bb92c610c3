// SPDX-License-Identifier: Apache-2.0

package import Attestations
import Certificates
package import Encodings
package import Policies
import SSHSignatures
package import Sigstore

/// Counts who approved a release.
///
/// An approval counts if it is signed by an approver of the policy, says that approver's name, was
/// given under this very policy file, and is about exactly these files. A name counts once, and an
/// identity that may publish does not count unless the policy says so. Everything else is listed
/// with its reason and changes nothing.
package struct ApprovalCount: Sendable {
  private let policy: Policy
  private let policyDigest: SHA256Hash
  private let verifiers: [Verifier]
  private let now: Timestamp

  /// Seconds that an approver's clock may be ahead.
  static let clockTolerance: Int64 = 300

  /// Why approvals cannot be counted at all.
  package struct NoApprovers: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence for a person.
    package var description: String { "the policy names no approver" }
  }

  /// Takes over whose approvals count.
  ///
  /// - Parameters:
  ///   - policy: the policy.
  ///   - digest: the SHA-256 of the policy's file.
  ///   - roots: whom to trust with certificates.
  ///   - now: the present.
  /// - Throws: ``NoApprovers``: where nobody can approve, a count would say nothing.
  package init(
    under policy: Policy, digest: SHA256Hash, trusting roots: [TrustedRoot], now: Timestamp
  ) throws(NoApprovers) {
    guard !policy.approvers.isEmpty else { throw NoApprovers() }
    self.policy = policy
    policyDigest = digest
    verifiers = roots.map { Verifier(trusting: $0) }
    self.now = now
  }

  /// Counts the approvals among files.
  ///
  /// - Parameters:
  ///   - files: the contents of approval files with their places, or why they cannot be read.
  ///   - release: the files of the release.
  /// - Returns: who approved, who did not, and what did not count.
  package func tally(
    _ files: [(place: String, content: Result<[UInt8], DocumentError>)], of release: [Subject]
  ) async -> ApprovalTally {
    var tally = ApprovalTally(counted: [], uncounted: [], missing: [])
    for file in files {
      let approval: Approval
      do {
        approval = try Approval(parsing: try file.content.get(), place: file.place)
      } catch {
        tally.uncounted.append(
          ApprovalTally.Uncounted(
            place: file.place, approver: nil, reason: .malformed, problem: "\(error)"))
        continue
      }
      do throws(Refusal) {
        let counted = try await check(approval, of: release)
        if let other = tally.counted.first(where: { $0.approver == counted.approver }) {
          throw Refusal(
            .repeated, "`\(counted.approver)` counts already (\(other.approval.place))",
            counted.approver)
        }
        tally.counted.append(counted)
      } catch {
        tally.uncounted.append(
          ApprovalTally.Uncounted(
            place: file.place, approver: error.approver, reason: error.reason,
            problem: error.problem))
      }
    }
    tally.missing = policy.approverNames.filter { name in
      !tally.counted.contains { $0.approver == name }
    }
    return tally
  }

  /// What speaks against the signer of an approval; `nil` if it is by an approver of the policy,
  /// whichever files it is about.
  package func problem(withSignerOf approval: Approval) async -> String? {
    do throws(Refusal) {
      _ = try await signer(of: approval)
      return nil
    } catch {
      return error.problem
    }
  }

  /// Why one approval does not count.
  private struct Refusal: Error {
    let reason: ApprovalTally.Reason
    let problem: String
    let approver: String?

    init(_ reason: ApprovalTally.Reason, _ problem: String, _ approver: String? = nil) {
      self.reason = reason
      self.problem = problem
      self.approver = approver
    }
  }

  private func check(
    _ approval: Approval, of release: [Subject]
  ) async throws(Refusal) -> ApprovalTally.Counted {
    let (name, signer) = try await signer(of: approval)
    let claim = approval.claim
    guard claim.approver.utf8.elementsEqual(name.utf8) else {
      throw Refusal(.otherName, "it is signed by `\(name)` and says `\(claim.approver)`", name)
    }
    guard claim.time <= now.adding(seconds: Self.clockTolerance) else {
      throw Refusal(.time, "it is dated \(claim.time.rfc3339), in the future", name)
    }
    guard claim.policy == policyDigest else {
      throw Refusal(.otherPolicy, "it was given under another version of the policy", name)
    }
    guard claim.isAbout(release) else {
      throw Refusal(.otherFiles, "it is about other files, or other contents of them", name)
    }
    return ApprovalTally.Counted(approver: name, signer: signer, approval: approval)
  }

  private func signer(of approval: Approval) async throws(Refusal) -> (name: String, String) {
    switch approval.signature {
    case .ssh(let signature, let signed): try sshSigner(signature, signed)
    case .bundle(let bundle): try await certificateSigner(bundle, approval)
    }
  }

  private func sshSigner(
    _ signature: SSHSignature, _ signed: [UInt8]
  ) throws(Refusal) -> (name: String, String) {
    let fingerprint = signature.publicKey.fingerprint
    for approver in policy.approvers {
      guard case .ssh(let line) = approver.signer, line.key == signature.publicKey else { continue }
      do {
        try signature.check(signed, for: Approval.namespace, by: line.key)
      } catch {
        throw Refusal(.signature, "\(error)")
      }
      guard line.allows(namespace: Approval.namespace, at: now) else {
        throw Refusal(.time, "the policy does not accept this key now", approver.name)
      }
      return (approver.name, fingerprint)
    }
    throw Refusal(.unknownSigner, "it is by a key that the policy does not name, \(fingerprint)")
  }

  private func certificateSigner(
    _ bundle: Bundle, _ approval: Approval
  ) async throws(Refusal) -> (name: String, String) {
    let verified = try await verified(bundle, approval)
    let signer = verified.certificate.subjectAlternativeName.text
    let release = ReleaseName(filename: approval.claim.release.files.first?.name ?? "")
    guard let approver = policy.approver(with: verified.certificate, release: release) else {
      throw Refusal(.unknownSigner, "it is by `\(signer)`, whom the policy does not name")
    }
    guard policy.publishersMayApprove || !policy.isPublisher(verified.certificate) else {
      throw Refusal(.publisher, "`\(signer)` may publish, and so not approve", approver.name)
    }
    return (approver.name, signer)
  }

  private func verified(
    _ bundle: Bundle, _ approval: Approval
  ) async throws(Refusal) -> VerifiedBundle {
    var sentence = "there is no trusted root"
    guard let file = approval.claim.release.files.first?.sha256 else {
      throw Refusal(.malformed, "it is about no file")
    }
    for verifier in verifiers {
      let result = await verifier.verify(bundle, artifact: ArtifactDigest(file), now: now)
      if let verified = result.verified { return verified }
      if let problem = result.report.primaryProblem { sentence = problem }
    }
    throw Refusal(.signature, sentence)
  }
}

/// Who approved a release.
package struct ApprovalTally: Hashable, Sendable {
  /// An approval that counts.
  package struct Counted: Hashable, Sendable {
    /// The approver's name in the policy.
    package let approver: String
    /// The key's fingerprint or the certificate's name.
    package let signer: String
    /// The approval.
    package let approval: Approval
  }

  /// Why an approval does not count; the text is for machines.
  package enum Reason: String, CaseIterable, Hashable, Sendable {
    /// It cannot be read.
    case malformed
    /// The policy does not name the signer.
    case unknownSigner = "unknown-signer"
    /// The signature does not hold.
    case signature
    /// The statement names another approver than the signer.
    case otherName = "other-name"
    /// It is of the future, or the key does not count now.
    case time
    /// It was given under another policy.
    case otherPolicy = "other-policy"
    /// It is about other files.
    case otherFiles = "other-files"
    /// The signer is a publisher.
    case publisher
    /// The approver counts already.
    case repeated
  }

  /// An approval that does not count.
  package struct Uncounted: Hashable, Sendable {
    /// Where it is.
    package let place: String
    /// The approver, if it is known who signed.
    package let approver: String?
    /// Why.
    package let reason: Reason
    /// Why, in a sentence.
    package let problem: String
  }

  /// Approvals that count, one per approver.
  package var counted: [Counted]
  /// Approvals that do not.
  package var uncounted: [Uncounted]
  /// Approvers of the policy who did not approve.
  package var missing: [String]
}
