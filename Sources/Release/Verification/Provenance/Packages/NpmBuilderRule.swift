// SPDX-License-Identifier: Apache-2.0

/// A package was built by the builder that the user names: a delegated one, or npm's command line on
/// a runner of the named kind.
///
/// slsa-verifier `verifiers/internal/gha/verifier.go` (`verifyNpmEnvAndCert`) and `provenance.go`
/// (`VerifyNpmPackageProvenance`).
enum NpmBuilderRule {
  /// Whose layout the provenance has, and whether its claims can be forged.
  struct Outcome {
    /// The builder's name, without version.
    let builderName: String
    /// Whether a delegator signed, in whose provenance a workflow cannot write what it likes.
    let isTrusted: Bool
  }

  private static let hosted = "/github-hosted"

  /// The delegator that signed, at a release of it; `nil` if a workflow signed for itself.
  ///
  /// - Throws: ``ProvenanceReason/invalidRef``, ``ProvenanceReason/invalidFormat``.
  static func delegator(
    _ identity: WorkflowIdentity, allowsTestBuilders: Bool
  ) throws(ProvenanceFailure) -> BuilderIdentifier? {
    guard TrustedBuilders.forPackages.contains(bytesOf: identity.signerName) else { return nil }
    return try BuilderIdentityRule(
      trusted: TrustedBuilders.forPackages, allowsTestBuilders: allowsTestBuilders
    ).check(identity, expected: nil).builder
  }

  /// Checks what the certificate says of the builder.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBuilderID``, ``ProvenanceReason/notSupported``.
  static func check(
    _ identity: WorkflowIdentity, delegator: BuilderIdentifier?, expected: String
  ) throws(ProvenanceFailure) -> Outcome {
    if let delegator {
      guard identity.runner != .selfHosted else {
        throw ProvenanceReason.mismatchBuilderID.failure("the builder ran on a self-hosted runner")
      }
      return Outcome(builderName: delegator.name, isTrusted: true)
    }
    guard let runner = identity.runner else {
      throw ProvenanceReason.notSupported.failure(
        "the certificate does not say what ran the workflow")
    }
    let needed: WorkflowIdentity.Runner
    if [TrustedBuilders.npmLegacy, TrustedBuilders.npmHosted].contains(bytesOf: expected) {
      needed = .gitHubHosted
    } else if expected.utf8.elementsEqual(TrustedBuilders.npmSelfHosted.utf8) {
      needed = .selfHosted
    } else {
      throw ProvenanceReason.notSupported.failure("packages of `\(expected)` cannot be judged here")
    }
    guard runner == needed else {
      throw ProvenanceReason.mismatchBuilderID.failure(
        "expected a \(needed.rawValue) runner, it ran on a \(runner.rawValue) one")
    }
    return Outcome(builderName: expected, isTrusted: false)
  }

  /// Compares the builder that the provenance names.
  ///
  /// npm's first provenance did not say that the runner was GitHub's, so with and without
  /// `/github-hosted` mean the same.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBuilderID``, ``ProvenanceReason/invalidFormat``.
  static func check(
    _ provenance: GitHubProvenance, expected: String
  ) throws(ProvenanceFailure) {
    let builder = try BuilderIdentifier(provenance.builderID)
    do {
      try builder.check(expected: expected, .loose)
    } catch {
      let suffix = hosted.utf8.count
      let other =
        expected.utf8.suffix(suffix).elementsEqual(hosted.utf8)
        ? expected.utf8.dropLast(suffix).text : expected + hosted
      do {
        try builder.check(expected: other, .loose)
      } catch _ {
        throw error
      }
    }
  }
}
