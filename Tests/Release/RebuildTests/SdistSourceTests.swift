// SPDX-License-Identifier: Apache-2.0

import Archives
import FoundationEssentials
import Reproducibility
import SystemPackage
import Testing

@testable import Rebuild

@Suite("The files of an sdist as a source") struct SdistSourceTests {
  private static func archive(_ entries: [(TarWriter.Entry, String)]) throws -> TarArchive {
    var writer = TarWriter()
    for (entry, text) in entries { try writer.add(entry, contents: Array(text.utf8)[...]) }
    return try TarArchive(parsing: writer.finish())
  }

  private static func entry(
    _ path: String, _ kind: TarArchive.Kind = .file, mode: Int = 0o644, time: Int64 = 1_700_000_000
  ) -> TarWriter.Entry {
    TarWriter.Entry(path: path, kind: kind, mode: mode, modificationTime: time)
  }

  private static func attributes(_ path: FilePath) throws -> (mode: Int, time: Int64) {
    let found = try FileManager.default.attributesOfItem(atPath: path.string)
    let mode = found[.posixPermissions] as? Int ?? 0
    let time = (found[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return (mode, Int64(time))
  }

  @Test("files have their contents and times, and only their owner may write")
  func extracts() async throws {
    let archive = try Self.archive([
      (Self.entry("tiny-1.0", .folder, mode: 0o777), ""),
      (Self.entry("tiny-1.0/a.py", mode: 0o666), "a\n"),
      (Self.entry("tiny-1.0/bin/run", mode: 0o777, time: 1_600_000_000), "run\n"),
      (Self.entry("tiny-1.0/link", .symbolicLink(target: "a.py")), ""),
    ])
    try await FileTree.withTemporaryFolder { work in
      let folder = work.appending("source")
      try FileTree.makeFolder(folder)
      try SdistSource(archive: archive).extract(into: folder)
      #expect(try FileTree.read(folder.appending("a.py"), limit: 10) == Array("a\n".utf8))
      let plain = try Self.attributes(folder.appending("a.py"))
      #expect(plain.mode & 0o022 == 0)
      #expect(plain.mode & 0o100 == 0)
      #expect(plain.time == 1_700_000_000)
      let run = try Self.attributes(folder.appending("bin/run"))
      #expect(run.mode & 0o7000 == 0)
      #expect(run.mode & 0o122 == 0o100)
      #expect(run.time == 1_600_000_000)
      let target = try FileManager.default.destinationOfSymbolicLink(
        atPath: folder.appending("link").string)
      #expect(target == "a.py")
    }
  }

  @Test("nothing is written over what is there")
  func exclusive() async throws {
    let archive = try Self.archive([(Self.entry("tiny-1.0/a.py"), "new")])
    try await FileTree.withTemporaryFolder { folder in
      try FileTree.write(Array("old".utf8), to: folder.appending("a.py"))
      #expect(throws: RebuildError.self) { try SdistSource(archive: archive).extract(into: folder) }
      #expect(try FileTree.read(folder.appending("a.py"), limit: 10) == Array("old".utf8))
    }
  }

  @Test("recorded times are set on what is there, and nowhere else")
  func replay() async throws {
    try await FileTree.withTemporaryFolder { folder in
      try FileTree.write([], to: folder.appending("a.py"))
      let times = [
        SdistTraits.RecordedTime(path: "a.py", seconds: 1_600_000_000, nanoseconds: 5),
        SdistTraits.RecordedTime(path: "PKG-INFO", seconds: 1, nanoseconds: 0),
        SdistTraits.RecordedTime(path: "", seconds: 1, nanoseconds: 0),
      ]
      #expect(RecordedTimes.replay(times, on: folder) == 1)
      #expect(try Self.attributes(folder.appending("a.py")).time == 1_600_000_000)
    }
  }
}
