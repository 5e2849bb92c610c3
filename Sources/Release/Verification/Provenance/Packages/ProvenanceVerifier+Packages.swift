// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

extension ProvenanceVerifier {
  /// Judges a tarball of npm by the registry's attestations: the workflow's provenance and the
  /// registry's own publish attestation must both hold.
  func verifyPackage(
    _ artifact: Artifact, _ evidence: [Evidence], _ expectations: ProvenanceExpectations,
    _ package: NpmPackageExpectations, _ traces: inout [ProvenanceTrace]
  ) async throws(ProvenanceFailure) -> (String, Set<Int>) {
    guard let tarball = artifact.digests.first(where: { $0.algorithm == .sha512 }) else {
      throw ProvenanceReason.invalidHash.failure("packages of npm are known by their SHA-512")
    }
    let (first, second) = try Self.positions(evidence)
    let statement = try await verifiedStatement(in: evidence[first], &traces[first])
    let provenance = try checkBuilder(statement, tarball, expectations, &traces[first])
    let publish = try await publishStatement(evidence[second], &traces[second])
    let rule = NpmPackageRule(provenance: provenance, publish: publish)
    try traces[second].check(.artifactBinding, expected: tarball.description) {
      () throws(ProvenanceFailure) in try rule.checkPublish(tarball)
    }
    try traces[second].check(
      .package, expected: "\(package.name ?? "any")@\(package.version ?? "any")"
    ) { () throws(ProvenanceFailure) in try rule.check(package) }
    return (provenance.builderID, [first, second])
  }

  private func checkBuilder(
    _ statement: VerifiedStatement, _ tarball: ArtifactDigest,
    _ expectations: ProvenanceExpectations, _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) -> GitHubProvenance {
    let identity = try trace.check(.issuer, expected: WorkflowIdentity.gitHubIssuer) {
      () throws(ProvenanceFailure) in try Self.identity(of: statement)
    }
    let delegator = try trace.check(.builder) { () throws(ProvenanceFailure) in
      try NpmBuilderRule.delegator(
        identity, allowsTestBuilders: expectations.allowsTestBuilders)
    }
    try trace.check(
      .source, expected: expectations.sourceURI,
      found: "\(identity.sourceRepository) (certificate)"
    ) { () throws(ProvenanceFailure) in
      try SourceRule.check(identity, expected: expectations.sourceURI)
    }
    let builder = try trace.check(.builder, expected: expectations.builderID ?? "a name") {
      () throws(ProvenanceFailure) in
      guard let expected = expectations.builderID else {
        throw ProvenanceReason.invalidBuilderID.failure("the builder of a package must be named")
      }
      return (
        expected,
        try NpmBuilderRule.check(identity, delegator: delegator, expected: expected)
      )
    }
    let provenance = try trace.check(.predicate, found: statement.statement.predicateType) {
      () throws(ProvenanceFailure) in
      try GitHubProvenance(payload: statement.payload, builder: builder.1.builderName)
    }
    try trace.check(.builder, expected: builder.0, found: provenance.builderID) {
      () throws(ProvenanceFailure) in try NpmBuilderRule.check(provenance, expected: builder.0)
    }
    try checkSource(provenance, tarball, expectations, &trace)
    if !builder.1.isTrusted {
      try trace.check(.certificateAgreement) { () throws(ProvenanceFailure) in
        try CertificateAgreementRule(provenance: provenance, identity: identity).check()
      }
    }
    return provenance
  }

  private func publishStatement(
    _ item: Evidence, _ trace: inout ProvenanceTrace
  ) async throws(ProvenanceFailure) -> Statement {
    let (bundle, key) = try trace.check(.identity) { () throws(ProvenanceFailure) in
      guard let bundle = item.bundle, case .publicKey(let hint) = bundle.material else {
        throw ProvenanceReason.invalidPublicKey.failure(
          "the publish attestation is not signed by a key of the registry")
      }
      guard let key = try keys.npmKeys().attestationKey(hint) else {
        throw ProvenanceReason.invalidPublicKey.failure("the key `\(hint)` is not the registry's")
      }
      return (bundle, key)
    }
    var failure = ProvenanceReason.internalError.failure("there is no trusted root")
    for verifier in verifiers {
      let result = await verifier.verifyStatement(
        in: bundle, signedBy: key.key, validity: key.validity, now: now)
      trace.record(result.report)
      if let verified = result.verified { return verified.statement }
      failure = Self.failure(of: result.report)
    }
    throw failure
  }

  /// The provenance and the publish attestation; a second one of a kind would be ignored by one
  /// reader and taken by another, so it is refused.
  private static func positions(
    _ evidence: [Evidence]
  ) throws(ProvenanceFailure) -> (provenance: Int, publish: Int) {
    func positions(_ isMeant: (String) -> Bool) -> [Int] {
      evidence.indices.filter { evidence[$0].claimedPredicateType.map(isMeant) ?? false }
    }
    let provenance = positions {
      $0 == ProvenanceV02.predicateType || $0 == PredicateType.slsaProvenance
    }
    let publish = positions { $0.utf8.starts(with: NpmAttestations.publishTypePrefix.utf8) }
    guard provenance.count == 1, publish.count == 1 else {
      throw ProvenanceReason.invalidFormat.failure(
        "expected one provenance and one publish attestation, found \(provenance.count) and "
          + "\(publish.count)")
    }
    return (provenance[0], publish[0])
  }
}
