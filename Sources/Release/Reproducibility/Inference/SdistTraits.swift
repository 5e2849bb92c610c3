// SPDX-License-Identifier: Apache-2.0

package import Archives
package import PythonPackaging

/// What a published sdist tells about its build, and about the checkout that it was made from.
package struct SdistTraits: Sendable {
  /// Whose tar headers these are.
  package enum Dialect: Hashable, Sendable {
    /// Python's `tarfile` up to 3.8, which writes device numbers as digits.
    case pythonUpTo38
    /// Python's `tarfile` from 3.9, which leaves them empty.
    case python
    /// GNU marks throughout: uv, or Python up to 3.7.
    case gnu
    /// Several of these.
    case mixed
  }

  /// The modification time of a member.
  package struct RecordedTime: Hashable, Sendable {
    /// The path below the top folder; empty for that folder itself.
    package let path: String
    /// Whole seconds since the epoch.
    package let seconds: Int64
    /// The fraction of the second.
    package let nanoseconds: Int32

    /// Names a time.
    package init(path: String, seconds: Int64, nanoseconds: Int32) {
      self.path = path
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }

    /// The time that a member's header records.
    package init(path: String, of header: TarMemberHeader) {
      self.init(
        path: path, seconds: header.time.seconds, nanoseconds: header.time.nanoseconds)
    }
  }

  /// The metadata of `PKG-INFO`.
  package let metadata: CoreMetadata
  /// Whose headers the members have.
  package let dialect: Dialect
  /// What the members' times have in common.
  package let times: ArchiveTime.Policy
  /// The times of all members, in the order of the archive.
  package let recordedTimes: [RecordedTime]
  /// Whether times have fractions, so that they are those of a file system.
  package let hasFractions: Bool
  /// The name of the owner, if all members have one.
  package let ownerName: String?
  /// Whether the group may write most files, as under umask 002.
  package let isGroupWritable: Bool
  /// Whether the text files of the checkout had CR LF at their ends.
  package let hasWindowsLineEndings: Bool
  /// The contents of `pyproject.toml`, if there is one.
  package let pyproject: [UInt8]?

  /// Reads an sdist.
  ///
  /// - Throws: `ArchiveError` for an archive that is refused, `PackagingError` for metadata that cannot
  ///   be read.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws {
    let located = try DistributionMetadata.sdist(in: bytes, limits: limits)
    metadata = try CoreMetadata(parsing: located.bytes)
    let archive = try TarArchive(
      parsing: try GzipMember(parsing: bytes, limits: limits).contents, limits: limits)
    let files = archive.members.filter { $0.kind == .file }
    dialect = Self.dialect(of: files)
    recordedTimes = archive.members.map { member in
      let path = member.path.utf8.dropFirst(located.folder.utf8.count).drop { $0 == 0x2F }
      return RecordedTime(path: String(decoding: path, as: UTF8.self), of: member.header)
    }
    // Fractions are those of a file system: such times are no date that somebody set.
    times = ArchiveTime.Policy(
      files.lazy.map { file in
        let time = file.header.time
        return time.nanoseconds == 0 ? time.seconds : nil
      })
    hasFractions = recordedTimes.contains { $0.nanoseconds != 0 }
    let owners = Set(archive.members.map(\.header.userName))
    ownerName =
      owners.count == 1
      ? owners.first.flatMap { $0.isEmpty ? nil : String(validating: $0, as: UTF8.self) } : nil
    isGroupWritable = files.count { $0.header.mode & 0o020 != 0 } * 2 > files.count
    pyproject = try? archive.contents(of: "\(located.folder)/pyproject.toml")
    hasWindowsLineEndings = Self.hasWindowsLineEndings(files, in: archive)
  }

  private static func dialect(of files: [TarArchive.Member]) -> Dialect {
    let dialects = Set(
      files.map { file -> Dialect in
        if file.header.isGNU { return .gnu }
        return file.header.deviceNumbers.contains { $0 != 0 } ? .pythonUpTo38 : .python
      })
    return dialects.count == 1 ? dialects.first ?? .mixed : .mixed
  }

  // What git checks out as CR LF on Windows, all back ends copy; the files that back ends write
  // themselves do not count.
  private static func hasWindowsLineEndings(
    _ files: [TarArchive.Member], in archive: TarArchive
  ) -> Bool {
    let suffixes = [".py", "/pyproject.toml", "/setup.py", "/setup.cfg"]
    var (withCR, without) = (0, 0)
    for file in files.prefix(2_000) where suffixes.contains(where: { file.path.hasSuffix($0) }) {
      let contents = archive.contents(of: file).prefix(64 << 10)
      guard let end = contents.firstIndex(of: 0x0A) else { continue }
      if end > contents.startIndex, contents[end - 1] == 0x0D { withCR += 1 } else { without += 1 }
    }
    return withCR > without
  }
}
