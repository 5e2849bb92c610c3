// SPDX-License-Identifier: Apache-2.0

/// The stages of a release, in their order.
package enum ReleaseStage: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Distributions are built from a commit.
  case build
  /// They are signed: publish attestations and provenance, logged and verified.
  case attest
  /// The approvals that are asked for are there.
  case approve
  /// They are at the index, and at the forge if one is named.
  case publish
  /// What the index serves was checked as a stranger would.
  case verify

  /// The name at the start of a line, such as `Build`.
  package var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// The order of the stages.
  package static func < (one: ReleaseStage, other: ReleaseStage) -> Bool {
    (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
  }
}
