// SPDX-License-Identifier: Apache-2.0

/// Walks over the blocks of a tar archive and joins each member with the headers before it.
struct TarReader {
  let bytes: [UInt8]
  let limits: ArchiveLimits
  private var position = 0

  init(bytes: [UInt8], limits: ArchiveLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// The next member, or `nil` at the end of the archive.
  mutating func next() throws(ArchiveError) -> TarArchive.Member? {
    var pax: PaxRecords?
    var longName: ArraySlice<UInt8>?
    while let header = try nextHeader() {
      let data = try takeData(header)
      switch header.type {
      case UInt8(ascii: "x"):
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a member has several extended headers")
        }
        pax = try PaxRecords(bytes[data], isGlobal: false)
      case UInt8(ascii: "g"):
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a global header stands before a member's own")
        }
        _ = try PaxRecords(bytes[data], isGlobal: true)
      case UInt8(ascii: "L"):
        guard header.isGNU else {
          throw ArchiveError(.malformed, "a GNU header stands in an archive of another format")
        }
        guard pax == nil, longName == nil else {
          throw ArchiveError(.malformed, "a member has several extended headers")
        }
        guard bytes[data].last == 0, !bytes[data].dropLast().contains(0) else {
          throw ArchiveError(.malformed, "a GNU long name is damaged")
        }
        longName = bytes[data].dropLast()
      default:
        return try member(header, data: data, pax: pax, longName: longName)
      }
    }
    guard pax == nil, longName == nil else {
      throw ArchiveError(.malformed, "an extended header has no member")
    }
    return nil
  }

  private func member(
    _ header: TarHeader, data: Range<Int>, pax: PaxRecords?, longName: ArraySlice<UInt8>?
  ) throws(ArchiveError) -> TarArchive.Member {
    let isFolder = header.type == UInt8(ascii: "5")
    let name: [UInt8] = pax?["path"] ?? longName.map { Array($0) } ?? header.name
    let path = try MemberPath.check(name, isFolder: isFolder, limits: limits)
    if pax?["path"] != nil || longName != nil, !header.name.isEmpty {
      // Readers that do not know the extended header take this name. Where it fills its field it
      // was cut, so that its last part says nothing.
      var fallback = header.name[...]
      if header.fillsName, let slash = fallback.lastIndex(of: UInt8(ascii: "/")) {
        fallback = fallback[..<slash]
      }
      _ = try MemberPath.check(fallback, isFolder: isFolder, limits: limits)
    }
    if let size = pax?["size"] {
      // Readers that do not know pax take the header's size and land inside the data.
      guard size.elementsEqual(String(header.size).utf8) else {
        throw ArchiveError(.malformed, "its two sizes differ", member: path)
      }
    }
    let kind: TarArchive.Kind
    switch header.type {
    case UInt8(ascii: "0"), 0:
      kind = .file
    case UInt8(ascii: "5"):
      kind = .folder
    case UInt8(ascii: "2"):
      guard let target = String(validating: pax?["linkpath"] ?? header.linkName, as: UTF8.self),
        let plain = String(validating: header.linkName, as: UTF8.self),
        MemberPath.staysInside(target: target, of: path),
        // The header's own target, which readers that do not know pax take.
        plain.isEmpty || MemberPath.staysInside(target: plain, of: path)
      else { throw ArchiveError(.unsafePath, "it is a link that leaves the archive", member: path) }
      kind = .symbolicLink(target: target)
    case UInt8(ascii: "1"):
      throw ArchiveError(.unsupported, "hard links are not accepted", member: path)
    case UInt8(ascii: "S"):
      throw ArchiveError(.unsupported, "sparse files are not accepted", member: path)
    default:
      throw ArchiveError(.unsupported, "members of this type are not accepted", member: path)
    }
    guard kind == .file || data.isEmpty else {
      throw ArchiveError(.malformed, "a folder or link has contents", member: path)
    }
    return TarArchive.Member(
      path: path, kind: kind, isExecutable: header.mode & 0o100 != 0,
      header: try TarMemberHeader(header, pax: pax), data: data)
  }

  private mutating func nextHeader() throws(ArchiveError) -> TarHeader? {
    guard position + TarHeader.size <= bytes.count else {
      throw ArchiveError(.malformed, "the archive ends without its two zero blocks")
    }
    let block = bytes[position..<position + TarHeader.size]
    if block.allSatisfy({ $0 == 0 }) {
      let rest = bytes[position...]
      guard rest.count >= 2 * TarHeader.size, rest.count.isMultiple(of: TarHeader.size),
        rest.allSatisfy({ $0 == 0 })
      else { throw ArchiveError(.malformed, "bytes follow the end of the archive") }
      position = bytes.count
      return nil
    }
    position += TarHeader.size
    return try TarHeader(Array(block))
  }

  private mutating func takeData(_ header: TarHeader) throws(ArchiveError) -> Range<Int> {
    guard header.size <= bytes.count - position else {
      throw ArchiveError(.malformed, "the archive ends within a member")
    }
    let data = position..<position + header.size
    let padded = (header.size + TarHeader.size - 1) / TarHeader.size * TarHeader.size
    guard padded <= bytes.count - position else {
      throw ArchiveError(.malformed, "the archive ends within a member")
    }
    position += padded
    return data
  }
}
