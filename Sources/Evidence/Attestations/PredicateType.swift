// SPDX-License-Identifier: Apache-2.0

/// The predicate types that Hallmark writes or asks for.
package enum PredicateType {
  /// PyPI's publish attestation; its predicate is empty.
  package static let publish = "https://docs.pypi.org/attestations/publish/v1"
  /// SLSA provenance, version 1.
  package static let slsaProvenance = "https://slsa.dev/provenance/v1"
  /// SLSA provenance, version 0.2.
  package static let slsaProvenanceV02 = "https://slsa.dev/provenance/v0.2"
  /// The approval of a release by a person or another system, Hallmark's own
  /// (Documentation/approvals.md).
  package static let approval = "urn:hallmark:predicate:approval:v1"
  /// What came of rebuilding a published file, Hallmark's own (Documentation/verify-release.md).
  package static let rebuild = "urn:hallmark:predicate:rebuild:v1"
}
