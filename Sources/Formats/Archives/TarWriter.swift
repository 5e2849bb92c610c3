// SPDX-License-Identifier: Apache-2.0

/// Writes tar archives (POSIX.1-2017 pax) whose headers say nothing that the members do not need.
///
/// The headers are byte for byte those of Python's `tarfile` (3.9 and newer, its pax format): ustar
/// fields, owner 0 without names, device numbers of zero bytes; a path or target that is longer than
/// 100 bytes or not ASCII goes into a pax header. Two zero blocks end the archive, and zeros fill it
/// up to a multiple of 10,240 bytes.
package struct TarWriter {
  /// One member.
  package struct Entry: Hashable, Sendable {
    /// The path, without a `/` at its end.
    package var path: String
    /// What it is.
    package var kind: TarArchive.Kind
    /// The permission bits.
    package var mode: Int
    /// Seconds since the epoch.
    package var modificationTime: Int64

    /// Describes a member.
    package init(path: String, kind: TarArchive.Kind, mode: Int, modificationTime: Int64) {
      self.path = path
      self.kind = kind
      self.mode = mode
      self.modificationTime = modificationTime
    }
  }

  private static let recordSize = 10_240
  private static let nameSize = 100
  /// The first time and size that eleven octal digits do not hold.
  private static let numberLimit: Int64 = 1 << 33

  private var pending: [UInt8] = []
  private var written = 0

  /// Starts an archive.
  package init() {}

  /// Adds a member; folders and links have no contents.
  ///
  /// - Throws: ``ArchiveError`` of reason `limit` for a time or size that a header cannot hold.
  package mutating func add(
    _ entry: Entry, contents: ArraySlice<UInt8> = []
  ) throws(ArchiveError) {
    guard (0..<Self.numberLimit).contains(entry.modificationTime),
      contents.count < Self.numberLimit
    else {
      throw ArchiveError(
        .limit, "its time or size does not fit into a tar header", member: entry.path)
    }
    var name = Array(entry.path.utf8)
    var target: [UInt8] = []
    let type: UInt8
    switch entry.kind {
    case .file: type = UInt8(ascii: "0")
    case .folder:
      type = UInt8(ascii: "5")
      name.append(UInt8(ascii: "/"))
    case .symbolicLink(let text):
      type = UInt8(ascii: "2")
      target = Array(text.utf8)
    }
    var records: [UInt8] = []
    for (key, value) in [("path", name), ("linkpath", target)] where !Self.fits(value) {
      records += Self.paxRecord(key, value)
    }
    if !records.isEmpty {
      append(
        Self.header(
          name: Array("././@PaxHeader".utf8), mode: 0, size: records.count, time: 0,
          type: UInt8(ascii: "x"), target: []))
      append(records[...])
    }
    append(
      Self.header(
        name: Self.ustar(name), mode: entry.mode & 0o7777, size: contents.count,
        time: entry.modificationTime, type: type, target: Self.ustar(target)))
    append(contents)
  }

  /// The bytes since the last call, so that an archive can be compressed while it is written.
  package mutating func drain() -> [UInt8] {
    defer { pending = [] }
    return pending
  }

  /// Ends the archive, and gives the bytes since the last ``drain()``.
  package consuming func finish() -> [UInt8] {
    let end = written + 2 * TarHeader.size
    let padded = (end + Self.recordSize - 1) / Self.recordSize * Self.recordSize
    pending += [UInt8](repeating: 0, count: padded - written)
    return pending
  }

  // Bytes, then zeros to the end of the block.
  private mutating func append(_ bytes: some Collection<UInt8>) {
    pending += bytes
    let padding = (TarHeader.size - bytes.count % TarHeader.size) % TarHeader.size
    pending += [UInt8](repeating: 0, count: padding)
    written += bytes.count + padding
  }

  private static func fits(_ text: [UInt8]) -> Bool {
    text.count <= nameSize && text.allSatisfy { $0 < 0x80 }
  }

  // What stands in the header beside a pax record: a `?` for each character that is not ASCII.
  private static func ustar(_ text: [UInt8]) -> [UInt8] {
    let ascii = text.filter { $0 & 0xC0 != 0x80 }.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }
    return Array(ascii.prefix(nameSize))
  }

  private static func paxRecord(_ key: String, _ value: [UInt8]) -> [UInt8] {
    let body = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
    // The length counts its own digits.
    var length = body.count + 1
    while String(length).utf8.count + body.count != length {
      length = String(length).utf8.count + body.count
    }
    return Array(String(length).utf8) + body
  }

  private static func header(
    name: [UInt8], mode: Int, size: Int, time: Int64, type: UInt8, target: [UInt8]
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: TarHeader.size)
    func put(_ bytes: some Collection<UInt8>, at offset: Int) {
      block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put(name, at: 0)
    put(octal(Int64(mode), 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(Int64(size), 11), at: 124)
    put(octal(time, 11), at: 136)
    put("        ".utf8, at: 148)
    block[156] = type
    put(target, at: 157)
    put("ustar\u{0}00".utf8, at: 257)
    let sum = block.reduce(0) { $0 + Int64($1) }
    put(octal(sum, 6) + [0], at: 148)
    return block
  }

  private static func octal(_ value: Int64, _ width: Int) -> [UInt8] {
    let digits = Array(String(value, radix: 8).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
  }
}
