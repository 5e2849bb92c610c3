// SPDX-License-Identifier: Apache-2.0

/// What evidence must contain, where formats of different years differ.
///
/// The defaults are the strict ones. A requirement is only ever about absence: what a piece of
/// evidence does contain is always verified.
package struct VerificationRequirements: Hashable, Sendable {
  /// When an inclusion proof must be there.
  package enum InclusionProof: Hashable, Sendable {
    /// Always.
    case required
    /// Only if the log did not sign an entry timestamp: attestations of cosign and of npm's first
    /// years have that promise alone.
    case whenPresent
  }

  /// When an inclusion proof must be there.
  package let inclusionProof: InclusionProof

  /// Makes requirements.
  package init(inclusionProof: InclusionProof = .required) {
    self.inclusionProof = inclusionProof
  }
}
