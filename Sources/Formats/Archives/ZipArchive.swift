// SPDX-License-Identifier: Apache-2.0

/// A ZIP archive (PKWARE APPNOTE 6.3) in the strict profile that wheels need.
///
/// ```
/// local header, name, extra, data      for each member, without a gap, from byte 0
/// central header, name, extra          for each member
/// end record                           22 bytes, the last of the file
/// ```
///
/// A ZIP file describes itself three times, and readers that believe different descriptions see
/// different files. Here all must agree: the members fill the file from its first byte to the
/// central directory without overlap, each local header repeats its central one, and nothing
/// follows the end record. Left out, and refused by name: ZIP64, encryption, data descriptors,
/// comments, several disks, methods other than stored and deflate, links.
package struct ZipArchive: Sendable {
  /// One member.
  package struct Member: Hashable, Sendable {
    /// The path, without the `/` at the end of a folder's name.
    package let path: String
    /// Whether the member is a folder.
    package let isFolder: Bool
    /// The size of its contents in bytes.
    package let size: Int
    /// Whether its owner may execute it.
    package let isExecutable: Bool
    /// How it was packed.
    package let header: ZipMemberHeader

    let isDeflated: Bool
    let crc32: UInt32
    let data: Range<Int>
  }

  /// All members in the order of the central directory.
  package let members: [Member]

  private let bytes: [UInt8]
  private let limits: ArchiveLimits

  /// Parses an archive; contents are checked when they are read.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    guard bytes.count <= limits.archiveSize else {
      throw ArchiveError(.limit, "the archive is longer than \(limits.archiveSize) bytes")
    }
    let end = try ZipEndRecord(bytes)
    guard end.entries <= limits.entries else {
      throw ArchiveError(.limit, "the archive has more than \(limits.entries) members")
    }
    var records: [ZipCentralRecord] = []
    var tree = MemberTree()
    var position = end.directory.lowerBound
    for _ in 0..<end.entries {
      let record = try ZipCentralRecord(bytes, at: position, end: end.directory.upperBound, limits)
      try tree.add(record.path, isFolder: record.isFolder)
      records.append(record)
      position = record.end
    }
    guard position == end.directory.upperBound else {
      throw ArchiveError(.malformed, "the central directory holds more than its members")
    }
    var places: [Int: ZipCentralRecord.Place] = [:]
    var expected = 0
    for record in records.sorted(by: { $0.localOffset < $1.localOffset }) {
      guard record.localOffset == expected else {
        throw ArchiveError(
          .malformed, "it does not start where the member before it ends", member: record.path)
      }
      let place = try record.place(bytes, end: end.directory.lowerBound)
      places[record.localOffset] = place
      expected = place.data.upperBound
    }
    guard expected == end.directory.lowerBound else {
      throw ArchiveError(.malformed, "bytes stand between the members and the central directory")
    }
    members = records.map { record in
      let place = places[record.localOffset]
      return Member(
        path: record.path, isFolder: record.isFolder, size: record.size,
        isExecutable: record.isExecutable,
        header: ZipMemberHeader(
          bytes, at: record.start, localExtra: Array(bytes[place?.extra ?? 0..<0]),
          centralExtra: Array(bytes[record.extra])),
        isDeflated: record.isDeflated, crc32: record.crc32, data: place?.data ?? 0..<0)
    }
    self.bytes = bytes
    self.limits = limits
  }

  /// The contents of the member of a path, compared byte by byte.
  ///
  /// - Throws: ``ArchiveError``: no such file, or its contents break size, ratio or checksum.
  package func contents(of path: String) throws(ArchiveError) -> [UInt8] {
    let found = members.first { !$0.isFolder && $0.path.utf8.elementsEqual(path.utf8) }
    guard let member = found else {
      throw ArchiveError(.missing, "the archive has no such member", member: path)
    }
    return try contents(of: member)
  }

  /// The bytes of a member of this archive as they stand in it: deflated, or as they are.
  ///
  /// Empty for a member of another archive whose place is not in this one.
  package func compressed(_ member: Member) -> ArraySlice<UInt8> {
    bytes[member.data.clamped(to: 0..<bytes.count)]
  }

  /// The contents of a member of this archive.
  ///
  /// - Throws: ``ArchiveError`` when the contents break size, ratio or checksum.
  package func contents(of member: Member) throws(ArchiveError) -> [UInt8] {
    guard member.size <= limits.memberSize else {
      throw ArchiveError(
        .limit, "it is larger than \(limits.memberSize) bytes", member: member.path)
    }
    guard member.data.upperBound <= bytes.count else {
      throw ArchiveError(.missing, "the member is of another archive", member: member.path)
    }
    let stored = bytes[member.data]
    let output: [UInt8]
    if member.isDeflated {
      let (inflated, consumed): ([UInt8], Int)
      do {
        (inflated, consumed) = try Inflate.raw(stored, maximumSize: member.size, limits: limits)
      } catch {
        throw ArchiveError(error.reason, error.problem, member: member.path)
      }
      guard consumed == stored.count else {
        throw ArchiveError(.corrupt, "bytes follow the compressed data", member: member.path)
      }
      output = inflated
    } else {
      output = Array(stored)
    }
    guard output.count == member.size else {
      throw ArchiveError(.corrupt, "its size is not the declared one", member: member.path)
    }
    guard Inflate.crc32(output[...]) == member.crc32 else {
      throw ArchiveError(.corrupt, "its checksum does not match", member: member.path)
    }
    return output
  }
}
