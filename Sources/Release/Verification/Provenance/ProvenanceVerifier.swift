// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
package import Sigstore

/// Judges SLSA provenance with the rules of slsa-verifier, in its order.
///
/// Signature, log and certificate come first, then builder, source, artifact, branch, tag, versioned
/// tag, inputs. The first rule that fails is the reason. Which rules apply follows from the form of
/// the evidence: a workflow's bundle, npm's attestations, an image's layers, Cloud Build's output.
package struct ProvenanceVerifier: Sendable {
  let verifiers: [Verifier]
  let keys: TrustFolder
  let now: Timestamp

  /// Makes a verifier.
  ///
  /// - Parameters:
  ///   - trustedRoots: whom to trust; a bundle must hold under one of them.
  ///   - keys: the keys of registries and build services.
  ///   - now: the present.
  package init(trusting trustedRoots: [TrustedRoot], keys: TrustFolder, now: Timestamp) {
    self.init(
      verifiers: trustedRoots.map { Verifier(trusting: $0) }, keys: keys, now: now)
  }

  /// Old bundles, npm's and cosign's have no inclusion proof; where there is one it is verified.
  init(verifiers: [Verifier], keys: TrustFolder, now: Timestamp) {
    self.verifiers = verifiers.map {
      $0.requiring(VerificationRequirements(inclusionProof: .whenPresent))
    }
    self.keys = keys
    self.now = now
  }

  /// The decision, and what was looked at in each piece of evidence, in their order.
  package struct Verdict: Sendable {
    /// The decision.
    package let decision: ProvenanceDecision
    /// The pieces that decided, by position; empty if none passed.
    package let deciding: Set<Int>
    /// Every criterion that was looked at, by piece of evidence.
    package let reports: [VerificationReport]
  }

  /// Judges an artifact.
  ///
  /// - Parameters:
  ///   - artifact: the artifact.
  ///   - evidence: all evidence there is about it; it may hold other things too.
  ///   - expectations: what the user expects.
  ///   - package: for packages of npm, the one that it must be.
  /// - Returns: the builder, or the first reason against it.
  package func verify(
    _ artifact: Artifact, evidence: [Evidence], _ expectations: ProvenanceExpectations,
    package: NpmPackageExpectations = NpmPackageExpectations(name: nil, version: nil)
  ) async -> Verdict {
    var traces = evidence.map { _ in ProvenanceTrace() }
    var deciding: Set<Int> = []
    let decision: ProvenanceDecision
    do throws(ProvenanceFailure) {
      let service = try BuildService(builder: expectations.builderID)
      let builder: String
      if let position = evidence.firstIndex(where: { $0.form == .cloudBuild }) {
        builder = try verifyCloudBuild(
          artifact, evidence[position], expectations, &traces[position])
        deciding = [position]
      } else if service == .cloudBuild {
        throw ProvenanceReason.notSupported.failure("Cloud Build attests images only")
      } else if evidence.contains(where: { $0.form == .npm }) {
        (builder, deciding) = try await verifyPackage(
          artifact, evidence, expectations, package, &traces)
      } else {
        (builder, deciding) = try await verifyWorkflow(
          artifact, evidence, expectations, &traces)
      }
      decision = .accepted(builder: builder)
    } catch {
      decision = .rejected(error)
    }
    return Verdict(
      decision: decision, deciding: deciding,
      reports: traces.map { VerificationReport($0.checks) })
  }

  /// Judges by the first piece that passes.
  ///
  /// If none does, the reason is that of one that is about the artifact, else of one that verifies
  /// at all. What somebody else attested beside an image does not matter, so there only a piece that
  /// verifies gives a reason of its own.
  private func verifyWorkflow(
    _ artifact: Artifact, _ evidence: [Evidence], _ expectations: ProvenanceExpectations,
    _ traces: inout [ProvenanceTrace]
  ) async throws(ProvenanceFailure) -> (String, Set<Int>) {
    let isImage = evidence.contains { $0.form == .cosign }
    let trusted = isImage ? TrustedBuilders.forImages : TrustedBuilders.forArtifacts
    var about: ProvenanceFailure?
    var other: ProvenanceFailure?
    var unverified: ProvenanceFailure?
    for (position, item) in evidence.enumerated() {
      let statement: VerifiedStatement
      do {
        statement = try await verifiedStatement(in: item, &traces[position])
      } catch {
        unverified = unverified ?? error
        continue
      }
      let digest = item.digest(of: artifact)
      do {
        let builder = try check(
          statement, digest, expectations, trusted: trusted, &traces[position])
        return (builder.description, [position])
      } catch {
        if statement.statement.subjects.contains(where: { $0.has(digest) }) {
          about = about ?? error
        } else {
          other = other ?? error
        }
      }
    }
    if let reason = about ?? other { throw reason }
    guard let unverified else {
      throw ProvenanceReason.noValidSignature.failure("there is no provenance")
    }
    throw isImage ? ProvenanceReason.noValidSignature.failure(unverified.sentence) : unverified
  }

  /// Verifies signature, log and certificate of a piece of evidence, under one of the roots.
  func verifiedStatement(
    in item: Evidence, _ trace: inout ProvenanceTrace
  ) async throws(ProvenanceFailure) -> VerifiedStatement {
    let bundle = try bundle(in: item, &trace)
    var closest: VerificationReport?
    for verifier in verifiers {
      let result = await verifier.verifyStatement(in: bundle, now: now)
      if let statement = result.verified {
        trace.record(result.report)
        return statement
      }
      if result.report.passedCount > closest?.passedCount ?? -1 { closest = result.report }
    }
    guard let closest else {
      throw ProvenanceReason.internalError.failure("there is no trusted root")
    }
    trace.record(closest)
    throw Self.failure(of: closest)
  }

  private func bundle(
    in item: Evidence, _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) -> Bundle {
    switch item.content {
    case .bundle(let bundle): return bundle
    case .legacy:
      return try trace.check(.knownLog) { () throws(ProvenanceFailure) in
        throw ProvenanceReason.rekorSearch.failure(
          "it is an envelope without its log entry, which would have to be asked for")
      }
    case .envelope, .cloudBuild:
      return try trace.check(.wellFormed) { () throws(ProvenanceFailure) in
        throw ProvenanceReason.invalidFormat.failure("not a Sigstore bundle")
      }
    }
  }

  /// The workflow that signed a statement.
  static func identity(
    of statement: VerifiedStatement
  ) throws(ProvenanceFailure) -> WorkflowIdentity {
    guard let certificate = statement.certificate else {
      throw ProvenanceReason.invalidCertificate.failure("it is not signed by a certificate")
    }
    return try WorkflowIdentity(certificate)
  }

  /// The reason that belongs to the rules of a report that failed; an invalid signature comes first,
  /// because with it nothing else says anything.
  static func failure(of report: VerificationReport) -> ProvenanceFailure {
    let failed = report.checks.filter { check in
      if case .failed = check.outcome { true } else { false }
    }
    let check = failed.first { $0.rule == .signature } ?? report.primaryFailure
    guard let check, case .failed(let sentence) = check.outcome else {
      return ProvenanceReason.internalError.failure("verification failed without a reason")
    }
    let reason: ProvenanceReason =
      switch check.rule {
      case .signature: .invalidSignature
      case .wellFormed: .invalidFormat
      case .artifactBinding, .predicate: .invalidDssePayload
      case .entryBinding: .noValidRekorEntries
      case .knownLog, .checkpoint, .inclusion, .entryTimestamp, .timestamp, .signingTime:
        .invalidRekorEntry
      case .issuer: .invalidOIDCIssuer
      default: .invalidCertificate
      }
    return reason.failure(sentence)
  }
}
