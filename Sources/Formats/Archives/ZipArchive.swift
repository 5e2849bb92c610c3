// SPDX-License-Identifier: Apache-2.0

/// A ZIP archive (PKWARE APPNOTE 6.3) in a strict profile.
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
/// follows the end record. The general profile also takes ZIP64, data descriptors and a comment of
/// the archive if they agree with the rest. Left out of both, and refused by name: encryption,
/// comments of members, several disks, methods other than stored and deflate, links.
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

  /// The declared sizes of all members together, in bytes.
  package let unpackedSize: Int

  /// Where the records after the central directory are: the end record with its comment, before it
  /// those of ZIP64.
  package let endRecords: Range<Int>

  private let bytes: [UInt8]

  /// Parses an archive; contents are checked when they are read.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], profile: ArchiveProfile = .upload,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    try limits.checkArchiveSize(bytes.count)
    let end = try ZipEndRecord(bytes, profile: profile)
    guard end.entries <= limits.entries else {
      throw ArchiveError(.limit, "the archive has more than \(limits.entries) members")
    }
    var records: [ZipCentralRecord] = []
    var tree = MemberTree()
    var position = end.directory.lowerBound
    var unpacked = 0
    for _ in 0..<end.entries {
      let record = try ZipCentralRecord(
        bytes, at: position, end: end.directory.upperBound, profile: profile, limits: limits)
      try tree.add(record.path, isFolder: record.isFolder)
      records.append(record)
      position = record.end
      unpacked += record.size
      try limits.check(unpacked: unpacked, from: bytes.count)
    }
    guard position == end.directory.upperBound else {
      throw ArchiveError(.malformed, "the central directory holds more than its members")
    }
    let places = try Self.places(of: records, in: bytes, end: end, profile: profile)
    members = records.compactMap { record in
      places[record.localOffset].map { Member(record, at: $0, in: bytes) }
    }
    self.bytes = bytes
    unpackedSize = unpacked
    endRecords = end.directory.upperBound..<bytes.count
  }

  // The local records, which must fill the file up to the central directory.
  private static func places(
    of records: [ZipCentralRecord], in bytes: [UInt8], end: ZipEndRecord, profile: ArchiveProfile
  ) throws(ArchiveError) -> [Int: ZipLocalRecord] {
    var places: [Int: ZipLocalRecord] = [:]
    places.reserveCapacity(records.count)
    var expected = 0
    for record in records.sorted(by: { $0.localOffset < $1.localOffset }) {
      guard record.localOffset == expected else {
        throw ArchiveError(
          .malformed, "it does not start where the member before it ends", member: record.path)
      }
      let place = try ZipLocalRecord(
        bytes, of: record, end: end.directory.lowerBound, profile: profile)
      places[record.localOffset] = place
      expected = place.end
    }
    guard expected == end.directory.lowerBound else {
      throw ArchiveError(.malformed, "bytes stand between the members and the central directory")
    }
    return places
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
    var output: [UInt8] = []
    output.reserveCapacity(member.size)
    try read(member) { output.append(contentsOf: $0) }
    return output
  }

  /// Reads the contents of all members and compares sizes and checksums, holding none of them.
  ///
  /// - Throws: ``ArchiveError``.
  package func checkContents() throws(ArchiveError) {
    for member in members { try read(member) { _ in } }
  }

  /// Gives the contents of a member piece by piece; they are right only if nothing is thrown.
  func read(
    _ member: Member, _ use: (UnsafeBufferPointer<UInt8>) -> Void
  ) throws(ArchiveError) {
    guard member.data.upperBound <= bytes.count else {
      throw ArchiveError(.missing, "the member is of another archive", member: member.path)
    }
    var checksum: UInt32 = 0
    if member.isDeflated {
      do throws(ArchiveError) {
        var stream = try InflateStream(bytes[member.data])
        while true {
          let piece = try stream.next()
          guard !piece.isEmpty else { break }
          guard stream.produced <= member.size else {
            throw ArchiveError(.corrupt, "its contents are longer than its declared size")
          }
          checksum = Inflate.crc32(piece, after: checksum)
          use(piece)
        }
        guard stream.produced == member.size else {
          throw ArchiveError(.corrupt, "its contents are shorter than its declared size")
        }
        guard stream.consumed == member.data.count else {
          throw ArchiveError(.corrupt, "bytes follow its compressed data")
        }
      } catch {
        throw ArchiveError(error.reason, error.problem, member: member.path)
      }
    } else {
      // The profile has seen that the sizes are one.
      bytes[member.data].withUnsafeBufferPointer { piece in
        checksum = Inflate.crc32(piece)
        use(piece)
      }
    }
    guard checksum == member.crc32 else {
      throw ArchiveError(.corrupt, "its checksum does not match", member: member.path)
    }
  }
}

extension ZipArchive.Member {
  init(_ record: ZipCentralRecord, at place: ZipLocalRecord, in bytes: [UInt8]) {
    path = record.path
    isFolder = record.isFolder
    size = record.size
    isExecutable = record.isExecutable
    header = ZipMemberHeader(
      bytes, at: record.start, localExtra: Array(bytes[place.extra]),
      centralExtra: Array(bytes[record.extra]), descriptor: place.descriptor)
    isDeflated = record.isDeflated
    crc32 = record.crc32
    data = place.data
  }
}
