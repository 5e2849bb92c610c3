// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The same version again: the same bytes are fine, other bytes are refused. On the way: a project
/// of another name, outside of git, and a stack that stays.
struct RepublishTests {
  @Test func sameVersionTwice() throws {
    let workplace = try Workplace()
    let project = try SampleProject(in: workplace, name: "salute")
    try project.edit("README.md") { $0 + "\nChanged, not committed.\n" }
    func release(_ options: String...) throws -> Program.Outcome {
      try workplace.hallmark(
        [
          "release", project.path, "--embedded", "--allow-dirty", "--no-check", "--json", "--data",
          workplace("data"), "--out", workplace("out"),
        ] + options)
    }

    // The first time, with a stack that stays.
    let first = try release("--keep")
    try #require(first.status == 0, "\(first)")
    let document = try ReleaseDocument(of: first)
    let kept = try #require(document.stack)
    #expect(document.project == "salute")
    #expect(document.source.dirty)
    #expect(document.installed.command == "salute")
    #expect(document.files.map(\.published) == ["uploaded", "uploaded"])
    #expect(ProcessTable.processes(mentioning: workplace.path).map(\.identifier) == [kept.pid])
    #expect(workplace.names(in: "tmp") == [])
    let page = try Program(path: "/usr/bin/env").run([
      "python3", "-c",
      "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())",
      try #require(URL(string: "project/salute/", relativeTo: URL(string: kept.httpUrl)))
        .absoluteString,
    ])
    #expect(page.output.contains("salute"), "\(page)")
    // The provenance says that the files are nobody's commit.
    func provenance() throws -> String {
      let shared = try TestData.read(workplace("out/multiple.intoto.jsonl"))
      let bundle = try JSONSerialization.jsonObject(with: Data(shared)) as? [String: Any]
      let envelope = try #require(bundle?["dsseEnvelope"] as? [String: Any])
      let text = try #require(envelope["payload"] as? String)
      return String(decoding: try #require(Data(base64Encoded: text)), as: UTF8.self)
    }
    #expect(try provenance().contains("\"dirty\":true"))
    #expect(try provenance().contains("\"program\":\"bubblewrap\""))

    // The folder is taken while the stack runs.
    let taken = try release()
    #expect(taken.status == 1, "\(taken)")
    #expect(taken.errors.contains("in use by another hallmark-server"), "\(taken)")

    #expect(try Program(path: "/bin/sh").run(["-c", kept.stop]).status == 0)
    workplace.expectNothingLeft(within: 10)

    // The same once more: new signatures of the same bytes, nothing to upload.
    let second = try release("--unsafe-no-sandbox")
    try #require(second.status == 0, "\(second)")
    let again = try ReleaseDocument(of: second)
    #expect(again.files.map(\.sha256) == document.files.map(\.sha256))
    #expect(again.files.map(\.published) == ["already there", "already there"])
    workplace.expectNothingLeft()
    // The provenance says how it was built this time.
    #expect(!again.sandbox && document.sandbox)
    #expect(try provenance().contains("\"sandbox\":false"))

    // Other bytes of the same version.
    try project.edit("src/salute/__init__.py") { $0 + "# changed\n" }
    let third = try release()
    #expect(third.status == 5, "\(third)")
    #expect(third.output == "")
    #expect(third.errors.contains("[failed] Publish"), "\(third)")
    #expect(third.errors.contains("help: "), "\(third)")
    workplace.expectNothingLeft()

    // The index still has the first files and nothing else.
    let stack = try Stack(data: workplace("data"), in: workplace)
    let listing = try stack.request(
      "GET", "/simple/salute/", headers: ["Accept": "application/vnd.pypi.simple.v1+json"])
    let files = try #require(try listing.member("files") as? [[String: Any]])
    let digests = files.compactMap { ($0["hashes"] as? [String: String])?["sha256"] }
    #expect(Set(digests) == Set(document.files.map(\.sha256)))
    #expect(digests.count == 2)
    #expect(try stack.server.stop() == 0)
    workplace.expectNothingLeft()
  }
}
