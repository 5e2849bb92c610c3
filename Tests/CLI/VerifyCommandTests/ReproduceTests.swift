// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import Foundation
import Testing
import TestSupport

/// `hallmark reproduce` as a user types it, where no build gets as far as running.
@Suite struct ReproduceTests {
  private static let program = Program("hallmark")

  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("reproduce-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test(
    "wrong usage says what is wrong",
    arguments: [
      ([], "missing expected argument"), (["tiny==1", "tiny==2"], "name one release"),
      (["pypi:tiny-1.0.tar.gz"], "the whole release"), (["tiny-1.0.zip"], "must end with"),
      (["a/tiny-1.0.tar.gz", "b/tiny-1.0.tar.gz"], "named twice"),
      (["tiny-1.0.tar.gz", "tiny-2.0.tar.gz"], "different releases"),
      (["tiny==1", "--from", "sdist", "--tag", "v1"], "go with --from git"),
      (["tiny==1", "--from", "sdist", "--subdirectory", "a"], "go with --from git"),
      (["tiny==1", "--subdirectory", "../a"], "below the top"),
      (["tiny==1", "--subdirectory", "/a"], "below the top"),
      (["tiny==1", "--uploaded-before", "yesterday"], "--uploaded-before must be"),
      (["tiny==1", "--source-date-epoch", "-1"], "--source-date-epoch"),
      (["tiny==1", "--from", "tarball"], "from"), (["tiny==1", "--html", ""], "--html"),
      (["tiny==1", "--index", "http://example.org/simple/"], "https"),
    ] as [([String], String)])
  func usage(arguments: [String], part: String) throws {
    let outcome = try Self.program.run(["reproduce"] + arguments)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(part), "\(outcome)")
  }

  @Test("--offline asks nobody and says whom it would have asked")
  func offline() throws {
    let outcome = try Self.program.run(["reproduce", "tiny==1.0", "--offline"])
    #expect(outcome.status == 6)
    #expect((outcome.output + outcome.errors).contains("https://pypi.org/simple/tiny/"))
  }

  /// A page that lists one wheel and one sdist.
  private static func page(wheel: [UInt8]) -> String {
    let digest = SHA256Hash(hashing: wheel).hexadecimal
    let sdist = String(repeating: "0", count: 64)
    return """
      {"meta": {"api-version": "1.1"}, "name": "tiny", "files": [
        {"filename": "tiny-1.0-py3-none-any.whl", "url": "/files/tiny-1.0-py3-none-any.whl",
         "hashes": {"sha256": "\(digest)"}},
        {"filename": "tiny-1.0.tar.gz", "url": "/files/tiny-1.0.tar.gz",
         "hashes": {"sha256": "\(sdist)"}}]}
      """
  }

  @Test("a file that vanished, one of another digest, and a project that is not there")
  func index() throws {
    let wheel = Array("not a wheel".utf8)
    let gone = try AnsweringServer { call in
      call.path == "/simple/tiny/" ? .init(200, Self.page(wheel: wheel)) : nil
    }
    let arguments = ["--index", "\(gone.url)/simple/"]
    let vanished = try Self.program.run(["reproduce", "tiny==1.0", "--json"] + arguments)
    #expect(vanished.status == 6, "\(vanished)")
    #expect(vanished.output.contains(#""cause":"file-missing""#), "\(vanished)")
    #expect(try JSONSchema("reproduce-v1.json").problems(in: vanished.output) == [])
    let unknown = try Self.program.run(["reproduce", "other==1.0"] + arguments)
    #expect(unknown.status == 6)
    #expect(unknown.errors.contains("no project `other`"))
    let version = try Self.program.run(["reproduce", "tiny==2.0"] + arguments)
    #expect(version.status == 6)
    #expect(version.errors.contains("in version 2.0"))
    let other = try AnsweringServer { call in
      call.path == "/simple/tiny/"
        ? .init(200, Self.page(wheel: wheel)) : .init(200, "something else")
    }
    let differs = try Self.program.run([
      "reproduce", "tiny==1.0", "--index", "\(other.url)/simple/",
    ])
    #expect(differs.status == 3, "\(differs)")
    #expect(differs.errors.contains("SHA-256"))
  }

  @Test("hostile files are refused by name, quickly, and pass never")
  func hostileFiles() throws {
    try Self.withFolder { folder in
      let sdist = "\(folder)/tiny-1.0.tar.gz"
      let wheel = "\(folder)/tiny-1.0-py3-none-any.whl"
      func run() throws -> Program.Outcome {
        try Self.program.run(["reproduce", "--json", wheel, sdist])
      }
      // A bomb: 200 MiB of zeros in 200 KB.
      var writer = try GzipWriter()
      let zeros = [UInt8](repeating: 0, count: 1 << 20)
      for _ in 0..<200 { writer.write(zeros[...]) }
      try Data(writer.finish()).write(to: URL(fileURLWithPath: sdist))
      var zip = ZipWriter(time: .earliest)
      try zip.add("tiny.py", contents: Array("answer = 42\n".utf8), mode: 0o644)
      let info = "tiny-1.0.dist-info"
      try zip.add(
        "\(info)/METADATA",
        contents: Array("Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n".utf8), mode: 0o644)
      try zip.add(
        "\(info)/WHEEL", contents: Array("Wheel-Version: 1.0\nGenerator: flit 3.12.0\n".utf8),
        mode: 0o644)
      // No RECORD.
      try Data(zip.finish()).write(to: URL(fileURLWithPath: wheel))
      let bomb = try run()
      #expect(bomb.status == 5, "\(bomb)")
      #expect(bomb.output.contains(#""cause":"archive-refused""#), "\(bomb)")
      #expect(bomb.peakMemory < 1_000)
      #expect(try JSONSchema("reproduce-v1.json").problems(in: bomb.output) == [])
      try Data("no archive".utf8).write(to: URL(fileURLWithPath: wheel))
      let noise = try run()
      #expect(noise.status == 5, "\(noise)")
      let missing = try Self.program.run(["reproduce", "\(folder)/tiny-2.0.tar.gz"])
      #expect(missing.status == 1, "\(missing)")
    }
  }

  @Test("from git without a repository nothing is guessed")
  func noRepository() throws {
    try Self.withFolder { folder in
      let sdist = "\(folder)/tiny-1.0.tar.gz"
      try Data("no archive".utf8).write(to: URL(fileURLWithPath: sdist))
      let outcome = try Self.program.run(["reproduce", sdist, "--from", "git"])
      #expect(outcome.status == 6, "\(outcome)")
      #expect(outcome.errors.contains("--repository"), "\(outcome)")
    }
  }

  @Test(
    "a tag that is not at the attested commit is named, and a forged attestation counts for nothing",
    .enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
  func movedTag() throws {
    let git = Program(path: "/usr/bin/git")
    let name = "pypi_attestations-0.0.19.tar.gz"
    try Self.withFolder { folder in
      let repository = "\(folder)/repository"
      for arguments in [
        ["init", "--quiet", repository],
        [
          "-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit",
          "--quiet", "--allow-empty", "--message=other",
        ],
        ["-C", repository, "tag", "v0.0.19"],
      ] {
        let outcome = try git.run(arguments)
        #expect(outcome.status == 0, "\(outcome)")
      }
      let sdist = "\(folder)/\(name)"
      try Data(TestData.pypiAttestations.bytes(name)).write(to: URL(fileURLWithPath: sdist))
      let attestation = try TestData.pypiAttestations.bytes("\(name).publish.attestation")
      func run(_ evidence: [UInt8]) throws -> Program.Outcome {
        try Data(evidence).write(to: URL(fileURLWithPath: "\(sdist).publish.attestation"))
        return try Self.program.run([
          "reproduce", sdist, "--from", "git", "--repository", repository, "--json",
          "--uploaded-before", "2024-12-05T00:00:00Z",
        ])
      }
      let moved = try run(attestation)
      #expect(moved.status == 6, "\(moved)")
      #expect(moved.output.contains(#""cause":"tag-moved""#), "\(moved)")
      #expect(moved.output.contains("08802efe1f8e5fec4ad842d6b8ce97656092ee72"), "\(moved)")
      let broken = try run(Array("{}".utf8))
      #expect(broken.status == 6, "\(broken)")
      #expect(!broken.output.contains("tag-moved"), "\(broken)")
      #expect(broken.errors.contains("counts"), "\(broken)")
    }
  }
}
