// SPDX-License-Identifier: Apache-2.0

/// What a user expects of an artifact's provenance: the flags of slsa-verifier
/// (`cli/slsa-verifier/verify/options.go`).
package struct ProvenanceExpectations: Hashable, Sendable {
  /// The source, such as `github.com/owner/repository`; `https://` and `git+https://` may precede.
  package let sourceURI: String
  /// The builder, `name` or `name@version`; without one the known generators are trusted.
  package let builderID: String?
  /// The source branch, without `refs/heads/`.
  package let branch: String?
  /// The source tag, exactly.
  package let tag: String?
  /// A semantic version, possibly shortened (`v1`, `v1.2`), that the source tag must be of.
  package let versionedTag: String?
  /// Inputs with which the workflow must have been started.
  package let workflowInputs: [String: String]
  /// Whether builders of slsa-framework's own test repositories may be pinned at their main branch;
  /// only for tests.
  package let allowsTestBuilders: Bool

  /// Collects expectations; empty texts count as absent.
  package init(
    sourceURI: String, builderID: String? = nil, branch: String? = nil, tag: String? = nil,
    versionedTag: String? = nil, workflowInputs: [String: String] = [:],
    allowsTestBuilders: Bool = false
  ) {
    self.sourceURI = sourceURI
    self.builderID = builderID.flatMap { $0.isEmpty ? nil : $0 }
    self.branch = branch
    self.tag = tag
    self.versionedTag = versionedTag
    self.workflowInputs = workflowInputs
    self.allowsTestBuilders = allowsTestBuilders
  }
}
