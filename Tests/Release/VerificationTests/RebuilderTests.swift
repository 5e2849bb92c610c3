// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import SourceText
import Testing
import TrustSimulator

@testable import Policies

@Suite struct RebuilderTests {
  private static let publisher =
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"acme/greeting\"\n"

  private static func parse(_ text: String) throws -> Policy {
    try Policy(parsing: Array((publisher + text).utf8))
  }

  private static func google(_ name: String, _ email: String) -> String {
    "[[rebuilder]]\nname = \"\(name)\"\nkind = \"Google\"\nemail = \"\(email)\"\n"
  }

  private static func workflow(_ name: String, environment: String) -> String {
    """
    [[rebuilder]]
    name = "\(name)"
    kind = "GitHub"
    repository = "acme/rebuilds"
    workflow = "rebuild.yml"
    environment = "\(environment)"

    """
  }

  @Test func `rebuilders of every kind are read and written back`() throws {
    let policy = try Self.parse(
      Self.google("one", "a@example.com") + Self.google("one", "b@example.com")
        + """
        [[rebuilder]]
        name = "two"
        kind = "GitHub"
        repository = "example/rebuilds"
        workflow = "rebuild.yml"
        [[rebuilder]]
        name = "three"
        kind = "GitLab"
        repository = "example/rebuilds"
        ref = "version-tag"
        [[rebuilder]]
        name = "four"
        kind = "GitHub"
        owner = "example-rebuilders"
        runner = "any"
        ref = "tag"
        """)
    #expect(policy.rebuilderNames == ["one", "two", "three", "four"])
    #expect(policy.rebuilders.map(\.identity.ref) == [.any, .any, .any, .versionTag, .tag])
    #expect(try Policy(parsing: Array(policy.text.utf8)) == policy)
    // What holds anyway is not written.
    #expect(!policy.text.contains("ref = \"any\""))
    #expect(try Self.parse("").rebuilders == [])
  }

  @Test(arguments: [
    (google("a", "a@x") + google("b", "a@x"), "who would count twice"),
    (
      google("a", "a@x") + google("b", "b@x") + google("a", "b@x"), "who would count twice"
    ),
    (workflow("a", environment: "x") + workflow("b", environment: "y"), "who would count twice"),
    (google("a/b", "a@x"), "letters, digits"),
    ("[[rebuilder]]\nkind = \"Google\"\nemail = \"a@x\"\n", "name"),
    ("[[rebuilder]]\nname = \"a\"\nemail = \"a@x\"\n", "kind"),
    ("[[rebuilder]]\nname = \"a\"\nkind = \"SSH\"\nkey = \"x\"\n", "SSH"),
    (google("a", "a@x") + "require = [\"publish\"]\n", "require"),
    ("[rebuilder]\nname = \"a\"\n", "expected"),
  ])
  func `what is no list of rebuilders is refused`(text: String, words: String) {
    let error = #expect(throws: TOMLError.self) { try Self.parse(text) }
    #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
  }

  @Test func `there is a limit`() {
    let many = (0...Policy.rebuilderLimit).map { Self.google("a", "a\($0)@x") }
    #expect(throws: TOMLError.self) { try Self.parse(many.joined()) }
    #expect((try? Self.parse(many.dropLast().joined())) != nil)
  }

  @Test func `a certificate is the first rebuilder's whose it can be`() async throws {
    let simulator = try TrustSimulator()
    let digest = SHA256Hash(hashing: [1])
    let bundle = try simulator.sign(
      Statement(
        subjects: [Subject(name: "a", sha256: digest)], predicateType: PredicateType.rebuild,
        predicate: .null), as: .gitHub)
    let verified = try #require(
      await Verifier(trusting: try simulator.trustedRoot()).verify(
        bundle, artifact: ArtifactDigest(digest), now: TrustSimulator.now
      ).verified)
    let policy = try Self.parse(
      Self.google("one", "a@example.com")
        + "[[rebuilder]]\nname = \"two\"\nkind = \"GitHub\"\nowner = \"acme\"\n"
        + "[[rebuilder]]\nname = \"three\"\nkind = \"GitHub\"\nrepository = \"acme/greeting\"\n")
    #expect(policy.rebuilder(with: verified.certificate, release: nil)?.name == "two")
    let others = try Self.parse(Self.google("one", "a@example.com"))
    #expect(others.rebuilder(with: verified.certificate, release: nil) == nil)
  }
}
