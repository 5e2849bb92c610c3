// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage
import Testing

@testable import Rebuild

@Suite struct TagObjectTests {
  private static let id = String(repeating: "1f", count: 20)
  private static let head =
    "object \(id)\ntype commit\ntag v1\ntagger A <a@example.com> 1767312000 +0100\n"

  private static func parse(_ text: String) throws -> TagObject {
    try TagObject(parsing: Array(text.utf8))
  }

  @Test func `headers, payload and signature are read`() throws {
    let tag = try Self.parse(Self.head + "\nHello\n")
    #expect(tag.object == Self.id)
    #expect(tag.type == "commit")
    #expect(tag.name == Array("v1".utf8))
    #expect(tag.tagger == "A <a@example.com>")
    #expect(tag.time.rfc3339 == "2026-01-02T00:00:00Z")
    #expect(tag.signature == nil)
    for form in TagObject.Form.allCases {
      let signed = try Self.parse(Self.head + "\nHello\n\(form.rawValue)\nx\n")
      #expect(signed.payload == Array((Self.head + "\nHello\n").utf8))
      #expect(signed.signature?.form == form)
      #expect(signed.signature?.text == Array("\(form.rawValue)\nx\n".utf8))
    }
  }

  @Test func `the last beginning of a signature counts, at the start of a line`() throws {
    let ssh = TagObject.Form.ssh.rawValue
    let openPGP = TagObject.Form.openPGP.rawValue
    let tag = try Self.parse(Self.head + "\n\(openPGP)\nquoted\n> \(ssh)\n\(ssh)\nreal\n")
    #expect(tag.signature?.text == Array("\(ssh)\nreal\n".utf8))
    #expect(try Self.parse(Self.head + "\n> \(ssh)\n").signature == nil)
  }

  @Test(arguments: [
    "", "object", "object \(id)\n", "type commit\n" + head,
    head.replacing(id, with: "1f"), head.replacing(id, with: id.uppercased()),
    head.replacing("type commit\n", with: ""), head.replacing("tag v1\n", with: ""),
    head.replacing(" 1767312000 +0100", with: ""), head.replacing("+0100", with: "0100"),
    head.replacing("+0100", with: "+01x0"), head.replacing("1767312000", with: "17673120000000"),
    head.replacing("1767312000", with: "-1"), head.replacing("<a@example.com>", with: "a"),
    "object \(id)\ntype commit\ntag v1\ntagger A <a@example.com> 1767312000 +0100",
    head + String(repeating: "a", count: TagObject.sizeLimit),
  ])
  func `what is no tag object is refused`(text: String) {
    #expect(throws: TagObject.Problem.self) { try Self.parse(text) }
  }

  @Test func `tags are found by their exact names`() async throws {
    try await SampleRepository.with { repository in
      let commit = try await repository.git(["rev-parse", "HEAD"])
      try await repository.git(["tag", "light"])
      try await repository.git(["tag", "--annotate", "--message=m", "v1.0"])
      try await repository.git(["tag", "--annotate", "--message=m", "again", "v1.0"])
      try await repository.git(["tag", "tree", "HEAD^{tree}"])
      let light = try await ReleaseTag(named: "light", in: repository.top)
      #expect(light.commit == commit)
      #expect(light.object == nil)
      let tag = try await ReleaseTag(named: "v1.0", in: repository.project)
      #expect(tag.commit == commit)
      #expect(tag.object?.name == Array("v1.0".utf8))
      for name in ["again", "tree", "v1", "v1.0^{commit}", "HEAD", "../heads/main", "", "v1.0 "] {
        let error = await #expect(throws: RebuildError.self, "\(name)") {
          try await ReleaseTag(named: name, in: repository.top)
        }
        #expect(error?.reason == .source)
      }
    }
  }

  @Test func `no repository is said to be none`() async throws {
    try await FileTree.withTemporaryFolder { folder in
      _ = await #expect(throws: RebuildError.self) {
        try await ReleaseTag(named: "v1", in: folder)
      }
    }
  }
}
