// SPDX-License-Identifier: Apache-2.0

/// Rewrites a wheel so that what it says depends on its files alone.
///
/// Paths, contents and whether a file is executable stay. Every member gets the given time, mode
/// 644 or 755 and the fields of ``ZipWriter``; entries for folders, extra fields and comments go;
/// the `.dist-info` folder comes last, and in it `RECORD`, as the specification recommends.
package enum CanonicalWheel {
  /// Rewrites a wheel that is in the profile for uploads.
  ///
  /// - Parameters:
  ///   - bytes: The wheel.
  ///   - sourceDateEpoch: Seconds since the epoch, taken in UTC; without it, 1980-01-01.
  ///   - order: In which order the members stand.
  ///   - limits: What the wheel may ask of its reader.
  /// - Returns: The file; the same for the same files and time, and for itself.
  /// - Throws: ``ArchiveError``.
  package static func rewrite(
    _ bytes: [UInt8], sourceDateEpoch: Int64?, order: MemberOrder = .sorted,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> [UInt8] {
    let archive = try ZipArchive(parsing: bytes, limits: limits)
    var members = archive.members.filter { !$0.isFolder }
    if order == .sorted {
      members.sort { left, right in
        let (first, second) = (isDistInfo(left.path), isDistInfo(right.path))
        return first == second
          ? left.path.utf8.lexicographicallyPrecedes(right.path.utf8) : second
      }
    }
    // Without moving the others.
    members = members.filter { !isRecord($0.path) } + members.filter { isRecord($0.path) }
    var writer = ZipWriter(time: sourceDateEpoch.map { DOSTime(unixSeconds: $0) } ?? .earliest)
    for member in members {
      try writer.add(
        member.path, contents: try archive.contents(of: member),
        mode: member.isExecutable ? 0o755 : 0o644)
    }
    return writer.finish()
  }

  private static func isDistInfo(_ path: String) -> Bool {
    let top = path.utf8.prefix { $0 != UInt8(ascii: "/") }
    let suffix = ".dist-info".utf8
    return top.count < path.utf8.count && top.suffix(suffix.count).elementsEqual(suffix)
  }

  private static func isRecord(_ path: String) -> Bool {
    isDistInfo(path) && path.utf8.filter { $0 == UInt8(ascii: "/") }.count == 1
      && path.utf8.suffix(7).elementsEqual("/RECORD".utf8)
  }
}
