// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

/// What a comparison of a published file with a rebuilt one found.
package struct ComparisonReport: Hashable, Sendable {
  /// A member that is not the same in both archives.
  package struct Change: Hashable, Sendable {
    /// Its path.
    package let path: String
    /// Bytes of its contents in the published archive, if it is there.
    package let publishedSize: Int?
    /// Bytes of its contents in the rebuilt archive, if it is there.
    package let rebuiltSize: Int?
    /// Why, in the order in which it was found.
    package let causes: [DifferenceCause]
  }

  /// The file.
  package let filename: DistributionFilename
  /// The digest of the published file.
  package let published: SHA256Hash
  /// The digest of the rebuilt file.
  package let rebuilt: SHA256Hash
  /// The verdict; never `cannotRebuild`.
  package let verdict: RebuildVerdict
  /// All differences, one per cause, from what weighs most to what weighs least.
  package let differences: [Difference]
  /// Members of the published archive; 0 if it was refused.
  package let memberCount: Int
  /// Members that differ, at most ``ComparisonLimits/changes``.
  package let changes: [Change]
  /// How many more members differ than ``changes`` has.
  package let furtherChanges: Int
}

/// How much a comparison reads and keeps.
package struct ComparisonLimits: Hashable, Sendable {
  /// Most members that are listed.
  package var changes: Int
  /// Most examples of one cause.
  package var examples: Int
  /// Most excerpts of one cause.
  package var excerpts: Int
  /// Most lines of an excerpt.
  package var excerptLines: Int
  /// Bytes up to which contents are compared by their meaning; longer ones only as bytes.
  package var meaningSize: Int

  /// Makes limits.
  package init(
    changes: Int = 2_000, examples: Int = 12, excerpts: Int = 4, excerptLines: Int = 40,
    meaningSize: Int = 8 << 20
  ) {
    self.changes = changes
    self.examples = examples
    self.excerpts = excerpts
    self.excerptLines = excerptLines
    self.meaningSize = meaningSize
  }
}
