// SPDX-License-Identifier: Apache-2.0

/// The workflow in the certificate is a builder to trust, at a release of it.
///
/// slsa-verifier `verifiers/internal/gha/builder.go` (`VerifyBuilderIdentity`): without an expected
/// builder it must be one of the trusted ones; with one it must match, except that a delegator signs
/// in the name of the builder that calls it, which ``ProvenanceBuilderRule`` compares.
struct BuilderIdentityRule {
  /// The builder in the certificate.
  struct Outcome {
    /// Name and ref.
    let builder: BuilderIdentifier
    /// Whether it signs in the name of another builder.
    let isDelegator: Bool
  }

  /// The builders that are trusted when none is expected.
  let trusted: Set<String>
  /// Whether test repositories may use a builder at its main branch.
  let allowsTestBuilders: Bool

  /// Checks the certificate's workflow; the user may name the builder that is expected.
  ///
  /// - Throws: ``ProvenanceReason/untrustedReusableWorkflow``, ``ProvenanceReason/invalidRef``,
  ///   ``ProvenanceReason/invalidFormat``.
  func check(
    _ identity: WorkflowIdentity, expected: String?
  ) throws(ProvenanceFailure) -> Outcome {
    let outcome = try builder(of: identity, expected: expected)
    try checkRef(identity.signerRef, sourceRepository: identity.sourceRepository)
    return outcome
  }

  /// The builder of a workflow, whatever its ref.
  ///
  /// - Throws: ``ProvenanceReason/untrustedReusableWorkflow``, ``ProvenanceReason/invalidFormat``.
  func builder(
    of identity: WorkflowIdentity, expected: String?
  ) throws(ProvenanceFailure) -> Outcome {
    let builder = try BuilderIdentifier(
      "\(identity.signerName)@\(identity.signerRef)", needsVersion: true)
    let isDelegator =
      TrustedBuilders.delegators.contains(bytesOf: builder.name)
      && trusted.contains(bytesOf: builder.name)
    if isDelegator { return Outcome(builder: builder, isDelegator: true) }
    guard let expected else {
      guard trusted.contains(bytesOf: builder.name) else {
        throw ProvenanceReason.untrustedReusableWorkflow.failure(
          "it was signed by `\(builder.name)`, which is not among the trusted builders")
      }
      return Outcome(builder: builder, isDelegator: false)
    }
    do {
      try builder.check(expected: expected, .loose)
    } catch {
      throw ProvenanceReason.untrustedReusableWorkflow.failure(
        "it was signed by `\(builder)`, not by `\(expected)`")
    }
    return Outcome(builder: builder, isDelegator: false)
  }

  /// Checks that the builder is at a release; test repositories may use others.
  ///
  /// - Throws: ``ProvenanceReason/invalidRef``.
  func checkRef(
    _ ref: String, sourceRepository: String
  ) throws(ProvenanceFailure) {
    guard allowsTestBuilders,
      TrustedBuilders.testRepositories.contains(bytesOf: sourceRepository)
    else {
      return try Self.checkRelease(ref)
    }
    if ref.utf8.elementsEqual("refs/heads/main".utf8) { return }
    let tag = try GitReference.name(.tag, in: ref)
    guard let version = SemanticVersionTag(tag), version.numbers.count == 3, version.build.isEmpty
    else {
      throw ProvenanceReason.invalidRef.failure("the builder's tag `\(tag)` is not a version")
    }
  }

  /// Only releases of builders are trusted: a ref `refs/tags/vX.Y.Z`.
  ///
  /// - Throws: ``ProvenanceReason/invalidRef``.
  static func checkRelease(_ ref: String) throws(ProvenanceFailure) {
    let tag = try GitReference.name(.tag, in: ref)
    guard let version = SemanticVersionTag(tag), version.isPlainRelease else {
      throw ProvenanceReason.invalidRef.failure(
        "the builder's tag `\(tag)` is not of the form vX.Y.Z")
    }
  }
}
