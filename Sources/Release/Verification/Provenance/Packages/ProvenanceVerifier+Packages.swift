// SPDX-License-Identifier: Apache-2.0

package import Attestations
import Encodings
import Sigstore

extension ProvenanceVerifier {
  /// Judges a tarball of npm by the registry's attestations: the workflow's provenance and the
  /// registry's own publish attestation must both hold.
  ///
  /// - Parameters:
  ///   - tarball: the tarball's SHA-512.
  ///   - answer: what the registry says.
  ///   - expectations: what the user expects; the builder must be named.
  ///   - package: the package that the tarball must be.
  /// - Returns: the builder, or the first reason against it.
  package func verifyNpmPackage(
    _ tarball: ArtifactDigest, attestations answer: [UInt8],
    _ expectations: ProvenanceExpectations, package: NpmPackageExpectations
  ) async -> ProvenanceDecision {
    do throws(ProvenanceFailure) {
      guard case .gitHub = try BuildService(builder: expectations.builderID) else {
        throw ProvenanceReason.notSupported.failure("Cloud Build attests images only")
      }
      let (provenanceBundle, publishBundle) = try Self.bundles(answer)
      let statement = try await verifiedStatement(in: provenanceBundle)
      let provenance = try checkBuilder(statement, tarball, expectations)
      let publish = try await publishStatement(publishBundle)
      let rule = NpmPackageRule(provenance: provenance, publish: publish)
      try rule.checkPublish(tarball)
      try rule.check(package)
      return .accepted(builder: provenance.builderID)
    } catch {
      return .rejected(error)
    }
  }

  private func checkBuilder(
    _ statement: VerifiedStatement, _ tarball: ArtifactDigest,
    _ expectations: ProvenanceExpectations
  ) throws(ProvenanceFailure) -> GitHubProvenance {
    let identity = try Self.identity(of: statement)
    let delegator = try NpmBuilderRule.delegator(
      identity, allowsTestBuilders: expectations.allowsTestBuilders)
    try SourceRule.check(identity, expected: expectations.sourceURI)
    guard let expected = expectations.builderID else {
      throw ProvenanceReason.invalidBuilderID.failure("the builder of a package must be named")
    }
    let builder = try NpmBuilderRule.check(
      identity, delegator: delegator, expected: expected)
    let provenance = try GitHubProvenance(
      payload: statement.payload, builder: builder.builderName)
    try NpmBuilderRule.check(provenance, expected: expected)
    try checkSource(provenance, tarball, expectations)
    if !builder.isTrusted {
      try CertificateAgreementRule(provenance: provenance, identity: identity).check()
    }
    return provenance
  }

  private func publishStatement(_ bundle: Bundle) async throws(ProvenanceFailure) -> Statement {
    guard case .publicKey(let hint) = bundle.material else {
      throw ProvenanceReason.invalidPublicKey.failure(
        "the publish attestation is not signed by a key of the registry")
    }
    guard let key = try keys.npmKeys().attestationKey(hint) else {
      throw ProvenanceReason.invalidPublicKey.failure("the key `\(hint)` is not the registry's")
    }
    let result = await verifier.verifyStatement(
      in: bundle, signedBy: key.key, validity: key.validity, now: now)
    guard let verified = result.verified else { throw Self.failure(of: result.report) }
    return verified.statement
  }

  /// The provenance and the publish attestation; a second one of a kind would be ignored by one
  /// reader and taken by another, so it is refused.
  private static func bundles(
    _ bytes: [UInt8]
  ) throws(ProvenanceFailure) -> (provenance: Bundle, publish: Bundle) {
    let document: NpmAttestations
    do {
      document = try NpmAttestations(parsing: bytes)
    } catch {
      throw ProvenanceReason.invalidFormat.failure("not attestations of npm: \(error)")
    }
    let provenance = document.attestations.filter {
      $0.predicateType == ProvenanceV02.predicateType
        || $0.predicateType == PredicateType.slsaProvenance
    }
    let publish = document.attestations.filter {
      $0.predicateType.utf8.starts(with: NpmAttestations.publishTypePrefix.utf8)
    }
    guard provenance.count == 1, publish.count == 1 else {
      throw ProvenanceReason.invalidFormat.failure(
        "expected one provenance and one publish attestation, found \(provenance.count) and "
          + "\(publish.count)")
    }
    return (provenance[0].bundle, publish[0].bundle)
  }
}
