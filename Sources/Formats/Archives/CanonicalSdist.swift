// SPDX-License-Identifier: Apache-2.0

/// In which order a rewritten archive has its members.
package enum MemberOrder: Hashable, Sendable {
  /// By the bytes of their paths.
  case sorted
  /// As they were.
  case given
}

/// Rewrites a source distribution so that what it says depends on its files alone.
///
/// Paths, contents, kinds and whether a file is executable stay. Times become the earlier of the
/// recorded time and the given one, modes 644 or 755 (777 for links, which have none of their own),
/// owners 0 without names; pax records other than long or non-ASCII paths go, and the gzip header
/// has the given time and no name.
package enum CanonicalSdist {
  /// Rewrites a `.tar.gz` that is in the profile for uploads.
  ///
  /// - Parameters:
  ///   - bytes: The source distribution.
  ///   - sourceDateEpoch: Seconds since the epoch; without it recorded times stay as they are, in
  ///     whole seconds, and the gzip header has none.
  ///   - order: In which order the members stand.
  ///   - limits: What the file may ask of its reader.
  /// - Returns: The file; the same for the same files and time, and for itself.
  /// - Throws: ``ArchiveError``.
  package static func rewrite(
    _ bytes: [UInt8], sourceDateEpoch: Int64?, order: MemberOrder = .sorted,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) -> [UInt8] {
    let archive = try TarArchive(
      parsing: try GzipMember(parsing: bytes, limits: limits).contents, limits: limits)
    var members = archive.members
    if order == .sorted {
      members.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }
    var gzip = try GzipWriter(modificationTime: sourceDateEpoch ?? 0)
    var tar = TarWriter()
    for member in members {
      let mode =
        switch member.kind {
        case .file: member.isExecutable ? 0o755 : 0o644
        case .folder: 0o755
        case .symbolicLink: 0o777
        }
      let recorded = member.header.time.seconds
      try tar.add(
        TarWriter.Entry(
          path: member.path, kind: member.kind, mode: mode,
          modificationTime: max(0, min(recorded, sourceDateEpoch ?? recorded))),
        contents: archive.contents(of: member))
      gzip.write(tar.drain()[...])
    }
    gzip.write(tar.finish()[...])
    return gzip.finish()
  }
}
