// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Writes small ZIP archives byte by byte, also ones that no tool would write.
package struct TestZip: Sendable {
  /// One member; every field can be set to anything.
  package struct Member: Sendable {
    package var path: String
    package var contents: [UInt8]
    package var mode: UInt32
    package var date: UInt16 = 0x5A21
    package var time: UInt16 = 0x6000
    package var localTime: UInt16?
    package var localExtra: [UInt8] = []
    package var centralExtra: [UInt8] = []
    package var comment: [UInt8] = []
    package var flags: UInt16 = 0
    package var madeBy: UInt16 = 0x0314
    package var needed: UInt16 = 20
    package var localNeeded: UInt16?
    package var internalAttributes: UInt16 = 0
    package var dosAttributes: UInt16 = 0
    package var isDeflated = false
    /// Whether checksum and sizes follow the data, and the local header has zeros for them.
    package var isStreamed = false
    /// Empty blocks before the others of a deflate stream.
    package var emptyBlocks = 0
    /// Bytes between this member's data and the next header.
    package var gap: [UInt8] = []

    /// A regular file that nobody may execute, unless the mode says so.
    package init(_ path: String, _ contents: [UInt8], mode: UInt32 = 0o100644) {
      self.path = path
      self.contents = contents
      self.mode = mode
    }

    /// A text file.
    package init(_ path: String, _ text: String, mode: UInt32 = 0o100644) {
      self.init(path, Array(text.utf8), mode: mode)
    }
  }

  /// The members, in order.
  package var members: [Member]
  /// Bytes before the first header.
  package var prefix: [UInt8] = []
  /// Bytes after the end record.
  package var suffix: [UInt8] = []
  /// A comment in the end record.
  package var comment: [UInt8] = []
  /// The places of members in the order of the central directory; the members' own without it.
  package var directoryOrder: [Int]?

  /// An archive of members.
  package init(_ members: [Member]) { self.members = members }

  /// The bytes of the archive.
  package var bytes: [UInt8] {
    var output = prefix
    var central: [[UInt8]] = []
    for member in members {
      let offset = output.count
      let empty = [[UInt8]](repeating: [0, 0, 0, 0xFF, 0xFF], count: member.emptyBlocks)
      let data =
        member.isDeflated
        ? empty.flatMap { $0 } + TestDeflate.stored(member.contents) : member.contents
      let name = Array(member.path.utf8)
      let method: UInt16 = member.isDeflated ? 8 : 0
      let sums =
        little(TestDeflate.crc32(member.contents)) + little(UInt32(data.count))
        + little(UInt32(member.contents.count))
      let lengths = little(UInt16(name.count))
      output += [0x50, 0x4B, 3, 4] + little(member.localNeeded ?? member.needed)
      output += little(member.flags | (member.isStreamed ? 8 : 0)) + little(method)
      output += little(member.localTime ?? member.time) + little(member.date)
      output += member.isStreamed ? [UInt8](repeating: 0, count: 12) : sums
      output += lengths
      output += little(UInt16(member.localExtra.count)) + name + member.localExtra + data
      if member.isStreamed { output += [0x50, 0x4B, 7, 8] + sums }
      output += member.gap
      var header: [UInt8] = [0x50, 0x4B, 1, 2] + little(member.madeBy) + little(member.needed)
      header += little(member.flags | (member.isStreamed ? 8 : 0)) + little(method)
      header += little(member.time) + little(member.date)
      header += sums + lengths + little(UInt16(member.centralExtra.count))
      header += little(UInt16(member.comment.count)) + [0, 0] + little(member.internalAttributes)
      header += little(member.mode << 16 | UInt32(member.dosAttributes)) + little(UInt32(offset))
      central.append(header + name + member.centralExtra + member.comment)
    }
    let start = output.count
    let order = directoryOrder ?? Array(central.indices)
    for place in order { output += central[place] }
    let size = output.count - start
    output += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + little(UInt16(central.count))
    output += little(UInt16(central.count)) + little(UInt32(size)) + little(UInt32(start))
    return output + little(UInt16(comment.count)) + comment + suffix
  }

  /// The place of the member of a path.
  package subscript(path: String) -> Member {
    get { members.first { $0.path == path } ?? Member(path, "") }
    set {
      guard let place = members.firstIndex(where: { $0.path == path }) else { return }
      members[place] = newValue
    }
  }

  /// Writes RECORD anew, as the last member of the folder of metadata.
  package mutating func record(in folder: String) {
    let path = "\(folder)/RECORD"
    members.removeAll { $0.path == path }
    var rows = members.filter { !$0.path.hasSuffix("/") }.map { member in
      let digest = Base64.encodeURL(SHA256Hash(hashing: member.contents).bytes)
      return "\(member.path),sha256=\(digest),\(member.contents.count)"
    }
    rows.append("\(path),,")
    members.append(Member(path, rows.joined(separator: "\n") + "\n"))
  }
}

/// Writes small tar.gz archives byte by byte, also ones that no tool would write.
package struct TestTar: Sendable {
  /// One member; every field can be set to anything.
  package struct Member: Sendable {
    package var path: String
    package var contents: [UInt8]
    package var mode = 0o644
    package var owner = (id: 1_000, group: 1_000, name: "runner", groupName: "runner")
    package var time = 1_700_000_000
    package var type = UInt8(ascii: "0")
    package var link = ""
    package var pax: [(String, String)] = []
    package var devices = [UInt8](repeating: 0, count: 16)
    package var isGNU = false
    /// Bytes of the header that are set at last, before the checksum.
    package var patches: [Int: UInt8] = [:]
    /// What fills the last block of the contents.
    package var padding: UInt8 = 0

    /// A regular file.
    package init(_ path: String, _ text: String, mode: Int = 0o644) {
      self.path = path
      contents = Array(text.utf8)
      self.mode = mode
    }
  }

  /// The members, in order.
  package var members: [Member]
  /// Zero blocks at the end.
  package var endBlocks = 2
  /// Bytes after them.
  package var suffix: [UInt8] = []
  /// The gzip header's time.
  package var time: UInt32 = 1_700_000_000
  /// The gzip header's name.
  package var name: String?
  /// The gzip header's comment.
  package var comment: String?
  /// The gzip header's extra field.
  package var extra: [UInt8]?
  /// The gzip header's level and system.
  package var level: UInt8 = 2
  package var system: UInt8 = 255
  /// Bytes of a block of the deflate stream.
  package var blockSize = 60_000
  /// Bytes after the gzip member.
  package var trailer: [UInt8] = []

  /// An archive of members.
  package init(_ members: [Member]) { self.members = members }

  /// The place of the member of a path.
  package subscript(path: String) -> Member {
    get { members.first { $0.path == path } ?? Member(path, "") }
    set {
      guard let place = members.firstIndex(where: { $0.path == path }) else { return }
      members[place] = newValue
    }
  }

  /// The tar stream.
  package var tar: [UInt8] {
    var output: [UInt8] = []
    for member in members {
      if !member.pax.isEmpty {
        var body: [UInt8] = []
        for (key, value) in member.pax {
          let rest = " \(key)=\(value)\n"
          var length = rest.utf8.count + 1
          while "\(length)\(rest)".utf8.count != length { length += 1 }
          body += Array("\(length)\(rest)".utf8)
        }
        var header = Member("././@PaxHeader", "")
        header.owner = (0, 0, "", "")
        header.time = 0
        header.type = UInt8(ascii: "x")
        header.contents = body
        output += Self.blocks(header)
      }
      output += Self.blocks(member)
    }
    return output + [UInt8](repeating: 0, count: 512 * endBlocks) + suffix
  }

  /// The bytes of the archive.
  package var bytes: [UInt8] {
    let contents = tar
    var flags: UInt8 = 0
    var fields: [UInt8] = []
    if let extra {
      flags |= 4
      fields += little(UInt16(extra.count)) + extra
    }
    if let name {
      flags |= 8
      fields += Array(name.utf8) + [0]
    }
    if let comment {
      flags |= 16
      fields += Array(comment.utf8) + [0]
    }
    return [0x1F, 0x8B, 8, flags] + little(time) + [level, system] + fields
      + TestDeflate.stored(contents, blockSize: blockSize) + little(TestDeflate.crc32(contents))
      + little(UInt32(contents.count)) + trailer
  }

  private static func blocks(_ member: Member) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
      for (place, byte) in bytes.enumerated() { header[offset + place] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> [UInt8] {
      let text = String(number, radix: 8)
      return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8) + [0]
    }
    put(member.path.utf8.prefix(100), at: 0)
    put(octal(member.mode, 7), at: 100)
    put(octal(member.owner.id, 7), at: 108)
    put(octal(member.owner.group, 7), at: 116)
    put(octal(member.contents.count, 11), at: 124)
    put(octal(member.time, 11), at: 136)
    header[156] = member.type
    put(member.link.utf8, at: 157)
    put((member.isGNU ? "ustar  \0" : "ustar\u{0}00").utf8, at: 257)
    put(member.owner.name.utf8, at: 265)
    put(member.owner.groupName.utf8, at: 297)
    put(member.devices, at: 329)
    for (place, byte) in member.patches { header[place] = byte }
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + [0x20], at: 148)
    let rest = (512 - member.contents.count % 512) % 512
    return header + member.contents + [UInt8](repeating: member.padding, count: rest)
  }
}

/// Deflate streams of stored blocks, and the checksum of ZIP and gzip.
package enum TestDeflate {
  /// A deflate stream (RFC 1951) that holds bytes as they are.
  package static func stored(_ bytes: [UInt8], blockSize: Int = 60_000) -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(blockSize)
      rest = rest.dropFirst(blockSize)
      let count = UInt16(block.count)
      output += [rest.isEmpty ? 1 : 0] + little(count) + little(~count) + block
    } while !rest.isEmpty
    return output
  }

  /// The CRC-32 of bytes.
  package static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}

private func little(_ number: some FixedWidthInteger) -> [UInt8] {
  (0..<(number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}
