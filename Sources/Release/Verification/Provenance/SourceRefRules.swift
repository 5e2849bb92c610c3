// SPDX-License-Identifier: Apache-2.0

/// The source ref is the expected branch, tag, or a tag of the expected version.
///
/// slsa-verifier `verifiers/internal/gha/provenance.go` (`VerifyBranch`, `VerifyTag`,
/// `VerifyVersionedTag`).
enum SourceRefRules {
  /// Compares the branch.
  ///
  /// - Throws: ``ProvenanceReason/mismatchBranch``, ``ProvenanceReason/invalidRef`` when nothing
  ///   tells the branch, ``ProvenanceReason/invalidDssePayload``.
  static func checkBranch(
    _ provenance: GitHubProvenance, expected: String
  ) throws(ProvenanceFailure) {
    let branch = try GitReference.name(.branch, in: try provenance.branch() ?? "")
    guard branch.utf8.elementsEqual(expected.utf8) else {
      throw ProvenanceReason.mismatchBranch.failure(
        "expected the branch `\(expected)`, it was built from `\(branch)`")
    }
  }

  /// Compares the tag.
  ///
  /// - Throws: ``ProvenanceReason/mismatchTag``, ``ProvenanceReason/invalidRef`` for a build of a
  ///   branch, ``ProvenanceReason/invalidDssePayload``.
  static func checkTag(
    _ provenance: GitHubProvenance, expected: String
  ) throws(ProvenanceFailure) {
    let tag = try GitReference.name(.tag, in: try provenance.tag() ?? "")
    guard tag.utf8.elementsEqual(expected.utf8) else {
      throw ProvenanceReason.mismatchTag.failure(
        "expected the tag `\(expected)`, it was built from `\(tag)`")
    }
  }

  /// Compares the tag's version.
  ///
  /// - Throws: as ``VersionedTagRule``, and ``ProvenanceReason/invalidRef`` for a build of a branch.
  static func checkVersionedTag(
    _ provenance: GitHubProvenance, expected: String
  ) throws(ProvenanceFailure) {
    let tag = try GitReference.name(.tag, in: try provenance.tag() ?? "")
    try VersionedTagRule.check(tag, expected: expected)
  }
}
