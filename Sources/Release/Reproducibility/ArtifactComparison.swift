// SPDX-License-Identifier: Apache-2.0

package import Archives
internal import Encodings
package import PythonPackaging

/// Compares a published file with a rebuilt one, from the container to the meaning of its members.
///
/// The published file is read strictly first, each of its members too, because whoever compares
/// only what a lenient reader shows says nothing about the bytes that people install. What is
/// refused never passes, whatever the rebuilt file is. Then: the same bytes are identical.
/// Otherwise every byte of both archives belongs to the contents of a member, to a field of the
/// container that is named, or to the rest, where a difference is ``DifferenceCause/hiddenBytes``.
package struct ArtifactComparison: Sendable {
  private let published: [UInt8]
  private let rebuilt: [UInt8]
  private let filename: DistributionFilename
  private let limits: ComparisonLimits
  private let archives: ArchiveLimits

  /// Prepares a comparison.
  ///
  /// - Parameters:
  ///   - published: the bytes of the file that people get.
  ///   - rebuilt: the bytes of the file that was made again.
  ///   - filename: the published file's name, which says what it is.
  ///   - limits: how much is looked at and kept.
  ///   - archives: what an archive may ask of its reader.
  package init(
    published: [UInt8], rebuilt: [UInt8], filename: DistributionFilename,
    limits: ComparisonLimits = ComparisonLimits(), archives: ArchiveLimits = ArchiveLimits()
  ) {
    self.published = published
    self.rebuilt = rebuilt
    self.filename = filename
    self.limits = limits
    self.archives = archives
  }

  private var isWheel: Bool {
    if case .wheel = filename { return true }
    return false
  }

  /// Compares.
  package func report() -> ComparisonReport {
    var list = DifferenceList(isWheel: isWheel, limits: limits)
    let left: ArchiveSide
    do {
      left = try ArchiveSide(published, filename, limits: archives)
      try left.validate()
    } catch {
      list.add(.archiveRefused, member: nil, published: "\(error)")
      return report(list, verdict: .different, members: 0)
    }
    if published == rebuilt {
      return report(list, verdict: .identical, members: left.entries.count)
    }
    let right: ArchiveSide
    do {
      right = try ArchiveSide(rebuilt, filename, limits: archives)
      try right.validate()
    } catch {
      list.add(.rebuiltRefused, member: nil, rebuilt: "\(error)")
      return report(list, verdict: .different, members: left.entries.count)
    }
    var pairing = MemberPairing(left, right, filename, limits: limits)
    pairing.compare(into: &list)
    if list.isEmpty {
      // Every byte should have belonged to something above; if not, it is not known to be harmless.
      list.add(.hiddenBytes, member: nil, published: "bytes in a place without a name")
    }
    return report(list, verdict: list.verdict, members: left.entries.count)
  }

  private func report(
    _ list: DifferenceList, verdict: RebuildVerdict, members: Int
  ) -> ComparisonReport {
    ComparisonReport(
      filename: filename, published: SHA256Hash(hashing: published),
      rebuilt: SHA256Hash(hashing: rebuilt), verdict: verdict, differences: list.differences,
      memberCount: members, changes: list.changes, furtherChanges: list.furtherChanges)
  }
}
