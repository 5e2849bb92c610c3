// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Archives

/// Writes ZIP files of stored members, with knobs for what a test wants to be wrong.
struct ZipSample {
  var members: [(name: String, contents: [UInt8])]
  var flags = 0
  var method = 0
  var attributes = 0o100644 << 16
  var localName: String?
  var declaredSize: Int?
  var damagesChecksum = false

  var bytes: [UInt8] {
    var output: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in members {
      let offset = output.count
      let checksum = Int(Inflate.crc32(contents[...])) ^ (damagesChecksum ? 1 : 0)
      func shared(_ name: String) -> [UInt8] {
        Self.number(20, 2) + Self.number(flags, 2) + Self.number(method, 2) + Self.number(0, 4)
          + Self.number(checksum, 4) + Self.number(contents.count, 4)
          + Self.number(declaredSize ?? contents.count, 4) + Self.number(name.utf8.count, 2)
          + Self.number(0, 2)
      }
      let local = localName ?? name
      output += [0x50, 0x4B, 3, 4] + shared(local) + Array(local.utf8) + contents
      directory += [0x50, 0x4B, 1, 2] + Self.number(0x0314, 2) + shared(name)
      directory += Self.number(0, 6) + Self.number(attributes, 4) + Self.number(offset, 4)
      directory += Array(name.utf8)
    }
    let start = output.count
    output += directory + [0x50, 0x4B, 5, 6] + Self.number(0, 4)
    output += Self.number(members.count, 2) + Self.number(members.count, 2)
    output += Self.number(directory.count, 4) + Self.number(start, 4) + Self.number(0, 2)
    return output
  }

  static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

@Suite struct ZipArchiveTests {
  private let plain = ZipSample(members: [("a/b.txt", [1, 2, 3]), ("c", [])])

  @Test func membersAreRead() throws {
    let archive = try ZipArchive(parsing: plain.bytes)
    #expect(archive.members.map(\.path) == ["a/b.txt", "c"])
    #expect(try archive.contents(of: "a/b.txt") == [1, 2, 3])
    #expect(try archive.contents(of: "c") == [])
    #expect(throws: ArchiveError.self) { try archive.contents(of: "d") }
  }

  @Test(arguments: [
    "../a", "/a", "a/../b", "a//b", "./a", "a\\b", "C:a", "a\nb", "", "a\u{7F}", "a/.",
    String(repeating: "a/", count: 100) + "b", String(repeating: "a", count: 5_000),
  ])
  func unsafeNamesAreRefused(name: String) {
    let sample = ZipSample(members: [(name, [1])])
    #expect(throws: ArchiveError.self) { try ZipArchive(parsing: sample.bytes) }
  }

  @Test(arguments: [
    ["a", "a"], ["a", "a/b"], ["a/b", "a"], ["é", "e\u{301}"], ["a", "A"], ["É", "é"],
  ])
  func namesThatCollideAreRefused(names: [String]) {
    var sample = ZipSample(members: names.map { ($0, [1]) })
    sample.flags = 0x0800
    #expect(throws: ArchiveError.self) { try ZipArchive(parsing: sample.bytes) }
  }

  @Test func contradictionsAreRefused() {
    var samples: [(String, ZipSample)] = []
    func add(_ label: String, _ change: (inout ZipSample) -> Void) {
      var sample = plain
      change(&sample)
      samples.append((label, sample))
    }
    add("encrypted") { $0.flags = 1 }
    add("data descriptor") { $0.flags = 8 }
    add("method") { $0.method = 12 }
    add("symbolic link") { $0.attributes = 0o120777 << 16 }
    add("local name") { $0.localName = "other" }
    add("declared size") { $0.declaredSize = 2 }
    add("zip64 size") { $0.declaredSize = 0xFFFF_FFFF }
    add("set-user-ID") { $0.attributes = 0o104755 << 16 }
    add("DOS folder") { $0.attributes = 0x10 }
    add("unknown flag") { $0.flags = 0x10 }
    for (label, sample) in samples {
      #expect(throws: ArchiveError.self, "\(label)") { try ZipArchive(parsing: sample.bytes) }
    }
    var damaged = plain
    damaged.damagesChecksum = true
    #expect(throws: ArchiveError.self) {
      try ZipArchive(parsing: damaged.bytes).contents(of: "a/b.txt")
    }
  }

  @Test func bytesAroundTheArchiveAreRefused() {
    for bytes in [[0] + plain.bytes, plain.bytes + [0], Array(plain.bytes.dropLast()), []] {
      #expect(throws: ArchiveError.self) { try ZipArchive(parsing: bytes) }
    }
  }

  @Test func everyTruncationAndEveryFlippedByteIsHandled() {
    let bytes = plain.bytes
    for length in 0..<bytes.count {
      #expect(throws: ArchiveError.self) { try ZipArchive(parsing: Array(bytes[..<length])) }
    }
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0xFF
      // Fields without meaning here may change; nothing may crash.
      if let archive = try? ZipArchive(parsing: changed) {
        for member in archive.members { _ = try? archive.contents(of: member) }
      }
    }
  }

  @Test func limitsHold() {
    for limits in [
      ArchiveLimits(archiveSize: 10), ArchiveLimits(entries: 1), ArchiveLimits(pathLength: 3),
      ArchiveLimits(pathDepth: 1), ArchiveLimits(memberSize: 2), ArchiveLimits(unpackedSize: 2),
      ArchiveLimits(ratio: 0, ratioFreeSize: 2),
    ] {
      #expect(throws: ArchiveError.self) { try ZipArchive(parsing: plain.bytes, limits: limits) }
    }
  }
}
