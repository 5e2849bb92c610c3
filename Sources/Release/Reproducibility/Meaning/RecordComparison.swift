// SPDX-License-Identifier: Apache-2.0

/// Compares two files `RECORD` that are not the same.
///
/// Rows of members that differ themselves follow from those, and are no cause of their own.
struct RecordComparison {
  let published: (side: ArchiveSide, bytes: ArraySlice<UInt8>)
  let rebuilt: (side: ArchiveSide, bytes: ArraySlice<UInt8>)
  let limits: ComparisonLimits

  /// The cause, or `nil` if all follows from members that differ (`changed`), or from the name of
  /// their folder.
  ///
  /// The function `key` gives the path by which a member is paired.
  func finding(
    changed: Set<[UInt8]>, isFolderRenamed: Bool, key: ([UInt8], ArchiveSide) -> [UInt8]
  ) -> MemberMeaning.Finding? {
    let excerpt = { [published, rebuilt, limits] () -> Excerpt? in
      guard published.bytes != rebuilt.bytes else { return nil }
      return TextComparison(path: "RECORD", published.bytes, rebuilt.bytes)
        .excerpt(limit: limits.excerptLines)
    }
    guard let one = WheelRecord(published.bytes) else {
      return MemberMeaning.Finding(
        cause: .recordMismatch, published: "not rows of path, hash and size", excerpt: excerpt)
    }
    guard let other = WheelRecord(rebuilt.bytes) else {
      return MemberMeaning.Finding(
        cause: .recordMismatch, rebuilt: "not rows of path, hash and size", excerpt: excerpt)
    }
    for (record, side, isPublished) in [(one, published.side, true), (other, rebuilt.side, false)] {
      guard let untruth = record.untruth(about: side) else { continue }
      return MemberMeaning.Finding(
        cause: .recordMismatch, published: isPublished ? untruth : nil,
        rebuilt: isPublished ? nil : untruth, excerpt: excerpt)
    }
    // The same bytes, true of both: there is nothing to name.
    guard published.bytes != rebuilt.bytes else { return nil }
    if one.hasCarriageReturns != other.hasCarriageReturns {
      return MemberMeaning.Finding(
        cause: .metadataLineEndings, published: one.hasCarriageReturns ? "CR LF" : "LF",
        rebuilt: other.hasCarriageReturns ? "CR LF" : "LF")
    }
    func rows(_ record: WheelRecord, of side: ArchiveSide) -> [WheelRecord.Row] {
      record.rows.compactMap { row in
        let key = key(row.path, side)
        return changed.contains(key)
          ? nil : WheelRecord.Row(path: key, hash: row.hash, size: row.size)
      }
    }
    let left = rows(one, of: published.side)
    let right = rows(other, of: rebuilt.side)
    if left == right {
      let hasReason =
        isFolderRenamed || left.count != one.rows.count || right.count != other.rows.count
      return hasReason ? nil : MemberMeaning.Finding(cause: .recordForm, excerpt: excerpt)
    }
    func sorted(_ rows: [WheelRecord.Row]) -> [WheelRecord.Row] {
      rows.sorted { ($0.path + [0] + $0.hash).lexicographicallyPrecedes($1.path + [0] + $1.hash) }
    }
    let isOrder = sorted(left) == sorted(right)
    return MemberMeaning.Finding(cause: isOrder ? .listOrder : .recordForm, excerpt: excerpt)
  }
}
