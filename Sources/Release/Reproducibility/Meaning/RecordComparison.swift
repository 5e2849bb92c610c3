// SPDX-License-Identifier: Apache-2.0

internal import Archives
internal import Encodings

/// Compares two files `RECORD` of wheels that are not the same.
///
/// Rows of members that differ themselves follow from those, and are no cause of their own.
struct RecordComparison {
  let published: (side: ArchiveSide, bytes: ArraySlice<UInt8>)
  let rebuilt: (side: ArchiveSide, bytes: ArraySlice<UInt8>)
  let limits: ComparisonLimits

  /// A row, with the path by which its member is paired.
  private struct Row: Hashable {
    let key: [UInt8]
    let digest: SHA256Hash?
    let size: Int?
  }

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
    var records: [WheelRecord] = []
    for (part, isPublished) in [(published, true), (rebuilt, false)] {
      let problem: String
      do {
        let record = try WheelRecord(parsing: Array(part.bytes))
        records.append(record)
        guard let untruth = record.untruth(about: part.side) else { continue }
        problem = untruth
      } catch {
        problem = "\(error)"
      }
      return MemberMeaning.Finding(
        cause: .recordMismatch, published: isPublished ? problem : nil,
        rebuilt: isPublished ? nil : problem, excerpt: excerpt)
    }
    // The same bytes, true of both: there is nothing to name.
    guard published.bytes != rebuilt.bytes, records.count == 2 else { return nil }
    let endings = (hasCarriageReturns(published.bytes), hasCarriageReturns(rebuilt.bytes))
    if endings.0 != endings.1 {
      return MemberMeaning.Finding(
        cause: .metadataLineEndings, published: endings.0 ? "CR LF" : "LF",
        rebuilt: endings.1 ? "CR LF" : "LF")
    }
    func rows(_ record: WheelRecord, of side: ArchiveSide) -> [Row] {
      record.entries.compactMap { entry in
        let key = key(Array(entry.path.utf8), side)
        return changed.contains(key)
          ? nil : Row(key: key, digest: entry.sha256, size: entry.size)
      }
    }
    let left = rows(records[0], of: published.side)
    let right = rows(records[1], of: rebuilt.side)
    if left == right {
      let hasReason =
        isFolderRenamed || left.count != records[0].entries.count
        || right.count != records[1].entries.count
      return hasReason ? nil : MemberMeaning.Finding(cause: .recordForm, excerpt: excerpt)
    }
    // Each path has one row, or one of the two would not be true.
    let isOrder = Set(left) == Set(right)
    return MemberMeaning.Finding(cause: isOrder ? .listOrder : .recordForm, excerpt: excerpt)
  }

  private func hasCarriageReturns(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.contains(UInt8(ascii: "\r"))
  }
}
