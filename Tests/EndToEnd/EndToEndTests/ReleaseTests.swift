// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// `hallmark release` on a clean project: what it prints, what it writes, what it leaves.
  struct Release {
    static let stages = ["Stack", "Build", "Attest", "Publish", "Verify", "Install"]
    static let publish = "https://docs.pypi.org/attestations/publish/v1"
    static let provenance = "https://slsa.dev/provenance/v1"

    let released: ReleasedStack

    init() throws {
      released = try ReleasedStack.shared()
    }

    @Test func showsEveryStage() {
      let lines = released.outcome.errors.split(separator: "\n")
      #expect(lines.count == Self.stages.count, "\(released.outcome)")
      for (line, stage) in zip(lines, Self.stages) {
        #expect(line.hasPrefix("[ok] \(stage): "), "\(line)")
        #expect(line.hasSuffix(" s)"), "\(line)")
      }
    }

    @Test func leavesNothingBehind() {
      #expect(released.leftovers == [])
      #expect(released.temporaryNames == [])
    }

    @Test func writesAllFiles() throws {
      let wheel = "greeting-1.0.0-py3-none-any.whl"
      let sdist = "greeting-1.0.0.tar.gz"
      let suffixes = ["", ".publish.attestation", ".slsa.attestation", ".sigstore.json"]
      let expected =
        [wheel, sdist].flatMap { name in suffixes.map { name + $0 } } + [
          "multiple.intoto.jsonl", "trusted_root.json", "signing_config.v0.2.json",
          "hallmark.toml", "greeting-1.0.0.build.json", "logs",
        ]
      #expect(released.workplace.names(in: "out") == expected.sorted())
      #expect(released.workplace.names(in: "source-greeting-1.0.0").contains("dist") == false)
      // The record of the build is that of `hallmark build`, and the provenance is made of it.
      let record = try TestData.read("\(released.output)/greeting-1.0.0.build.json")
      let text = String(decoding: record, as: UTF8.self)
      #expect(try JSONSchema("build-record-v1.json").problems(in: text) == [])
      #expect(text.contains("\"result\": \"identical\""))
      // One statement about all files, on one line.
      let shared = try TestData.read("\(released.output)/multiple.intoto.jsonl")
      #expect(shared.count { $0 == UInt8(ascii: "\n") } == 1)
      #expect(shared.last == UInt8(ascii: "\n"))
    }

    @Test func documentIsComplete() throws {
      let release = released.release
      #expect(release.schema == "hallmark.release/v1")
      #expect(release.project == "greeting")
      #expect(release.version == "1.0.0")
      #expect(release.source.commit == released.commit)
      #expect(release.source.ref == "refs/heads/main")
      #expect(release.source.dirty == false)
      #expect(release.source.sourceDateEpoch > 1_700_000_000)
      #expect(release.files.map(\.published) == ["uploaded", "uploaded"])
      for file in release.files {
        #expect(try TestData.read(file.path).count == file.size)
        let digest = try Program(path: "/usr/bin/env").run(["sha256sum", file.path])
        #expect(digest.output.hasPrefix(file.sha256 + " "))
      }
      #expect(release.signer.issuer == released.stack.url)
      #expect(release.signer.subject == released.stack.subject(of: "greeting"))
      #expect(release.signer.notBefore < release.signer.notAfter)
      #expect(release.statements.count == 2 * release.files.count + 1)
      #expect(release.statements.map(\.logIndex) == Array(0..<release.statements.count))
      #expect(release.statements.last?.subjects == release.files.map(\.filename))
      for file in release.files {
        let types = release.statements.filter { $0.subjects == [file.filename] }
        #expect(types.map(\.predicateType).sorted() == [Self.publish, Self.provenance])
      }
      let names = Set(release.evidence + release.files.map(\.filename) + [release.record, "logs"])
      #expect(names == Set(released.workplace.names(in: "out")))
      #expect(release.installed.firstLine == "Hello, world!")
      #expect(release.installed.command == "greeting")
      #expect(release.page == "\(released.stack.url)/project/greeting/")
      #expect(release.stack == nil)
      #expect(release.sandbox)
      #expect(release.milliseconds > 0)
    }

    /// The line that the summary shows works as it stands, and only for what was released.
    @Test func verifyLineWorks() throws {
      let program = (Program("hallmark").path as NSString).deletingLastPathComponent
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      func verify() throws -> Program.Outcome {
        try Program(path: "/bin/sh").run(
          ["-c", released.release.verify], environment: ["PATH": "\(program):\(path)"], in: "/")
      }
      #expect(try verify().status == 0)

      let workplace = try Workplace()
      for name in released.workplace.names(in: "out") where name != "logs" {
        try FileManager.default.copyItem(
          atPath: "\(released.output)/\(name)", toPath: workplace(name))
      }
      let file = workplace(released.release.files[1].filename)
      let options = [
        "verify", "--policy", workplace("hallmark.toml"), "--trusted-root",
        workplace("trusted_root.json"), file,
      ]
      #expect(try workplace.hallmark(options).status == 0)
      var bytes = try TestData.read(file)
      bytes[bytes.count / 2] ^= 1
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      #expect(try workplace.hallmark(options).status == 3)
    }
  }
}
