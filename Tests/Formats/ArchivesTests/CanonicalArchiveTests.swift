// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing

@testable import Archives

/// What the canonical writers make: readable by our readers and by Python's, and the same for the
/// same files.
@Suite struct CanonicalArchiveTests {
  private static let epoch: Int64 = 1_700_000_001
  private static let long = "top/" + String(repeating: "lang-", count: 30) + "/é.py"
  // A header's field that is cut right after a slash must not make its own member unreadable.
  private static let cut = "top/" + String(repeating: "x", count: 95) + "/a.py"

  static let files: [(path: String, contents: [UInt8], mode: Int)] = [
    ("top/PKG-INFO", Array("Name: top\n".utf8), 0o644), ("top/empty", [], 0o644),
    ("top/bin/run", Array("#!\n".utf8), 0o755), (long, [1, 2, 3], 0o644), (cut, [4], 0o644),
    ("top/block", [UInt8](repeating: 7, count: 512), 0o644),
    ("top/large", (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }, 0o644),
  ]

  private static func tar() throws -> [UInt8] {
    var writer = TarWriter()
    try writer.add(
      TarWriter.Entry(path: "top", kind: .folder, mode: 0o755, modificationTime: epoch))
    for file in files {
      try writer.add(
        TarWriter.Entry(
          path: file.path, kind: .file, mode: file.mode, modificationTime: epoch),
        contents: file.contents[...])
    }
    for (path, target) in [("top/link", "PKG-INFO"), ("top/far", String(long.dropFirst(4)))] {
      try writer.add(
        TarWriter.Entry(
          path: path, kind: .symbolicLink(target: target), mode: 0o777, modificationTime: epoch))
    }
    return writer.finish()
  }

  private static func zip() throws -> [UInt8] {
    var writer = ZipWriter(time: DOSTime(unixSeconds: epoch))
    for file in files { try writer.add(file.path, contents: file.contents, mode: file.mode) }
    return writer.finish()
  }

  @Test func ourReadersTakeThem() throws {
    let tar = try TarArchive(
      parsing: try GzipMember(
        parsing: try GzipWriter.file(of: try Self.tar(), modificationTime: Self.epoch)
      ).contents)
    let zip = try ZipArchive(parsing: try Self.zip())
    #expect(zip.members.map(\.path) == Self.files.map(\.path))
    #expect(tar.members.map(\.path) == ["top"] + Self.files.map(\.path) + ["top/link", "top/far"])
    for file in Self.files {
      #expect(try tar.contents(of: file.path) == file.contents)
      #expect(try zip.contents(of: file.path) == file.contents)
    }
    for member in tar.members { #expect(member.header.modificationTime == String(Self.epoch)) }
    #expect(zip.members.map(\.isExecutable) == Self.files.map { $0.mode == 0o755 })
  }

  @Test func pythonWritesTheSameTar() throws {
    let scratch = try Scratch()
    let ours = try scratch.write("ours.tar", try Self.tar())
    let script = """
      from io import BytesIO; import sys, tarfile
      ours = open(sys.argv[1], "rb").read()
      made = BytesIO()
      with tarfile.open(fileobj=BytesIO(ours)) as source:
          with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as target:
              for member in source:
                  clean = tarfile.TarInfo(member.name)
                  clean.type, clean.mode, clean.size = member.type, member.mode, member.size
                  clean.linkname, clean.mtime = member.linkname, int(member.mtime)
                  content = source.extractfile(member) if member.isreg() else None
                  target.addfile(clean, content)
      sys.exit(0 if made.getvalue() == ours else "other bytes")
      """
    let outcome = try Program(path: "/usr/bin/env").run(["python3", "-I", "-B", "-c", script, ours])
    #expect(outcome.status == 0, "\(outcome)")
  }

  // Small contents, which every zlib compresses alike.
  @Test func pythonWritesTheSameZip() throws {
    var writer = ZipWriter(time: DOSTime(unixSeconds: Self.epoch))
    for file in Self.files where file.contents.count < 100 {
      try writer.add(file.path, contents: file.contents, mode: file.mode)
    }
    let ours = try Scratch()
    let path = try ours.write("ours.zip", writer.finish())
    let script = """
      from io import BytesIO; import sys, zipfile
      ours = open(sys.argv[1], "rb").read()
      made = BytesIO()
      with zipfile.ZipFile(BytesIO(ours)) as source, zipfile.ZipFile(made, "w") as target:
          for member in source.infolist():
              clean = zipfile.ZipInfo(member.filename, (2023, 11, 14, 22, 13, 20))
              clean.external_attr, clean.compress_type = member.external_attr, 8
              target.writestr(clean, source.read(member))
      sys.exit(0 if made.getvalue() == ours else "other bytes")
      """
    let outcome = try Program(path: "/usr/bin/env").run(["python3", "-I", "-B", "-c", script, path])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test func pythonReadsThemAlike() throws {
    let scratch = try Scratch()
    let tar = try scratch.write(
      "a.tar.gz", try GzipWriter.file(of: try Self.tar(), modificationTime: Self.epoch))
    let zip = try scratch.write("a.zip", try Self.zip())
    let script = """
      from hashlib import sha256; import sys, tarfile, zipfile
      digest = lambda b: sha256(b).hexdigest()
      with tarfile.open(sys.argv[1], "r:gz") as file:
          for m in file:
              body = digest(file.extractfile(m).read()) if m.isreg() else m.linkname
              print(m.name, oct(m.mode), m.mtime, m.uid, m.gid, m.uname + m.gname, body)
      with zipfile.ZipFile(sys.argv[2]) as file:
          assert file.testzip() is None
          for m in file.infolist():
              print(m.filename, oct(m.external_attr >> 16), m.date_time, m.compress_type,
                    m.extra, m.comment, digest(file.read(m)))
      """
    let outcome = try Program(path: "/usr/bin/env").run(
      ["python3", "-I", "-B", "-c", script, tar, zip])
    func digest(_ bytes: [UInt8]) -> String { SHA256Hash(hashing: bytes).hexadecimal }
    var expected = ["top 0o755 \(Self.epoch) 0 0  "]
    for file in Self.files {
      let mode = String(file.mode, radix: 8)
      expected.append("\(file.path) 0o\(mode) \(Self.epoch) 0 0  \(digest(file.contents))")
    }
    expected.append("top/link 0o777 \(Self.epoch) 0 0  PKG-INFO")
    expected.append("top/far 0o777 \(Self.epoch) 0 0  \(Self.long.dropFirst(4))")
    for file in Self.files {
      let mode = String(0o100000 | file.mode, radix: 8)
      expected.append(
        "\(file.path) 0o\(mode) (2023, 11, 14, 22, 13, 20) 8 b'' b'' \(digest(file.contents))")
    }
    #expect(outcome.output.split(separator: "\n").map(String.init) == expected, "\(outcome)")
  }

  @Test func sdistsThatDifferInTheirContainersBecomeOne() throws {
    let one =
      TarSample.member("top/", type: "5") + TarSample.pax("mtime", "1700000500.25")
      + TarSample.member("top/b", [1]) + TarSample.member("top/a", [2]) + TarSample.end
    let other =
      TarSample.member("top/a", [2], gnu: true) + TarSample.pax("mtime", "1700000999")
      + TarSample.member("top/b", [1]) + TarSample.member("top/", type: "5", gnu: true)
      + TarSample.end
    let results = try [(one, 5), (other, 9)].map { tar, time in
      try CanonicalSdist.rewrite(
        try GzipWriter.file(of: tar, modificationTime: time), sourceDateEpoch: Self.epoch)
    }
    #expect(results[0] == results[1])
    let gzip = try GzipMember(parsing: results[0])
    #expect(gzip.modificationTime == Int(Self.epoch))
    #expect(gzip.header.name == nil)
    #expect(gzip.header.operatingSystem == 255)
    let archive = try TarArchive(parsing: gzip.contents)
    #expect(archive.members.map(\.path) == ["top", "top/a", "top/b"])
    // The earlier of the recorded time and the given one.
    #expect(archive.members.map(\.header.modificationTime) == ["0", "0", String(Self.epoch)])
    #expect(try CanonicalSdist.rewrite(results[0], sourceDateEpoch: Self.epoch) == results[0])
    let kept = try CanonicalSdist.rewrite(
      try GzipWriter.file(of: one), sourceDateEpoch: nil, order: .given)
    let unchanged = try TarArchive(parsing: try GzipMember(parsing: kept).contents)
    #expect(unchanged.members.map(\.path) == ["top", "top/b", "top/a"])
    #expect(unchanged.members.map(\.header.modificationTime) == ["0", "1700000500", "0"])
  }

  @Test func wheelsThatDifferInTheirContainersBecomeOne() throws {
    let members: [(name: String, contents: [UInt8])] = [
      ("a-1.dist-info/RECORD", [1]), ("z.py", [2]), ("a-1.dist-info/METADATA", [3]),
      ("b/", []), ("b/c.py", [4]), ("a-1.dist-info/licenses/RECORD", [5]),
    ]
    var results: [[UInt8]] = []
    for order in [members, members.reversed()] {
      let sample = ZipSample(members: order.filter { $0.name != "b/" })
      results.append(try CanonicalWheel.rewrite(sample.bytes, sourceDateEpoch: Self.epoch))
    }
    #expect(results[0] == results[1])
    let archive = try ZipArchive(parsing: results[0])
    #expect(
      archive.members.map(\.path) == [
        "b/c.py", "z.py", "a-1.dist-info/METADATA", "a-1.dist-info/licenses/RECORD",
        "a-1.dist-info/RECORD",
      ])
    #expect(try CanonicalWheel.rewrite(results[0], sourceDateEpoch: Self.epoch) == results[0])
    let kept = try CanonicalWheel.rewrite(
      ZipSample(members: members.filter { $0.name != "b/" }).bytes, sourceDateEpoch: nil,
      order: .given)
    let unchanged = try ZipArchive(parsing: kept)
    #expect(unchanged.members.first?.path == "z.py")
    #expect(unchanged.members.last?.path == "a-1.dist-info/RECORD")
    #expect(unchanged.members.first?.header.dosDate == DOSTime.earliest.date)
  }

  static let times: [(Int64, DOSTime)] = [
    (0, .earliest), (-1, .earliest), (315_532_800, .earliest),
    (315_532_802, DOSTime(time: 1, date: 33)), (951_782_400, DOSTime(time: 0, date: 10_333)),
    (1_700_000_001, DOSTime(time: 45_482, date: 22_382)), (4_354_819_199, .latest),
    (.max, .latest),
  ]

  @Test(arguments: times)
  func timesAreHeldToTheFormat(seconds: Int64, expected: DOSTime) {
    #expect(DOSTime(unixSeconds: seconds) == expected)
  }

  @Test func whatHeadersCannotHoldIsRefused() {
    var writer = TarWriter()
    for time in [-1, 1 << 33] as [Int64] {
      #expect(throws: ArchiveError.self) {
        try writer.add(
          TarWriter.Entry(path: "a", kind: .file, mode: 0o644, modificationTime: time))
      }
    }
  }
}
