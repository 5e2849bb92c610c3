// SPDX-License-Identifier: Apache-2.0

package import Certificates
package import Policies

/// What a user expects of an artifact's evidence.
package enum Expectation: Sendable {
  /// Attestations by a publisher of a policy.
  case publishers(Policy)
  /// SLSA provenance with what slsa-verifier's flags say.
  case provenance(ProvenanceExpectations, package: NpmPackageExpectations)
  /// A verification summary that a key signed.
  case summary(SummaryExpectations, signedBy: SignatureKey)
  /// A signature or attestation by a key; whose it is, is the user's knowledge.
  case key(SignatureKey)
}
