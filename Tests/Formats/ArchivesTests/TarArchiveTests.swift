// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Archives

/// Writes tar archives, block by block.
enum TarSample {
  static func header(
    _ name: String, size: Int, type: Character = "0", link: String = "", gnu: Bool = false
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    put(name, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(octal(size, 11), at: 124)
    put(octal(0, 11), at: 136)
    put(String(type), at: 156)
    put(link, at: 157)
    put(gnu ? "ustar  " : "ustar\u{0}00", at: 257)
    put("        ", at: 148)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6) + "\u{0} ", at: 148)
    return block
  }

  static func member(
    _ name: String, _ contents: [UInt8] = [], type: Character = "0", link: String = "",
    gnu: Bool = false
  ) -> [UInt8] {
    let padding = (512 - contents.count % 512) % 512
    return header(name, size: contents.count, type: type, link: link, gnu: gnu) + contents
      + [UInt8](repeating: 0, count: padding)
  }

  static func pax(_ key: String, _ value: String) -> [UInt8] {
    let body = " \(key)=\(value)\n"
    var length = body.utf8.count + 1
    while String(length).utf8.count + body.utf8.count != length { length += 1 }
    return member("PaxHeader", Array("\(length)\(body)".utf8), type: "x")
  }

  static let end = [UInt8](repeating: 0, count: 1_024)

  private static func octal(_ value: Int, _ width: Int) -> String {
    let digits = String(value, radix: 8)
    return String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}

@Suite struct TarArchiveTests {
  @Test func membersOfAllFormatsAreRead() throws {
    let long = "top/" + String(repeating: "x", count: 150)
    let bytes =
      TarSample.member("top/", type: "5") + TarSample.member("top/a", [1, 2, 3])
      + TarSample.pax("path", "top/é") + TarSample.member("top/fallback", [4])
      + TarSample.member("././@LongLink", Array(long.utf8) + [0], type: "L", gnu: true)
      + TarSample.member("top/xxx", [5], gnu: true)
      + TarSample.member("top/link", type: "2", link: "../top/a") + TarSample.end
    let archive = try TarArchive(parsing: bytes)
    #expect(archive.members.map(\.path) == ["top", "top/a", "top/é", long, "top/link"])
    #expect(try archive.contents(of: "top/a") == [1, 2, 3])
    #expect(try archive.contents(of: "top/é") == [4])
    #expect(try archive.contents(of: long) == [5])
    #expect(archive.members[4].kind == .symbolicLink(target: "../top/a"))
    #expect(throws: ArchiveError.self) { try archive.contents(of: "top/link") }
  }

  static let refused: [(String, [UInt8])] = [
    ("no end", TarSample.member("a")),
    ("one zero block", TarSample.member("a") + TarSample.end.dropLast(512)),
    ("bytes after the end", TarSample.end + TarSample.member("a") + TarSample.end),
    ("duplicate", TarSample.member("a") + TarSample.member("a") + TarSample.end),
    ("below a file", TarSample.member("a") + TarSample.member("a/b") + TarSample.end),
    ("parent", TarSample.member("../a") + TarSample.end),
    ("absolute", TarSample.member("/a") + TarSample.end),
    ("hard link", TarSample.member("b", type: "1", link: "a") + TarSample.end),
    ("device", TarSample.member("b", type: "3") + TarSample.end),
    ("link out", TarSample.member("b", type: "2", link: "../a") + TarSample.end),
    ("link to root", TarSample.member("b", type: "2", link: "/a") + TarSample.end),
    ("folder with contents", TarSample.member("d/", [1], type: "5") + TarSample.end),
    (
      "through a link",
      TarSample.member("l", type: "2", link: "x") + TarSample.member("l/f") + TarSample.end
    ),
    ("size twice", TarSample.pax("size", "2") + TarSample.member("a", [1]) + TarSample.end),
    ("charset", TarSample.pax("hdrcharset", "BINARY") + TarSample.member("a") + TarSample.end),
    ("lonely pax", TarSample.pax("path", "b") + TarSample.end),
    (
      "two pax",
      TarSample.pax("path", "b") + TarSample.pax("path", "c") + TarSample.member("a")
        + TarSample.end
    ),
    ("truncated", TarSample.header("a", size: 5_000) + TarSample.end),
    ("huge", TarSample.header("a", size: 0o77777777777) + TarSample.end),
    ("empty", []),
    ("padding", changed(TarSample.member("a", [1]) + TarSample.end, at: 512 + 1)),
    ("end of a header", changed(TarSample.member("a") + TarSample.end, at: 511)),
    ("owner's name", changed(TarSample.member("a") + TarSample.end, at: 296)),
    ("set-user-ID", changed(TarSample.member("a") + TarSample.end, at: 103, to: 0x34)),
    (
      "long target",
      TarSample.pax("linkpath", String(repeating: "a/", count: 3_000) + "b")
        + TarSample.member("d/a", type: "2") + TarSample.end
    ),
    ("case", TarSample.member("a") + TarSample.member("A") + TarSample.end),
    (
      "time",
      TarSample.pax("mtime", "-9223372036854775808.5") + TarSample.member("a") + TarSample.end
    ),
    ("time", TarSample.pax("mtime", "1.2.3") + TarSample.member("a") + TarSample.end),
    ("long name under POSIX magic", TarSample.member("b", [1, 0], type: "L") + TarSample.end),
    (
      "two long names",
      TarSample.member("b", [1, 0], type: "L", gnu: true)
        + TarSample.member("b", [1, 0], type: "L", gnu: true) + TarSample.end
    ),
    (
      "long name without end",
      TarSample.member("b", [65, 66], type: "L", gnu: true) + TarSample.member("a")
        + TarSample.end
    ),
    (
      "fallback name that leads out",
      TarSample.pax("path", "b") + TarSample.member("../a") + TarSample.end
    ),
  ]

  // One byte changed, and the header's checksum made right again.
  private static func changed(_ bytes: [UInt8], at index: Int, to byte: UInt8 = 1) -> [UInt8] {
    var bytes = bytes
    bytes[index] = byte
    guard index < 512 else { return bytes }
    bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    bytes.replaceSubrange(
      148..<155, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0])
    return bytes
  }

  /// The same over a decompressed stream, piece by piece.
  @Test(arguments: refused.indices)
  func streamsOfThemAreRefusedAlike(index: Int) throws {
    let (label, bytes) = Self.refused[index]
    let file = try GzipWriter.file(of: bytes)
    let reasons = [
      #expect(throws: ArchiveError.self, "\(label)") { try TarArchive(parsing: bytes) },
      #expect(throws: ArchiveError.self, "\(label)") { try TarContents(parsingGzip: file) },
    ]
    #expect(reasons[0] == reasons[1], "\(label)")
  }

  @Test func headersAreGiven() throws {
    var member = TarSample.member("a", gnu: true)
    member.replaceSubrange(136..<148, with: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
    member.replaceSubrange(108..<116, with: [UInt8](repeating: 0, count: 8))
    member.replaceSubrange(265..<268, with: "abc".utf8)
    let changed = Self.changed(member, at: 329, to: 0x30)
    let archive = try TarArchive(
      parsing: changed + TarSample.pax("mtime", "12.5") + TarSample.member("b") + TarSample.end)
    let (first, second) = (archive.members[0].header, archive.members[1].header)
    #expect(first.isGNU && first.modificationTime == "258" && first.headerTime == 258)
    #expect(first.userID == 0 && first.userName == Array("abc".utf8) && first.mode == 0o644)
    #expect(first.deviceNumbers == [0x30] + [UInt8](repeating: 0, count: 15))
    #expect(first.typeFlag == UInt8(ascii: "0") && first.pax.isEmpty)
    #expect(!second.isGNU && second.modificationTime == "12.5" && second.headerTime == 0)
    #expect(second.pax.map(\.key) == [Array("mtime".utf8)])
    #expect(second.time.seconds == 12 && second.time.nanoseconds == 500_000_000)
  }

  @Test func limitsHold() {
    let bytes = TarSample.member("a/b", [1, 2]) + TarSample.member("a/c") + TarSample.end
    for limits in [
      ArchiveLimits(entries: 1), ArchiveLimits(memberSize: 1), ArchiveLimits(unpackedSize: 1_024),
      ArchiveLimits(pathLength: 2), ArchiveLimits(pathDepth: 1),
    ] {
      #expect(throws: ArchiveError.self) { try TarArchive(parsing: bytes, limits: limits) }
    }
  }

  @Test(arguments: refused.indices)
  func otherArchivesAreRefused(index: Int) {
    let (label, bytes) = Self.refused[index]
    #expect(throws: ArchiveError.self, "\(label)") { try TarArchive(parsing: bytes) }
  }

  @Test func flippedBytesDoNotCrash() {
    let bytes = TarSample.pax("path", "b/c") + TarSample.member("a", [1, 2]) + TarSample.end
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0xFF
      _ = try? TarArchive(parsing: changed)
    }
  }
}

@Suite struct GzipMemberTests {
  // printf hello | gzip -n
  private let hello: [UInt8] = [
    0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0, 0x86, 0xA6,
    0x10, 0x36, 0x05, 0, 0, 0,
  ]

  @Test func oneMemberIsRead() throws {
    #expect(try GzipMember(parsing: hello).contents == Array("hello".utf8))
  }

  @Test func anythingElseIsRefused() {
    #expect(throws: ArchiveError.self) { try GzipMember(parsing: hello + hello) }
    #expect(throws: ArchiveError.self) { try GzipMember(parsing: hello + [0]) }
    for length in 0..<hello.count {
      #expect(throws: ArchiveError.self) { try GzipMember(parsing: Array(hello[..<length])) }
    }
    for index in hello.indices where !(4...9).contains(index) {
      var changed = hello
      changed[index] ^= 0xFF
      #expect(throws: ArchiveError.self, "byte \(index)") { try GzipMember(parsing: changed) }
    }
  }

  @Test func bombsAreStopped() {
    #expect(throws: ArchiveError.self) {
      try GzipMember(parsing: hello, limits: ArchiveLimits(unpackedSize: 4))
    }
    #expect(throws: ArchiveError.self) {
      try GzipMember(parsing: hello, limits: ArchiveLimits(ratio: 0, ratioFreeSize: 4))
    }
  }
}
