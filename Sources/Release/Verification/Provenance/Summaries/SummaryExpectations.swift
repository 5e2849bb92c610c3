// SPDX-License-Identifier: Apache-2.0

import Attestations

/// What a user expects of a verification summary: the flags of slsa-verifier's `verify-vsa`.
package struct SummaryExpectations: Hashable, Sendable {
  /// Digests that must all be among the subjects', as `type:value`; at least one.
  package let subjectDigests: [String]
  /// The verifier, a URI.
  package let verifierID: String
  /// The resource, a URI.
  package let resourceURI: String
  /// Levels; of `SLSA_TRACK_LEVEL_n` at least the number, of others exactly the text.
  package let verifiedLevels: [String]
  /// The key's name in the envelope; without one it is `SHA256:` and the key's digest in base64.
  package let publicKeyID: String?

  /// The same about an artifact, where no other digest is expected.
  func about(_ digest: ArtifactDigest) -> SummaryExpectations {
    guard subjectDigests.isEmpty else { return self }
    return SummaryExpectations(
      subjectDigests: [digest.description], verifierID: verifierID, resourceURI: resourceURI,
      verifiedLevels: verifiedLevels, publicKeyID: publicKeyID)
  }

  /// Collects expectations; an empty key name counts as absent.
  package init(
    subjectDigests: [String], verifierID: String, resourceURI: String, verifiedLevels: [String],
    publicKeyID: String?
  ) {
    self.subjectDigests = subjectDigests
    self.verifierID = verifierID
    self.resourceURI = resourceURI
    self.verifiedLevels = verifiedLevels
    self.publicKeyID = publicKeyID.flatMap { $0.isEmpty ? nil : $0 }
  }
}
