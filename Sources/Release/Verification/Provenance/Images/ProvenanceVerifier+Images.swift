// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Sigstore

extension ProvenanceVerifier {
  /// Judges an image by attestations that workflows made: the first one that passes decides; those
  /// that somebody else signed do not matter.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - attestations: bundles, such as a ``CosignLayout`` has.
  ///   - expectations: what the user expects.
  /// - Returns: the builder, or the first reason against it.
  package func verifyImage(
    _ image: ImageReference, attestations: [Bundle], _ expectations: ProvenanceExpectations
  ) async -> ProvenanceDecision {
    var failure: ProvenanceFailure?
    var problem = "the image has no attestation"
    for bundle in attestations {
      let statement: VerifiedStatement
      do {
        statement = try await verifiedStatement(in: bundle)
      } catch {
        problem = error.sentence
        continue
      }
      do {
        let builder = try check(
          statement, image.digest, expectations, trusted: TrustedBuilders.forImages)
        return .accepted(builder: builder.description)
      } catch {
        failure = failure ?? error
      }
    }
    return .rejected(failure ?? ProvenanceReason.noValidSignature.failure(problem))
  }

  /// Judges an image that Google Cloud Build made.
  ///
  /// - Parameters:
  ///   - image: the image.
  ///   - output: what `gcloud artifacts docker images describe` printed.
  ///   - expectations: what the user expects.
  /// - Returns: the builder, or the first reason against it.
  package func verifyCloudBuildImage(
    _ image: ImageReference, provenance output: [UInt8], _ expectations: ProvenanceExpectations
  ) -> ProvenanceDecision {
    do throws(ProvenanceFailure) {
      let provenance: CloudBuildProvenance
      do {
        provenance = try CloudBuildProvenance(parsing: output)
      } catch {
        throw ProvenanceReason.invalidDssePayload.failure("\(error)")
      }
      let signed = try CloudBuildSignatureRule(keys: keys).check(provenance)
      let builder = try CloudBuildBuilderRule.check(
        signed.statement, expected: expectations.builderID)
      try CloudBuildImageRule.checkSubjects(signed.statement, image.digest)
      try CloudBuildSourceRule.check(
        signed.statement, builder: builder, expected: expectations.sourceURI)
      try CloudBuildImageRule.checkRecord(signed.record, image.digest)
      try CloudBuildImageRule.checkSummary(provenance, image.digest)
      try CloudBuildImageRule.checkReadableCopy(signed.record, signed.statement)
      try checkRefs(signed.statement, expectations)
      return .accepted(builder: builder.description)
    } catch {
      return .rejected(error)
    }
  }

  private func checkRefs(
    _ statement: CloudBuildStatement, _ expectations: ProvenanceExpectations
  ) throws(ProvenanceFailure) {
    guard expectations.branch == nil else {
      throw ProvenanceReason.notSupported.failure("Cloud Build does not record the branch")
    }
    guard expectations.workflowInputs.isEmpty else {
      throw ProvenanceReason.notSupported.failure("Cloud Build has no workflow inputs")
    }
    if let expected = expectations.tag {
      let tag = try tag(statement, otherwise: .mismatchTag)
      guard tag.utf8.elementsEqual(expected.utf8) else {
        throw ProvenanceReason.mismatchTag.failure(
          "expected the tag `\(expected)`, it was built from `\(tag)`")
      }
    }
    if let expected = expectations.versionedTag {
      try VersionedTagRule.check(
        try tag(statement, otherwise: .mismatchVersionedTag), expected: expected)
    }
  }

  /// The tag; a build without one is one of another tag.
  private func tag(
    _ statement: CloudBuildStatement, otherwise reason: ProvenanceReason
  ) throws(ProvenanceFailure) -> String {
    do {
      return try CloudBuildSourceRule.tag(of: statement)
    } catch {
      throw reason.failure(error.sentence)
    }
  }
}
