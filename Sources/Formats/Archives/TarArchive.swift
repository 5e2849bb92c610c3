// SPDX-License-Identifier: Apache-2.0

/// A tar archive (POSIX.1-2017 pax, with ustar and GNU headers) in the strict profile that source
/// distributions need.
///
/// Blocks of 512 bytes: for each member a header and its contents, padded with zeros; then two zero
/// blocks, and after them nothing but zeros. A pax header (type `x`) before a member may give its
/// path and repeat its size; a GNU header (type `L`) may give its path. Left
/// out, and refused by name: hard links, devices, sparse files, several volumes, pax headers that
/// change the size or the character set, and global pax headers that touch paths or sizes. Symbolic
/// links may be listed if they stay inside.
package struct TarArchive: Sendable {
  /// What a member is.
  package enum Kind: Hashable, Sendable {
    /// A regular file.
    case file
    /// A folder.
    case folder
    /// A symbolic link and its target.
    case symbolicLink(target: String)
  }

  /// One member.
  package struct Member: Hashable, Sendable {
    /// The path, without the `/` at the end of a folder's name.
    package let path: String
    /// What the member is.
    package let kind: Kind
    /// Whether its owner may execute it.
    package let isExecutable: Bool
    /// What else its headers record.
    package let header: TarMemberHeader

    let data: Range<Int>

    /// The size of its contents in bytes.
    package var size: Int { data.count }
  }

  /// All members in the order of the archive.
  package let members: [Member]

  private let bytes: [UInt8]

  /// Parses an archive.
  ///
  /// - Throws: ``ArchiveError``.
  package init(
    parsing bytes: [UInt8], profile: ArchiveProfile = .upload,
    limits: ArchiveLimits = ArchiveLimits()
  ) throws(ArchiveError) {
    guard bytes.count <= limits.unpackedSize else {
      throw ArchiveError(.limit, "it is longer than \(limits.unpackedSize) bytes")
    }
    var reader = TarReader(TarBytes(bytes), profile: profile, limits: limits)
    var members: [Member] = []
    while let member = try reader.next() { members.append(member) }
    self.members = members
    self.bytes = bytes
  }

  /// The contents of the regular file of a path, compared byte by byte.
  ///
  /// - Throws: ``ArchiveError`` of reason `missing`.
  package func contents(of path: String) throws(ArchiveError) -> [UInt8] {
    let found = members.first { $0.kind == .file && $0.path.utf8.elementsEqual(path.utf8) }
    guard let member = found else {
      throw ArchiveError(.missing, "the archive has no such file", member: path)
    }
    return Array(contents(of: member))
  }

  /// The contents of a member of this archive; nothing for folders and links.
  ///
  /// Empty for a member of another archive whose place is not in this one.
  package func contents(of member: Member) -> ArraySlice<UInt8> {
    bytes[member.data.clamped(to: 0..<bytes.count)]
  }
}
