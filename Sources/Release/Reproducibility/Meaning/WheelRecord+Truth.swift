// SPDX-License-Identifier: Apache-2.0

internal import Archives
internal import Encodings

extension WheelRecord {
  /// What is untrue of a wheel's members, or `nil` if every file has one row with its digest.
  ///
  /// An index takes rows without a digest; here they say nothing about a file, so they are untrue.
  func untruth(about side: ArchiveSide) -> String? {
    var expected: [[UInt8]: ArchiveSide.Entry] = [:]
    for entry in side.entries where entry.kind == .file { expected[entry.path] = entry }
    var seen: Set<[UInt8]> = []
    for row in entries {
      let path = Array(row.path.utf8)
      guard seen.insert(path).inserted else { return "`\(row.path)` has two rows" }
      guard let entry = expected[path] else { return "`\(row.path)` is not in the wheel" }
      guard let digest = row.sha256 else {
        guard Self.isExempt(path) else { return "`\(row.path)` has no digest" }
        continue
      }
      guard let contents = try? side.contents(of: entry),
        SHA256Hash(hashing: Array(contents)) == digest
      else { return "`\(row.path)` has another digest" }
      guard row.size ?? entry.size == entry.size else { return "`\(row.path)` has another size" }
    }
    for entry in side.entries where entry.kind == .file {
      guard seen.contains(entry.path) || Self.isExempt(entry.path) else {
        return "`\(entry.shown)` has no row"
      }
    }
    return nil
  }

  // The file itself and signatures of it cannot have a digest in it.
  private static func isExempt(_ path: [UInt8]) -> Bool {
    let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].suffix(10).elementsEqual(".dist-info".utf8)
      && ["RECORD", "RECORD.jws", "RECORD.p7s"].contains { parts[1].elementsEqual($0.utf8) }
  }
}
