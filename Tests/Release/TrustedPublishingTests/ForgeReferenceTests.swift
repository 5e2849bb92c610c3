// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import TrustedPublishing

@Suite("Releases at a forge")
struct ForgeReferenceTests {
  @Test(arguments: [
    (ForgeReference.Kind.github, "acme/greeting", "v1.0.0"), (.github, "a_b/c.d-e", "r/2026/1"),
    (.gitlab, "acme/tools/greeting", "1.0.0+local"), (.gitlab, "4711", "v1"),
  ])
  func takes(_ kind: ForgeReference.Kind, _ project: String, _ tag: String) throws {
    let reference = try ForgeReference(kind, project: project, tag: tag)
    #expect(reference.project == project)
    #expect(reference.tag == tag)
  }

  @Test(arguments: [
    (ForgeReference.Kind.github, "acme"), (.github, "acme/a/b"), (.github, "acme/.."),
    (.github, "acme/"), (.github, "/x"), (.github, "acme/a b"), (.github, "acme/a?b"),
    (.github, "acme/ä"), (.github, ""), (.github, "4711"), (.gitlab, "acme"),
    (.gitlab, "acme//x"), (.gitlab, "acme/%2e"), (.gitlab, ""), (.gitlab, "./x"),
  ])
  func refusesProjects(_ kind: ForgeReference.Kind, _ project: String) {
    #expect(throws: ForgeReference.Problem.self) {
      try ForgeReference(kind, project: project, tag: "v1")
    }
  }

  @Test(arguments: [
    "", "-v", "v..1", "v 1", "v~1", "v^", "v:1", "v?", "v*", "v[", "v\\", "/v", "v/", "v//1",
    ".v", "v/.x", "v.", "v.lock", "x.lock/v", "@", "v@{1", "vä", "v\n",
    String(repeating: "v", count: 256),
  ])
  func refusesTags(_ tag: String) {
    #expect(throws: ForgeReference.Problem.self) {
      try ForgeReference(.github, project: "acme/greeting", tag: tag)
    }
  }

  @Test func tokensAreNotShown() throws {
    let token = try #require(ForgeToken("secret-text", kind: .bearer))
    #expect("\(token)".contains("secret") == false)
    #expect(String(reflecting: token).contains("secret") == false)
    var text = ""
    dump(token, to: &text)
    #expect(!text.contains("secret-text"))
    #expect(token.unsafelyRevealedHeader == ("Authorization", "Bearer secret-text"))
    #expect(ForgeToken("t", kind: .job)?.unsafelyRevealedHeader.name == "JOB-TOKEN")
    #expect(ForgeToken("t", kind: .personal)?.unsafelyRevealedHeader.name == "PRIVATE-TOKEN")
  }

  @Test(arguments: ["", "a b", "a\r\nX: y", "ä", "\u{7f}", String(repeating: "t", count: 8193)])
  func textsThatAreNoTokens(_ text: String) {
    #expect(ForgeToken(text, kind: .bearer) == nil)
  }
}
