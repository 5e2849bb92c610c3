// SPDX-License-Identifier: Apache-2.0

import Archives

extension FuzzTarget {
  /// Containers of distributions, by both profiles.
  static let archives: [FuzzTarget] = [
    FuzzTarget("zip") { bytes in
      let strict = judge(bytes, "a.zip", .upload)
      let general = judge(bytes, "a.zip", .general)
      require(strict == nil || strict == general, "accepted for uploads, but not in general")
      _ = try? DistributionMetadata.wheelMetadata(in: bytes, limits: limits)
      _ = try? WheelArchive(parsing: bytes, limits: limits)
      let archive = try ZipArchive(parsing: bytes, profile: .general, limits: limits)
      for member in archive.members {
        guard let contents = try? archive.contents(of: member) else {
          require(general == nil, "accepted with contents that cannot be read")
          continue
        }
        require(contents.count == member.size, "other contents than declared")
      }
    },
    FuzzTarget("tar") { bytes in
      let strict = judge(bytes, "a.tar", .upload)
      let general = judge(bytes, "a.tar", .general)
      require(strict == nil || strict == general, "accepted for uploads, but not in general")
      let stream = try? TarContents(
        parsingGzip: try GzipWriter.file(of: bytes), profile: .general, limits: limits)
      require(stream?.members == general?.members, "a stream is not judged as the bytes are")
      let archive = try TarArchive(parsing: bytes, profile: .general, limits: limits)
      var size = 0
      for member in archive.members { size += archive.contents(of: member).count }
      require(size <= bytes.count, "more contents than bytes")
    },
    FuzzTarget("gzip") { bytes in
      _ = try? SdistArchive(parsing: bytes, limits: limits)
      let whole = try? GzipMember(parsing: bytes, limits: limits)
      let stream = judge(bytes, "a.gz", .general)
      require(stream?.unpackedSize == whole?.contents.count, "a stream is not judged as the file")
      guard let whole else { return }
      require(whole.contents.count <= limits.unpackedSize, "more than the limit")
      let written = try GzipWriter.file(of: whole.contents)
      requireSame(whole.contents) { try GzipMember(parsing: written).contents }
    },
    FuzzTarget("deflate") { bytes in
      guard let judged = judge(bytes, "a.deflate", .general) else { return }
      require(judged.unpackedSize <= limits.unpackedSize, "more than the limit")
      // A stream that ends in time has no end that is nearer.
      require(judge(bytes.dropLast(), "a.deflate", .general) == nil, "two ends of one stream")
    },
    FuzzTarget("canonical-sdist") { bytes in
      // The input is the tar archive, so that changes in it need no checksum of gzip.
      let file = try GzipWriter.file(of: bytes)
      let archive = try TarArchive(parsing: bytes, limits: limits)
      let written = try CanonicalSdist.rewrite(file, sourceDateEpoch: 1_700_000_000, limits: limits)
      requireSame(written) {
        try CanonicalSdist.rewrite(written, sourceDateEpoch: 1_700_000_000, limits: limits)
      }
      let again = try TarArchive(parsing: try GzipMember(parsing: written).contents)
      require(again.members.count == archive.members.count, "another number of members")
      let members = archive.members.sorted {
        $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
      }
      for (old, new) in zip(members, again.members) {
        require(old.path.utf8.elementsEqual(new.path.utf8), "another path")
        require(
          old.kind == new.kind && old.isExecutable == new.isExecutable || old.kind != .file,
          "another kind")
        require(archive.contents(of: old) == again.contents(of: new), "other contents")
      }
    },
    FuzzTarget("canonical-wheel") { bytes in
      let archive = try ZipArchive(parsing: bytes, limits: limits)
      let written = try CanonicalWheel.rewrite(bytes, sourceDateEpoch: nil, limits: limits)
      let again = try ZipArchive(parsing: written)
      requireSame(written) { try CanonicalWheel.rewrite(written, sourceDateEpoch: nil) }
      let files = archive.members.filter { !$0.isFolder }
      require(again.members.count == files.count, "another number of files")
      for file in files {
        requireSame(try archive.contents(of: file)) { try again.contents(of: file.path) }
      }
    },
    FuzzTarget("wheel-record") { bytes in
      let record = try WheelRecord(parsing: bytes)
      require(record.entries.count <= bytes.count / 3 + 1, "more lines than bytes allow")
    },
  ]

  private static func judge(
    _ bytes: [UInt8], _ name: String, _ profile: ArchiveProfile
  ) -> ArchiveInspection? {
    try? ArchiveInspection(bytes, filename: name, profile: profile, limits: limits)
  }

  /// Archives of a size at which many inputs per second are possible.
  private static let limits = ArchiveLimits(
    archiveSize: 1 << 20, entries: 1_000, memberSize: 4 << 20, unpackedSize: 4 << 20,
    ratioFreeSize: 1 << 20)
}
