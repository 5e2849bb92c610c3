// SPDX-License-Identifier: Apache-2.0

import Attestations

/// One of the subjects is the artifact: equal digest, whatever the subject's name.
///
/// slsa-verifier `verifiers/internal/gha/provenance.go` (`verifyDigest`).
enum SubjectDigestRule {
  /// Looks for the artifact.
  ///
  /// - Throws: ``ProvenanceReason/mismatchHash``.
  static func check(
    _ subjects: [Subject], artifact: ArtifactDigest
  ) throws(ProvenanceFailure) {
    guard subjects.contains(where: { $0.has(artifact) }) else {
      throw ProvenanceReason.mismatchHash.failure("it is not about `\(artifact)`")
    }
  }
}
