// SPDX-License-Identifier: Apache-2.0

/// How much of an archive format is accepted.
///
/// Both profiles refuse what readers disagree about; `Documentation/archives.md` has the rules and
/// their reasons.
package enum ArchiveProfile: String, Hashable, Sendable, CaseIterable {
  /// What legitimate archives use, wherever all descriptions of a member agree: data descriptors,
  /// ZIP64, a comment of the archive.
  case general
  /// What an index takes and a build should make: none of these.
  case upload
}
