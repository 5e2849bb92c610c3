// SPDX-License-Identifier: Apache-2.0

/// The source is the expected repository: in the certificate, as trigger and as what was built.
///
/// slsa-verifier `verifiers/internal/gha/provenance.go` (`verifySourceURI`) and `builder.go`
/// (`VerifyCertficateSourceRepository`); compared exactly, with case. Unlike there, `https://` may
/// precede the expected source: it names the same repository.
enum SourceRule {
  private static let host = "git+https://github.com/"

  /// Compares the certificate's repository.
  ///
  /// - Throws: ``ProvenanceReason/mismatchSource``.
  static func check(
    _ identity: WorkflowIdentity, expected: String
  ) throws(ProvenanceFailure) {
    let expected = GitReference.normalized(expected)
    guard expected.utf8.elementsEqual("\(host)\(identity.sourceRepository)".utf8) else {
      throw ProvenanceReason.mismatchSource.failure(
        "expected the source `\(expected)`, the certificate is for `\(identity.sourceRepository)`")
    }
  }

  /// Compares trigger and source of the provenance.
  ///
  /// - Throws: ``ProvenanceReason/mismatchSource``, ``ProvenanceReason/malformedURI``,
  ///   ``ProvenanceReason/invalidDssePayload`` when trigger and source are of different refs.
  static func check(
    _ provenance: GitHubProvenance, expected: String
  ) throws(ProvenanceFailure) {
    let expected = GitReference.normalized(expected)
    guard expected.utf8.starts(with: host.utf8) else {
      throw ProvenanceReason.malformedURI.failure("`\(expected)` is not a repository on github.com")
    }
    let triggerURI = try provenance.triggerURI()
    let trigger = try GitReference.split(triggerURI)
    guard trigger.uri.utf8.elementsEqual(expected.utf8) else {
      throw ProvenanceReason.mismatchSource.failure(
        "expected the source `\(expected)`, it was triggered by `\(triggerURI)`")
    }
    guard trigger.ref != nil else {
      throw ProvenanceReason.malformedURI.failure("the trigger `\(triggerURI)` has no ref")
    }
    let sourceURI = try provenance.sourceURI()
    let source = try GitReference.split(sourceURI)
    guard source.uri.utf8.elementsEqual(expected.utf8) else {
      throw ProvenanceReason.mismatchSource.failure(
        "expected the source `\(expected)`, it was built from `\(sourceURI)`")
    }
    guard source.ref != nil else {
      // npm did not record it at first; delegated builders may build a commit of their own.
      let type = provenance.buildType
      if type.utf8.elementsEqual(GitHubProvenance.npmBuildTypeV1.utf8)
        || provenance.layout == .delegator
      {
        return
      }
      throw ProvenanceReason.malformedURI.failure("the source `\(sourceURI)` has no ref")
    }
    guard triggerURI.utf8.elementsEqual(sourceURI.utf8) else {
      throw ProvenanceReason.invalidDssePayload.failure(
        "it was triggered by `\(triggerURI)` and built from `\(sourceURI)`")
    }
  }
}
