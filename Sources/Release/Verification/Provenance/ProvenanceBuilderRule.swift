// SPDX-License-Identifier: Apache-2.0

/// The builder that the provenance names is the one that signed, or the one in whose name a
/// delegator signed.
///
/// slsa-verifier `verifiers/internal/gha/provenance.go` (`VerifyProvenance`).
enum ProvenanceBuilderRule {
  /// Compares with the certificate's builder, name and ref.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBuilderID``, ``ProvenanceReason/invalidFormat``.
  static func checkSigner(
    _ provenance: GitHubProvenance, signer: BuilderIdentifier
  ) throws(ProvenanceFailure) {
    try BuilderIdentifier(provenance.builderID)
      .check(expected: signer.description, .exact)
  }

  /// Compares a delegated builder with the expected one; without one it must be of
  /// slsa-framework's own.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBuilderID``, ``ProvenanceReason/invalidBuilderID``,
  ///   ``ProvenanceReason/invalidRef``, ``ProvenanceReason/invalidFormat``.
  static func checkDelegated(
    _ provenance: GitHubProvenance, expected: String?, allowsTestBuilders: Bool
  ) throws(ProvenanceFailure) -> BuilderIdentifier {
    try checkDelegatedRef(provenance, allowsTestBuilders: allowsTestBuilders)
    let builder = try BuilderIdentifier(provenance.builderID)
    if let expected {
      try builder.check(expected: expected, .loose)
    } else if !builder.name.utf8.starts(with: TrustedBuilders.workflowPrefix.utf8) {
      throw ProvenanceReason.invalidBuilderID.failure(
        "the builder `\(builder)` is trusted only by name")
    }
    return builder
  }

  static func checkDelegatedRef(
    _ provenance: GitHubProvenance, allowsTestBuilders: Bool
  ) throws(ProvenanceFailure) {
    let id = provenance.builderID
    let parts = id.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ProvenanceReason.invalidBuilderID.failure("the builder `\(id)` has no version")
    }
    let ref = parts[1].text
    if parts[0].starts(with: TrustedBuilders.jReleaserPrefix.utf8) {
      return try checkJReleaserRelease(ref)
    }
    let source = try GitReference.split(try provenance.sourceURI()).uri
    if allowsTestBuilders, ref.utf8.elementsEqual("refs/heads/main".utf8),
      source.utf8.elementsEqual("git+https://github.com/slsa-framework/example-package".utf8)
    {
      return
    }
    try BuilderIdentityRule.checkRelease(ref)
  }

  /// JReleaser names the language in its builders' tags: `refs/tags/vX.Y.Z-java`.
  ///
  /// - Throws: ``ProvenanceReason/invalidRef``.
  static func checkJReleaserRelease(_ ref: String) throws(ProvenanceFailure) {
    let tag = try GitReference.name(.tag, in: ref)
    guard let version = SemanticVersionTag(tag), version.numbers.count == 3,
      version.prerelease == Array("java".utf8), version.build.isEmpty
    else {
      throw ProvenanceReason.invalidRef.failure(
        "the builder's tag `\(tag)` is not of the form vX.Y.Z-java")
    }
  }
}
