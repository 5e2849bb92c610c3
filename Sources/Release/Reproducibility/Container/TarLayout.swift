// SPDX-License-Identifier: Apache-2.0

internal import Archives

/// What the blocks of a tar stream hold beside what its reader hands out.
///
/// A tar header has room that no reader looks at: bytes after a name's end, fields of other types
/// of members, padding. This goes over the blocks of a stream that the strict reader accepted and
/// sorts all bytes: what the members' headers give elsewhere is left out, how a writer forms a
/// header is the ``Item/dialect``, and what a writer has no reason for is the ``Item/residue``.
struct TarLayout {
  /// What belongs to one member, from the end of the member before it.
  struct Item {
    /// Bytes of headers that depend on the writer alone.
    var dialect: [UInt8] = []
    /// The device numbers of its headers, which CPython wrote otherwise up to 3.8.
    var devices: [UInt8] = []
    /// Bytes that hold something without need, with the name of their place.
    var residue: [UInt8] = []
  }

  /// One per member.
  private(set) var items: [Item] = []
  /// What stands after the last member.
  private(set) var tail = Item()

  private static let block = 512
  private static let pythonPaxName = Array("././@PaxHeader".utf8)
  private static let longLinkName = Array("././@LongLink".utf8)

  init(_ bytes: [UInt8], members: [TarArchive.Member]) {
    var item = Item()
    var position = 0
    while position + Self.block <= bytes.count {
      let header = bytes[position..<position + Self.block]
      guard header.contains(where: { $0 != 0 }) else { break }
      let size = header[(position + 124)..<(position + 136)].prefix { $0.isDigit }
        .reduce(0) { $0 << 3 | Int($1 & 7) }
      let data = position + Self.block
      let end = min(bytes.count, data + (size + Self.block - 1) / Self.block * Self.block)
      guard data + size <= end else { break }
      let type = header[position + 156]
      Self.sort(header, from: position, into: &item)
      Self.keep("padding", bytes[(data + size)..<end], into: &item)
      switch type {
      case UInt8(ascii: "x"):
        Self.name(header, from: position, normal: Self.pythonPaxName, into: &item)
        Self.link(header, from: position, into: &item)
      case UInt8(ascii: "L"):
        Self.name(header, from: position, normal: Self.longLinkName, into: &item)
        Self.link(header, from: position, into: &item)
      case UInt8(ascii: "g"):
        // Nothing in a global header is needed; most often it names a commit.
        item.residue += Array("global".utf8) + header[position..<position + 100]
        item.residue += bytes[data..<data + size]
      default:
        if items.count < members.count {
          Self.sort(members[items.count], header, from: position, into: &item)
        }
        items.append(item)
        item = Item()
      }
      position = end
    }
    tail = item
    // A writer fills its last record, of twenty blocks; more is room for something.
    let blocks = (bytes.count - position) / Self.block
    tail.dialect += Array("\(blocks) blocks".utf8)
    if blocks > 40 { tail.residue += Array("\(blocks) blocks".utf8) }
  }

  private static func keep(_ place: String, _ bytes: ArraySlice<UInt8>, into item: inout Item) {
    guard bytes.contains(where: { $0 != 0 }) else { return }
    item.residue += Array(place.utf8) + bytes
  }

  // The fields that every header has.
  private static func sort(_ header: ArraySlice<UInt8>, from start: Int, into item: inout Item) {
    func field(_ range: Range<Int>) -> ArraySlice<UInt8> {
      header[(start + range.lowerBound)..<(start + range.upperBound)]
    }
    let isGNU = field(257..<265).elementsEqual("ustar  \0".utf8)
    item.dialect.append(field(156..<157).first ?? 0)
    item.dialect += field(257..<265)
    // How numbers end, not what they are: mode, owner, group, size, time, checksum.
    for range in [100..<108, 108..<116, 116..<124, 124..<136, 136..<148, 148..<156] {
      item.dialect += field(range).drop { $0.isDigit }
    }
    item.devices += field(329..<345)
    for range in [329..<337, 337..<345] {
      let device = field(range)
      let digits = device.prefix { $0 == UInt8(ascii: "0") }
      let isPlain = device.dropFirst(digits.count).allSatisfy { $0 == 0 || $0 == 0x20 }
      if !isPlain { keep("device", device, into: &item) }
    }
    for range in [265..<297, 297..<329] {
      let name = field(range).prefix { $0 != 0 }
      keep("after a name", field(range).dropFirst(name.count), into: &item)
      if !isOwnerName(name) { keep("owner", name, into: &item) }
    }
    keep("reserved", isGNU ? field(345..<512) : field(500..<512), into: &item)
  }

  /// Whether bytes are what a user or a group is called.
  static func isOwnerName(_ name: some Collection<UInt8>) -> Bool {
    name.count <= 32
      && name.allSatisfy { byte in
        byte.isDigit || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
          || "._-$@+ \\".utf8.contains(byte)
      }
  }

  // An extended header has a name only for readers that do not know it.
  private static func name(
    _ header: ArraySlice<UInt8>, from start: Int, normal: [UInt8], into item: inout Item
  ) {
    let name = header[start..<start + 100]
    item.dialect += name.prefix(normal.count)
    guard name.prefix(normal.count).elementsEqual(normal) else {
      return keep("name of an extended header", name, into: &item)
    }
    keep("name of an extended header", name.dropFirst(normal.count), into: &item)
    keep("prefix of an extended header", header[(start + 345)..<(start + 500)], into: &item)
  }

  private static func link(_ header: ArraySlice<UInt8>, from start: Int, into item: inout Item) {
    keep("link name", header[(start + 157)..<(start + 257)], into: &item)
  }

  // What depends on the member: its name for readers that do not know extended headers, the target
  // of a link, and pax records without a use.
  private static func sort(
    _ member: TarArchive.Member, _ header: ArraySlice<UInt8>, from start: Int, into item: inout Item
  ) {
    let base = header[start..<start + 100].prefix { $0 != 0 }
    let prefix =
      member.header.isGNU ? [] : header[(start + 345)..<(start + 500)].prefix { $0 != 0 }
    item.dialect += Array("name \(base.count) \(prefix.count)".utf8)
    let whole = prefix.isEmpty ? Array(base) : Array(prefix) + [UInt8(ascii: "/")] + base
    var path = Array(member.path.utf8)
    if member.kind == .folder { path.append(UInt8(ascii: "/")) }
    let isSame = whole == path || (member.kind == .folder && whole == path.dropLast())
    if !isSame {
      // Cut, and with `?` for what is not ASCII, as Python writes it.
      var ascii: [UInt8] = []
      for scalar in member.path.unicodeScalars {
        ascii.append(scalar.isASCII ? UInt8(truncatingIfNeeded: scalar.value) : 0x3F)
      }
      if member.kind == .folder { ascii.append(UInt8(ascii: "/")) }
      let isCut =
        whole == ascii || (whole.count >= 100 && ascii.starts(with: whole))
        || (whole.count >= 100 && path.starts(with: whole))
      if !isCut { keep("name", whole[...], into: &item) }
    }
    if case .symbolicLink(let target) = member.kind {
      let plain = header[(start + 157)..<(start + 257)].prefix { $0 != 0 }
      let ascii = target.unicodeScalars.map {
        $0.isASCII ? UInt8(truncatingIfNeeded: $0.value) : 0x3F
      }
      if !target.utf8.starts(with: plain), !ascii.starts(with: plain) {
        keep("link name", plain, into: &item)
      }
    } else {
      link(header, from: start, into: &item)
    }
    if member.header.mode & ~0o177777 != 0 {
      item.residue += Array("mode \(member.header.mode)".utf8)
    }
    for record in member.header.pax {
      let key = String(decoding: record.key, as: UTF8.self)
      item.dialect += record.key + [0]
      let isPlain =
        switch key {
        // What these say is the member's own path and size.
        case "path", "linkpath", "size": true
        case "mtime", "atime", "ctime", "uid", "gid":
          record.value.count <= 40
            && record.value.allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") || $0 == 0x2D }
        case "uname", "gname": isOwnerName(record.value)
        default: false
        }
      if !isPlain { item.residue += record.key + [0x3D] + record.value }
    }
  }
}
