// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark-conformance archive`, through the real program.
@Suite struct ArchiveCommandTests {
  static let conformance = Program("hallmark-conformance")

  // An archive of nothing, and the same with a comment.
  private static let empty: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
  private static let commented = empty.dropLast(2) + [2, 0, 0x68, 0x69]

  @Test func saysOneLinePerFile() throws {
    let scratch = try Scratch()
    let good = try scratch.write("good.zip", Self.empty)
    let comment = try scratch.write("comment.zip", Array(Self.commented))
    let bad = try scratch.write("b\nad.zip", Self.empty + [0])
    let shown = bad.replacing("\n", with: "\\u{A}")
    let missing = "\(scratch.path)/missing.zip"
    let pipe = "\(scratch.path)/pipe.zip"
    try #require(mkfifo(pipe, 0o600) == 0)

    let general = try Self.conformance.run(["archive", good, comment])
    #expect(general.status == 0, "\(general)")
    #expect(general.output == "accept \(good)\naccept \(comment)\n")
    let upload = try Self.conformance.run(["archive", "--profile", "upload", good, comment, bad])
    #expect(upload.status == 1, "\(upload)")
    #expect(
      upload.output == """
        accept \(good)
        refuse \(comment): unsupported: a comment after the end record is not accepted
        refuse \(shown): malformed: bytes follow the end record that are no comment

        """)
    let unread = try Self.conformance.run(["archive", missing, scratch.path, pipe, good])
    #expect(unread.status == 2, "\(unread)")
    #expect(
      unread.output == """
        error \(missing): no such file
        error \(scratch.path): it is a folder
        error \(pipe): not a regular file
        accept \(good)

        """)
  }

  @Test func saysObjects() throws {
    let scratch = try Scratch()
    let good = try scratch.write("good.zip", Self.empty)
    let outcome = try Self.conformance.run(
      ["archive", "--json", good, try scratch.write("not.zip", [1]), "/nonexistent"])
    #expect(outcome.status == 2, "\(outcome)")
    let objects = try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["verdict"] as? String } == ["accept", "refuse", "error"])
    #expect(objects[0]["kind"] as? String == "zip")
    #expect(objects[0]["members"] as? Int == 0)
    #expect(objects[1]["code"] as? String == "malformed")
    #expect(objects[2]["reason"] as? String == "no such file")
  }

  /// As many long names in as many folders as an archive may have, none of them in lower case.
  @Test func looksAtNamesInLittleMemory() throws {
    let scratch = try Scratch()
    let script = """
      from sys import argv; import tarfile
      folders = "/".join("A" * 31 for _ in range(48))
      with tarfile.open(argv[1], "w:gz", compresslevel=1) as archive:
          for number in range(10_000):
              archive.addfile(tarfile.TarInfo(f"{number}/{folders}/{'B' * 31}"))
      """
    let path = "\(scratch.path)/names.tar.gz"
    let made = try Program(path: "/usr/bin/env").run(["python3", "-I", "-B", "-c", script, path])
    try #require(made.status == 0, "\(made)")
    let outcome = try Self.conformance.run(["archive", path])
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.peakMemory < 250, "\(outcome.peakMemory) MB")
  }

  /// A file that would unpack to 20 GB ends early, in the memory of the file itself.
  @Test func endsBombsInLittleMemory() throws {
    let scratch = try Scratch()
    let script = """
      from sys import argv; import zlib
      packer = zlib.compressobj(9, zlib.DEFLATED, 31)
      zeros = bytes(1 << 20)
      with open(argv[1], "wb") as file:
          for _ in range(512):
              file.write(packer.compress(zeros))
          file.write(packer.flush())
      """
    let bomb = "\(scratch.path)/bomb-1.0.tar.gz"
    let made = try Program(path: "/usr/bin/env").run(["python3", "-I", "-B", "-c", script, bomb])
    try #require(made.status == 0, "\(made)")
    for name in ["bomb-1.0.tar.gz", "bomb.gz"] {
      let path = "\(scratch.path)/\(name)"
      if path != bomb { try FileManager.default.copyItem(atPath: bomb, toPath: path) }
      let outcome = try Self.conformance.run(["archive", "--profile", "upload", path])
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.output.contains(": limit: "), "\(outcome)")
      #expect(outcome.peakMemory < 100, "\(outcome.peakMemory) MB")
    }
  }
}
