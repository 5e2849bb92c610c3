// SPDX-License-Identifier: Apache-2.0

import Reproducibility
import TestSupport
import Testing

/// Files that someone changed after they were built. None may reach a verdict that passes.
@Suite struct TamperingTests {
  private static let name = "greeting-1.0-py3-none-any.whl"
  private static let sdistName = "greeting-1.0.tar.gz"

  /// Changes of a wheel with and without a RECORD that was made to fit.
  private static var wheels: [(String, [UInt8])] {
    var all: [(String, TestZip)] = []
    func add(_ name: String, record: Bool = true, _ change: (inout TestZip) -> Void) {
      var zip = Fixture.wheel
      change(&zip)
      all.append((name, zip))
      guard record else { return }
      zip.record(in: Fixture.info)
      all.append((name + ", RECORD made to fit", zip))
    }
    for member in Fixture.wheel.members {
      let path = member.path
      // One byte of the contents, at the start, in the middle, at the end.
      for place in [0, member.contents.count / 2, member.contents.count - 1] {
        for mask in [UInt8(1), 0x20, 0x80] {
          add("byte \(place) of \(path) xor \(mask)") { $0[path].contents[place] ^= mask }
        }
      }
      add("more in \(path)") { $0[path].contents += Array("\n".utf8) }
      add("\(path) emptied") { $0[path].contents = [] }
      add("\(path) removed") { $0.members.removeAll { $0.path == path } }
      add("\(path) twice", record: false) { zip in zip.members.append(zip[path]) }
      add("\(path) in another case") { $0[path].path = path.uppercased() }
      add("\(path) may be executed") { $0[path].mode ^= 0o111 }
      add("\(path) is a link", record: false) { $0[path].mode = 0o120777 }
      add("\(path) is a device", record: false) { $0[path].mode = 0o020644 }
      add("\(path) has a set-user bit") { $0[path].mode |= 0o4000 }
      add("extra field of \(path)", record: false) { zip in
        zip[path].localExtra = [0x55, 0x54, 5, 0, 1, 2, 3, 4, 5]
      }
      add("central extra field of \(path)", record: false) { zip in
        zip[path].centralExtra = [0xFE, 0xCA, 3, 0, 1, 2, 3]
      }
      add("comment of \(path)", record: false) { $0[path].comment = Array("payload".utf8) }
      add("hidden bytes after \(path)", record: false) { $0[path].gap = Array("payload".utf8) }
      add("local time of \(path)", record: false) { $0[path].localTime = 0x1234 }
      add("local version of \(path)", record: false) { $0[path].localNeeded = 45 }
      add("no time of \(path)", record: false) { $0[path].date = 0xFFFF }
      add("version of \(path)", record: false) { $0[path].needed = 0x4141 }
      add("system of \(path)", record: false) { $0[path].madeBy = 0x4141 }
      add("attributes of \(path)", record: false) { $0[path].internalAttributes = 0x4140 }
      add("DOS attributes of \(path)", record: false) { $0[path].dosAttributes = 0x4100 }
      add("long stream of \(path)", record: false) { zip in
        zip[path].isDeflated = true
        zip[path].emptyBlocks = 100
      }
      add("data descriptor of \(path)", record: false) { $0[path].flags = 8 }
      add("sizes after stored data of \(path)", record: false) { $0[path].isStreamed = true }
      add("bytes after the descriptor of \(path)", record: false) { zip in
        zip[path].isDeflated = true
        zip[path].isStreamed = true
        zip[path].gap = Array("payload".utf8)
      }
      add("encryption of \(path)", record: false) { $0[path].flags = 1 }
    }
    add("prefix", record: false) { $0.prefix = Array("#!/bin/sh\n".utf8) }
    add("suffix", record: false) { $0.suffix = Array("payload".utf8) }
    add("archive comment", record: false) { $0.comment = Array("payload".utf8) }
    for path in [
      "greeting/evil.py", "evil.pth", "greeting-1.0.data/scripts/x", "\(Fixture.info)/x",
    ] {
      add("added \(path)") { $0.members.append(TestZip.Member(path, "import os\n")) }
    }
    add("swapped members") { zip in
      let (one, other) = (zip.members[0].contents, zip.members[1].contents)
      zip.members[0].contents = other
      zip.members[1].contents = one
    }
    add("path that leaves", record: false) { $0.members[0].path = "../evil.py" }
    add("absolute path", record: false) { $0.members[0].path = "/evil.py" }
    return all.map { ($0.0, $0.1.bytes) }
  }

  @Test func noTamperedWheelPasses() throws {
    let original = Fixture.wheel.bytes
    var count = 0
    for (what, bytes) in Self.wheels where bytes != original {
      let report = try Fixture.compare(bytes, original, Self.name)
      #expect(!report.verdict.passes, "\(what): \(report.verdict)")
      #expect(!report.differences.isEmpty)
      count += 1
    }
    #expect(count > 300)
  }

  @Test func noTamperedSdistPasses() throws {
    let original = Fixture.sdist.bytes
    var all: [(String, TestTar)] = []
    func add(_ name: String, _ change: (inout TestTar) -> Void) {
      var tar = Fixture.sdist
      change(&tar)
      all.append((name, tar))
    }
    for member in Fixture.sdist.members {
      let path = member.path
      if !member.contents.isEmpty {
        for place in [0, member.contents.count / 2, member.contents.count - 1] {
          for mask in [UInt8(1), 0x20, 0x80] {
            add("byte \(place) of \(path) xor \(mask)") { $0[path].contents[place] ^= mask }
          }
        }
        add("\(path) may be executed") { $0[path].mode ^= 0o111 }
        add("padding of \(path)") { $0[path].padding = 0x41 }
        add("\(path) is a link") { tar in
          tar[path].contents = []
          tar[path].type = UInt8(ascii: "2")
          tar[path].link = "x"
        }
        add("\(path) is a hard link") { tar in
          tar[path].contents = []
          tar[path].type = UInt8(ascii: "1")
          tar[path].link = SdistCase.code
        }
        add("link name of \(path)") { $0[path].link = "payload" }
      }
      add("\(path) removed") { $0.members.removeAll { $0.path == path } }
      if member.type != UInt8(ascii: "5") {
        add("\(path) twice") { tar in tar.members.append(tar[path]) }
      }
      add("\(path) in another case") { $0[path].path = path.uppercased() }
      add("set-user bit of \(path)") { $0[path].mode |= 0o4000 }
      add("pax comment of \(path)") { $0[path].pax = [("comment", "payload")] }
      add("attribute of \(path)") { $0[path].pax = [("SCHILY.xattr.user.x", "payload")] }
      for place in [200, 344, 500, 511] where place != 200 || member.link.isEmpty {
        add("byte \(place) of the header of \(path)") { $0[path].patches[place] = 0x41 }
      }
    }
    for item in SdistCase.hidden { add("hidden: \(item.name)") { item.change(&$0) } }
    add("long stream") { $0.blockSize = 10 }
    add("suffix of the tar") { $0.suffix = [UInt8](repeating: 0x41, count: 512) }
    add("trailer of the gzip") { $0.trailer = Array("payload".utf8) }
    add("second gzip member") { $0.trailer = Fixture.sdist.bytes }
    add("added file") { $0.members.append(TestTar.Member("greeting-1.0/setup.py", "x")) }
    add("added beside the top") { $0.members.append(TestTar.Member("evil.py", "x")) }
    var count = 0
    for (what, tar) in all where tar.bytes != original {
      let report = try Fixture.compare(tar.bytes, original, Self.sdistName)
      #expect(!report.verdict.passes, "\(what): \(report.verdict)")
      count += 1
    }
    #expect(count > 150)
  }

  /// Every byte of a wheel, changed alone: it passes only where a field is that the ladder names.
  @Test func everyByteOfAWheelCounts() throws {
    let zip = Fixture.wheel
    let original = zip.bytes
    var passing: Set<Int> = []
    for place in original.indices {
      for mask in [UInt8(0x01), 0x40] {
        var changed = original
        changed[place] ^= mask
        let report = try Fixture.compare(changed, original, Self.name)
        if report.verdict.passes { passing.insert(place) }
      }
    }
    // The central header alone has fields whose change, alone, may pass: versions (4 to 7),
    // attributes (36 to 41). Times and flags stand in the local header too, so that one of them
    // alone is a contradiction.
    let allowed = try Self.centralHeaders(original).flatMap { start in
      [4, 5, 36, 37, 38, 39, 40, 41].map { start + $0 }
    }
    #expect(passing.isSubset(of: allowed), "\(passing.subtracting(allowed).sorted())")
    #expect(!passing.isEmpty)
  }

  private static func centralHeaders(_ bytes: [UInt8]) throws -> [Int] {
    bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
  }

  /// Every byte of the headers of a tar stream, changed alone with its checksum made to fit.
  @Test func everyByteOfATarHeaderCounts() throws {
    let original = Fixture.sdist
    let bytes = original.bytes
    // Mode, owners, the end of the size, time, type, mark, names of owners, device numbers.
    let allowed: [Range<Int>] = [100..<124, 135..<148, 156..<157, 257..<345]
    for place in 0..<512 where !(148..<156).contains(place) {
      for value in [UInt8(0), 0x20, 0x41] {
        var changed = original
        changed[SdistCase.code].patches[place] = value
        guard changed.tar != original.tar else { continue }
        let report = try Fixture.compare(changed.bytes, bytes, Self.sdistName)
        guard report.verdict.passes else { continue }
        #expect(allowed.contains { $0.contains(place) }, "byte \(place) set to \(value)")
      }
    }
  }
}
