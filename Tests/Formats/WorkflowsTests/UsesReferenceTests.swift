// SPDX-License-Identifier: Apache-2.0

import SourceText
import Testing
import Workflows

@Suite struct UsesReferenceTests {
  private static let sha = "8f4b7f84864484a7bf31766abe9204da3cbe65b3"

  private func reference(_ text: String) throws -> (UsesReference, YAMLDocument) {
    let document = try YAMLDocument(parsing: Array("uses: \(text)\n".utf8))
    let node = try #require(document.root["uses"])
    let value = try #require(WorkflowText(node, in: document))
    return (UsesReference(value, in: document), document)
  }

  @Test(arguments: [
    ("a/b@\(sha) # v1.2.3", "a/b", "8f4b7f84864484a7bf31766abe9204da3cbe65b3", "v1.2.3"),
    ("'A/b/c/d@v1'", "a/b/c/d", "v1", nil), ("\"a/b@release/v1\" #x", "a/b", "release/v1", "x"),
    ("a/b", "a/b", nil, nil),
    ("a/.github/.github/workflows/w.yml@main", "a/.github/.github/workflows/w.yml", "main", nil),
    ("./a/b", nil, nil, nil), ("docker://x/y:1", nil, nil, nil), ("a@b", nil, nil, nil),
    ("a//b@c", nil, nil, nil), ("${{ x }}/b@c", nil, nil, nil),
  ])
  func readsRepositories(
    text: String, action: String?, ref: String?, comment: String?
  ) throws {
    let (uses, document) = try reference(text)
    #expect(uses.action == action)
    #expect(uses.ref?.value == ref)
    #expect(uses.comment?.text == comment)
    if let found = uses.ref { #expect(document.text(found.span) == ref) }
  }

  @Test(arguments: [
    (sha, UsesReference.RefKind.fullSHA), ("8F4B7f8", .shortSHA), ("v4", .version),
    ("v1.2.3-rc1", .version), ("2024.1", .version), ("20240101", .version), ("main", .branch),
    ("release/v1", .branch), ("v", .branch), ("abc", .branch), ("deadbee", .shortSHA),
    (String(repeating: "a", count: 64), .fullSHA), (String(repeating: "a", count: 41), .branch),
  ])
  func knowsRefs(ref: String, kind: UsesReference.RefKind) {
    #expect(UsesReference.kind(of: ref) == kind)
  }

  @Test(arguments: [
    ("a/b@\(sha)", true), ("a/b@v1", false), ("a/b", false), ("./x", true), ("$/x", true),
    ("docker://a:1", false), ("docker://a@sha256:0", true), ("nonsense", false),
  ])
  func knowsPins(text: String, isPinned: Bool) throws {
    #expect(try reference(text).0.isPinned == isPinned)
  }

  @Test func readsImagesAndPaths() throws {
    #expect(
      try reference("docker://h:5000/a/b:1.2@sha256:0").0.target
        == .docker(image: "h:5000/a/b", tag: "1.2", digest: "sha256:0"))
    #expect(
      try reference("docker://h:5000/a").0.target
        == .docker(image: "h:5000/a", tag: nil, digest: nil))
    #expect(try reference("$/a/b").0.target == .local(path: "./a/b"))
  }
}
