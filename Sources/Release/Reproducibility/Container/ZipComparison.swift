// SPDX-License-Identifier: Apache-2.0

internal import Archives

/// Compares what a ZIP archive records beside paths and contents.
struct ZipComparison {
  private let archive: ZipArchive
  private let bytes: [UInt8]

  init(_ archive: ZipArchive, bytes: [UInt8]) {
    self.archive = archive
    self.bytes = bytes
  }

  /// The members' places in the order in which their data stand in the file.
  var localOrder: [Int] {
    archive.members.indices.sorted {
      archive.compressed(archive.members[$0]).startIndex
        < archive.compressed(archive.members[$1]).startIndex
    }
  }

  /// Compares two members of the same path; contents are compared elsewhere.
  func compare(
    _ one: ArchiveSide.Entry, with other: ArchiveSide.Entry, of rebuilt: ZipComparison,
    member: ComparedMember, hasSameContents: Bool, into list: inout DifferenceList
  ) {
    let left = archive.members[one.index]
    let right = rebuilt.archive.members[other.index]
    var hidden: [String] = []
    func note(_ what: String, _ differs: Bool) { if differs { hidden.append(what) } }
    let (header, expected) = (left.header, right.header)
    note("its local extra field", header.localExtra != expected.localExtra)
    note("its central extra field", header.centralExtra != expected.centralExtra)
    note(
      "time or version of its local header",
      localCopy(left) != rebuilt.localCopy(right))
    compareTimes(header, expected, member, &list, note)
    var details: [String] = []
    func field(_ name: String, _ one: Int, _ other: Int, known: (Int) -> Bool) {
      guard one != other else { return }
      if known(one), known(other) {
        details.append(name)
      } else {
        hidden.append(name)
      }
    }
    field("version needed", Int(header.versionNeeded), Int(expected.versionNeeded)) { $0 <= 63 }
    field("version made by", Int(header.versionMadeBy), Int(expected.versionMadeBy)) { version in
      version & 0xFF <= 63 && [0, 3, 10, 11, 19].contains(version >> 8)
    }
    field("flags", Int(header.flags), Int(expected.flags)) { $0 & ~0x080E == 0 }
    // Its numbers are those of the central header, as the reader has checked.
    if header.descriptor != expected.descriptor { details.append("descriptor") }
    field("internal attributes", Int(header.internalAttributes), Int(expected.internalAttributes)) {
      $0 <= 1
    }
    let dos = (Int(header.externalAttributes & 0xFFFF), Int(expected.externalAttributes & 0xFFFF))
    field("DOS attributes", dos.0, dos.1) { $0 & ~0x37 == 0 }
    compareModes(header, expected, one, other, member, &list, &details)
    if !details.isEmpty {
      list.add(.zipHeader, member: member, published: describe(header), rebuilt: describe(expected))
    }
    // Stored blocks are the longest that a writer makes; a longer stream has room for something.
    note(
      "a compressed stream longer than its contents",
      header.method == 8 && archive.compressed(left).count > left.size + left.size / 64 + 64
        && archive.compressed(left) != rebuilt.archive.compressed(right))
    if !hidden.isEmpty {
      list.add(
        .hiddenBytes, member: member, published: hidden.joined(separator: ", "),
        rebuilt: "something else there"
      ) { Self.extras(header, expected) }
    }
    let isPackedAlike =
      header.method == expected.method
      && archive.compressed(left) == rebuilt.archive.compressed(right)
    if hasSameContents, !isPackedAlike {
      list.add(
        .deflateImplementation, member: member,
        published: Self.packing(archive.compressed(left).count, header),
        rebuilt: Self.packing(rebuilt.archive.compressed(right).count, expected))
    }
  }

  /// Compares what stands after the central directory.
  ///
  /// A plain end record says only what its reader has checked; a comment could be anything, and
  /// ZIP64 records have fields without a use.
  func compareEnd(with rebuilt: ZipComparison, into list: inout DifferenceList) {
    let (end, expected) = (bytes[archive.endRecords], rebuilt.bytes[rebuilt.archive.endRecords])
    guard max(end.count, expected.count) > 22, end != expected else { return }
    list.add(
      .hiddenBytes, member: nil, published: "\(end.count) bytes after the central directory",
      rebuilt: "\(expected.count) bytes, or others")
  }

  private func compareTimes(
    _ header: ZipMemberHeader, _ expected: ZipMemberHeader, _ member: ComparedMember,
    _ list: inout DifferenceList, _ note: (String, Bool) -> Void
  ) {
    guard header.dosTime != expected.dosTime || header.dosDate != expected.dosDate else { return }
    let published = CalendarText.dos(date: header.dosDate, time: header.dosTime)
    let rebuilt = CalendarText.dos(date: expected.dosDate, time: expected.dosTime)
    if let published, let rebuilt {
      list.add(.memberTimes, member: member, published: published, rebuilt: rebuilt)
    } else {
      note("a date or time that is none", true)
    }
  }

  private func compareModes(
    _ header: ZipMemberHeader, _ expected: ZipMemberHeader,
    _ one: ArchiveSide.Entry, _ other: ArchiveSide.Entry, _ member: ComparedMember,
    _ list: inout DifferenceList, _ details: inout [String]
  ) {
    let systems = (header.versionMadeBy >> 8, expected.versionMadeBy >> 8)
    let mayExecute = (one.mode | other.mode) & 0o111 != 0 && one.kind == .file
    let typesDiffer = (one.mode ^ other.mode) & 0o170000 != 0
    // Installers take the permission only from members of a Unix system, or of the type of a file.
    if mayExecute, systems.0 != systems.1 || typesDiffer {
      list.add(
        .executableBit, member: member,
        published: "mode \(Permissions.text(one.mode)) of system \(systems.0)",
        rebuilt: "mode \(Permissions.text(other.mode)) of system \(systems.1)")
    } else if typesDiffer {
      details.append("type")
    }
    let modes = (one.mode & 0o7777, other.mode & 0o7777)
    if modes.0 != modes.1, modes.0 == 0 || modes.1 == 0, !mayExecute,
      (modes.0 | modes.1) & 0o7000 == 0
    {
      // One writer records no permissions at all.
      details.append("mode")
    } else {
      Permissions.compare(
        modes.0, modes.1, isFile: one.kind == .file, member: member, into: &list)
    }
  }

  // The bytes of the local header that its reader does not compare with the central one: what of
  // them is no copy.
  private func localCopy(_ member: ZipArchive.Member) -> [UInt8] {
    let name = member.path.utf8.count + (member.isFolder ? 1 : 0)
    let start =
      archive.compressed(member).startIndex - member.header.localExtra.count - name - 30
    guard start >= 0, start + 30 <= bytes.count else { return [1] }
    func bytes16(_ value: UInt16) -> [UInt8] {
      [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    let header = member.header
    let expected =
      bytes16(header.versionNeeded) + bytes16(header.dosTime) + bytes16(header.dosDate)
    let found = Array(bytes[(start + 4)..<(start + 6)] + bytes[(start + 10)..<(start + 14)])
    return found == expected ? [] : found
  }

  private func describe(_ header: ZipMemberHeader) -> String {
    "system \(header.versionMadeBy >> 8), version \(header.versionMadeBy & 0xFF), needs "
      + "\(header.versionNeeded), flags \(String(header.flags, radix: 16)), attributes "
      + String(header.externalAttributes, radix: 16)
      + (header.descriptor == nil ? "" : ", sizes after the data")
  }

  private static func packing(_ count: Int, _ header: ZipMemberHeader) -> String {
    "\(count) bytes \(header.method == 0 ? "stored" : "of deflate")"
  }

  private static func extras(_ one: ZipMemberHeader, _ other: ZipMemberHeader) -> Excerpt? {
    let left = one.localExtra + one.centralExtra
    let right = other.localExtra + other.centralExtra
    return left == right ? nil : Excerpt(bytes: left[...], right[...])
  }
}
