// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
package import Sigstore

/// Judges SLSA provenance with the rules of slsa-verifier, in its order.
///
/// Signature, log and certificate come first, then builder, source, artifact, branch, tag, versioned
/// tag, inputs. The first rule that fails is the reason.
package struct ProvenanceVerifier: Sendable {
  /// Old bundles, npm's and cosign's have no inclusion proof; where there is one it is verified.
  let verifier: Verifier
  let keys: TrustFolder
  let now: Timestamp

  /// Makes a verifier.
  ///
  /// - Parameters:
  ///   - trustedRoot: whom to trust.
  ///   - keys: the keys of registries and build services.
  ///   - now: the present.
  package init(trusting trustedRoot: TrustedRoot, keys: TrustFolder, now: Timestamp) {
    verifier = Verifier(
      trusting: trustedRoot,
      requirements: VerificationRequirements(inclusionProof: .whenPresent))
    self.keys = keys
    self.now = now
  }

  /// Judges files: all of them must be subjects of the provenance, and of one builder.
  ///
  /// - Parameters:
  ///   - artifacts: the files' digests; without one nothing is accepted.
  ///   - provenance: a Sigstore bundle, or one per line.
  ///   - expectations: what the user expects.
  /// - Returns: the builder, or the first reason against it.
  package func verifyArtifacts(
    _ artifacts: [ArtifactDigest], provenance: [UInt8], _ expectations: ProvenanceExpectations
  ) async -> ProvenanceDecision {
    await decide(artifacts, provenance, expectations, trusted: TrustedBuilders.forArtifacts)
  }

  /// Judges a file by an attestation of a workflow that the user names; no builder is trusted
  /// otherwise.
  package func verifyGitHubAttestation(
    _ artifact: ArtifactDigest, attestation: [UInt8], _ expectations: ProvenanceExpectations
  ) async -> ProvenanceDecision {
    await decide([artifact], attestation, expectations, trusted: [])
  }

  private func decide(
    _ artifacts: [ArtifactDigest], _ bytes: [UInt8], _ expectations: ProvenanceExpectations,
    trusted: Set<String>
  ) async -> ProvenanceDecision {
    do throws(ProvenanceFailure) {
      switch try BuildService(builder: expectations.builderID) {
      case .gitHub: break
      case .cloudBuild:
        throw ProvenanceReason.notSupported.failure("Cloud Build attests images only")
      }
      let statements = try await verifiedStatements(in: try ProvenanceInput.bundles(bytes))
      var builder: BuilderIdentifier?
      for artifact in artifacts {
        let found = try check(statements, artifact, expectations, trusted: trusted)
        guard builder == nil || builder == found else {
          throw ProvenanceReason.mismatchBuilderID.failure("the files are of different builders")
        }
        builder = found
      }
      guard let builder else {
        throw ProvenanceReason.emptyRequiredField.failure("no artifact is given")
      }
      return .accepted(builder: builder.description)
    } catch {
      return .rejected(error)
    }
  }

  /// The bundles that verify; if none does, the first one's reason.
  private func verifiedStatements(
    in bundles: [Bundle]
  ) async throws(ProvenanceFailure) -> [VerifiedStatement] {
    var statements: [VerifiedStatement] = []
    var failure: ProvenanceFailure?
    for bundle in bundles {
      do {
        statements.append(try await verifiedStatement(in: bundle))
      } catch {
        failure = failure ?? error
      }
    }
    if statements.isEmpty, let failure { throw failure }
    return statements
  }

  /// Judges by the first statement that passes; if none does, the reason is that of one that is
  /// about the artifact, else the first one's.
  private func check(
    _ statements: [VerifiedStatement], _ artifact: ArtifactDigest,
    _ expectations: ProvenanceExpectations, trusted: Set<String>
  ) throws(ProvenanceFailure) -> BuilderIdentifier {
    var about: ProvenanceFailure?
    var other: ProvenanceFailure?
    for statement in statements {
      do {
        return try check(statement, artifact, expectations, trusted: trusted)
      } catch {
        if statement.statement.subjects.contains(where: { $0.has(artifact) }) {
          about = about ?? error
        } else {
          other = other ?? error
        }
      }
    }
    throw about ?? other ?? ProvenanceReason.noValidSignature.failure("there is no provenance")
  }

  /// Verifies signature, log and certificate of a bundle.
  func verifiedStatement(in bundle: Bundle) async throws(ProvenanceFailure) -> VerifiedStatement {
    let result = await verifier.verifyStatement(in: bundle, now: now)
    guard let statement = result.verified else { throw Self.failure(of: result.report) }
    return statement
  }

  /// All rules about a statement that a workflow signed.
  func check(
    _ statement: VerifiedStatement, _ artifact: ArtifactDigest,
    _ expectations: ProvenanceExpectations, trusted: Set<String>
  ) throws(ProvenanceFailure) -> BuilderIdentifier {
    let identity = try Self.identity(of: statement)
    let signer = try BuilderIdentityRule(
      trusted: trusted, allowsTestBuilders: expectations.allowsTestBuilders
    ).check(identity, expected: expectations.builderID)
    try SourceRule.check(identity, expected: expectations.sourceURI)

    let provenance = try GitHubProvenance(payload: statement.payload, builder: signer.builder.name)
    var builder = signer.builder
    if signer.isDelegator {
      builder = try ProvenanceBuilderRule.checkDelegated(
        provenance, expected: expectations.builderID,
        allowsTestBuilders: expectations.allowsTestBuilders)
    } else {
      try ProvenanceBuilderRule.checkSigner(provenance, signer: signer.builder)
    }
    try checkSource(provenance, artifact, expectations)
    return builder
  }

  /// The rules about source, artifact, refs and inputs.
  func checkSource(
    _ provenance: GitHubProvenance, _ artifact: ArtifactDigest,
    _ expectations: ProvenanceExpectations
  ) throws(ProvenanceFailure) {
    try SourceRule.check(provenance, expected: expectations.sourceURI)
    try SubjectDigestRule.check(provenance.provenance.subjects, artifact: artifact)
    if let branch = expectations.branch {
      try SourceRefRules.checkBranch(provenance, expected: branch)
    }
    if let tag = expectations.tag {
      try SourceRefRules.checkTag(provenance, expected: tag)
    }
    if let version = expectations.versionedTag {
      try SourceRefRules.checkVersionedTag(provenance, expected: version)
    }
    if !expectations.workflowInputs.isEmpty {
      try WorkflowInputsRule.check(provenance, expected: expectations.workflowInputs)
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
      case .certificateValidity, .certificateChain, .certificateTimestamp, .identity:
        .invalidCertificate
      case .issuer: .invalidOIDCIssuer
      case .evidence: .noValidSignature
      }
    return reason.failure(sentence)
  }
}
