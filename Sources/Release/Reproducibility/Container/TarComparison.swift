// SPDX-License-Identifier: Apache-2.0

internal import Archives
internal import PythonPackaging

/// Compares what tar and gzip record beside paths and contents.
struct TarComparison {
  /// Compares two members of the same path.
  static func compare(
    _ one: ArchiveSide.Entry, _ other: ArchiveSide.Entry,
    _ published: (TarArchive, TarLayout), _ rebuilt: (TarArchive, TarLayout),
    member: ComparedMember, into list: inout DifferenceList
  ) {
    let left = published.0.members[one.index].header
    let right = rebuilt.0.members[other.index].header
    if left.modificationTime != right.modificationTime || left.headerTime != right.headerTime
      || values(left, ["atime", "ctime"]) != values(right, ["atime", "ctime"])
    {
      list.add(
        .memberTimes, member: member, published: time(left), rebuilt: time(right))
    }
    if owner(left) != owner(right) {
      list.add(
        .fileOwners, member: member, published: owner(left).text, rebuilt: owner(right).text)
    }
    let isFile = one.kind == .file
    Permissions.compare(
      left.mode & 0o7777, right.mode & 0o7777, isFile: isFile, member: member, into: &list)
    guard published.1.items.indices.contains(one.index),
      rebuilt.1.items.indices.contains(other.index)
    else {
      return list.add(.hiddenBytes, member: member, published: "blocks without a member")
    }
    let layout = published.1.items[one.index]
    let rebuiltLayout = rebuilt.1.items[other.index]
    if layout.residue != rebuiltLayout.residue {
      list.add(
        .hiddenBytes, member: member,
        published: "\(layout.residue.count) bytes in unused places of its headers",
        rebuilt: "\(rebuiltLayout.residue.count) bytes"
      ) { Excerpt(bytes: layout.residue[...], rebuiltLayout.residue[...]) }
    }
    let typeBits = (left.mode ^ right.mode) & 0o170000
    if layout.dialect != rebuiltLayout.dialect || typeBits != 0 {
      list.add(.tarDialect, member: member, published: dialect(left), rebuilt: dialect(right))
    } else if layout.devices != rebuiltLayout.devices {
      list.add(
        .python38TarHeader, member: member, published: devices(left), rebuilt: devices(right))
    }
  }

  /// Compares what stands after the last member, and the gzip file around it all.
  static func compareWhole(
    _ published: (gzip: GzipMember, layout: TarLayout, bytes: [UInt8]),
    _ rebuilt: (gzip: GzipMember, layout: TarLayout, bytes: [UInt8]),
    _ filename: DistributionFilename, into list: inout DifferenceList
  ) {
    if published.layout.tail.residue != rebuilt.layout.tail.residue {
      list.add(.hiddenBytes, member: nil, published: "bytes after the last member")
    }
    if published.layout.tail.dialect != rebuilt.layout.tail.dialect {
      list.add(
        .tarDialect, member: nil, published: "zero blocks at the end, as many as a record needs",
        rebuilt: "another number of them")
    }
    let header = published.bytes[..<published.gzip.compressed.startIndex]
    let rebuiltHeader = rebuilt.bytes[..<rebuilt.gzip.compressed.startIndex]
    if !header.elementsEqual(rebuiltHeader) {
      let left = published.gzip.header
      let right = rebuilt.gzip.header
      // A comment, an extra field, or a name that is not the archive's, could hold anything.
      let hasMore =
        left.comment != nil || left.hasExtra || right.comment != nil || right.hasExtra
      let isNamePlain = left.name == right.name || isNamePlain(left, filename)
      list.add(
        isNamePlain && !hasMore ? .gzipHeader : .hiddenBytes, member: nil, published: text(left),
        rebuilt: text(right))
    }
    if published.gzip.compressed != rebuilt.gzip.compressed,
      published.gzip.contents == rebuilt.gzip.contents
    {
      // Stored blocks are the longest that a writer makes; a longer stream has room for something.
      let size = published.gzip.contents.count
      let isLong = published.gzip.compressed.count > size + size / 64 + 64
      list.add(
        isLong ? .hiddenBytes : .deflateImplementation, member: nil,
        published: "\(published.gzip.compressed.count) bytes of deflate",
        rebuilt: "\(rebuilt.gzip.compressed.count) bytes")
    }
  }

  private static func isNamePlain(_ header: GzipHeader, _ filename: DistributionFilename) -> Bool {
    guard let name = header.name, !name.isEmpty else { return true }
    let base = name.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    let whole = Array(filename.text.utf8)
    let folder = name.dropLast(base.count)
    return (base == whole || base == Array(whole.dropLast(3)))
      && (folder.isEmpty || folder.elementsEqual("dist/".utf8)
        || folder.elementsEqual("./dist/".utf8))
  }

  private static func text(_ header: GzipHeader) -> String {
    var parts = ["time \(header.modificationTime)"]
    parts.append("system \(header.operatingSystem)")
    parts.append("level flags \(header.extraFlags)")
    if let name = header.name {
      parts.append("name \(String(decoding: name.prefix(100), as: UTF8.self))")
    }
    if let comment = header.comment { parts.append("a comment of \(comment.count) bytes") }
    if header.hasExtra { parts.append("an extra field") }
    if header.hasHeaderChecksum { parts.append("a checksum") }
    return parts.joined(separator: ", ")
  }

  // The number as it is recorded, and what date that is.
  private static func time(_ header: TarMemberHeader) -> String {
    let whole = header.modificationTime.utf8.prefix { $0.isDigit }
    // Beyond the year 9999 a date tells nothing.
    guard let seconds = Int(String(decoding: Array(whole), as: UTF8.self)),
      seconds < 253_402_300_800
    else { return header.modificationTime }
    return "\(header.modificationTime) (\(CalendarText.date(seconds)))"
  }

  private struct Owner: Hashable {
    let numbers: [[UInt8]]
    let names: [[UInt8]]

    var text: String {
      let all = numbers + names.filter { !$0.isEmpty }
      return all.map { String(decoding: $0.prefix(40), as: UTF8.self) }.joined(separator: " ")
    }
  }

  private static func owner(_ header: TarMemberHeader) -> Owner {
    let ids = [header.userID, header.groupID].map { Array(String($0).utf8) }
    return Owner(
      numbers: ids + values(header, ["uid", "gid"]),
      names: [header.userName, header.groupName] + values(header, ["uname", "gname"]))
  }

  private static func values(_ header: TarMemberHeader, _ keys: [String]) -> [[UInt8]] {
    keys.flatMap { key in
      header.pax.filter { $0.key.elementsEqual(key.utf8) }.map(\.value)
    }
  }

  /// How the device numbers of CPython up to 3.8 are called.
  static let oldDevices = "device numbers of zeros"

  private static func devices(_ header: TarMemberHeader) -> String {
    header.deviceNumbers.allSatisfy { $0 == 0 } ? "no device numbers" : oldDevices
  }

  private static func dialect(_ header: TarMemberHeader) -> String {
    var parts = [header.isGNU ? "GNU mark" : "POSIX mark"]
    parts.append(
      header.typeFlag == 0 ? "type NUL" : "type \(Character(Unicode.Scalar(header.typeFlag)))")
    if !header.pax.isEmpty {
      let keys = header.pax.prefix(6).map { String(decoding: $0.key.prefix(40), as: UTF8.self) }
      parts.append("pax \(keys.joined(separator: " "))")
    }
    parts.append(devices(header))
    return parts.joined(separator: ", ")
  }
}
