// SPDX-License-Identifier: Apache-2.0

/// A tag is of the expected version, as far as the expectation is written: `v1` accepts `v1.2.3`.
///
/// slsa-verifier `verifiers/utils/source_tag.go`. Build metadata is ignored (semver.org §10).
/// Unlike there, a pre-release is compared whole: slsa-verifier takes `v1.0.0-beta.2` for
/// `v1.0.0-beta.1`, because it looks no further than the first dot.
enum VersionedTagRule {
  /// Compares a tag with an expected version.
  ///
  /// - Throws: ``ProvenanceReason/mismatchVersionedTag``, ``ProvenanceReason/invalidSemver`` when
  ///   one of the two is not a version.
  static func check(_ tag: String, expected: String) throws(ProvenanceFailure) {
    guard let wanted = SemanticVersionTag(expected) else {
      throw ProvenanceReason.invalidSemver.failure(
        "the expected version `\(expected)` is not of the form vX.Y.Z")
    }
    guard let found = SemanticVersionTag(tag) else {
      throw ProvenanceReason.invalidSemver.failure("the tag `\(tag)` is not a version")
    }
    let isOfVersion =
      wanted.numbers.indices.allSatisfy { wanted.number(at: $0) == found.number(at: $0) }
      && (wanted.numbers.count < 3 || wanted.prerelease == found.prerelease)
    guard isOfVersion else {
      throw ProvenanceReason.mismatchVersionedTag.failure(
        "expected the version `\(expected)`, it was built from `\(tag)`")
    }
  }
}
