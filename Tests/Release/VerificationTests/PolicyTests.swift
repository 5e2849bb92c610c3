// SPDX-License-Identifier: Apache-2.0

import Attestations
import Policies
import Sigstore
import SourceText
import Testing

@Suite struct PolicyTests {
  @Test func readsEveryKindAndWritesItBack() throws {
    let text = """
      [[publisher]]
      kind = "GitHub"
      repository = "acme/greeting"
      workflow = "release.yml"
      environment = "publish"
      ref = "tag"
      require = ["publish", "provenance"]

      [[publisher]]
      kind = "GitLab"
      repository = "acme/group/greeting"
      workflow_filepath = ".gitlab-ci.yml"
      ref = "refs/heads/main"

      [[publisher]]
      kind = "Google"
      email = "robot@acme.example"

      [[publisher]]
      kind = "Hallmark"
      issuer = "https://localhost:8443"
      subject = "https://localhost:8443/workspace/greeting"

      [[publisher]]
      kind = "Sigstore"
      issuer = "https://accounts.example"
      identity = "a\\"b\\\\c@acme.example"
      require = ["https://example.com/predicate/v1"]

      """
    let policy = try Policy(parsing: Array(text.utf8))
    #expect(policy.publishers.count == 5)
    #expect(
      policy.publishers[0]
        == PublisherPolicy(
          signer: .gitHub(repository: "acme/greeting", workflow: "release.yml"),
          environment: "publish", ref: .tag, runner: .gitHubHosted,
          requiredPredicates: [PredicateType.publish, PredicateType.slsaProvenance]))
    #expect(policy.publishers[1].ref == .exactly("refs/heads/main"))
    #expect(
      policy.publishers[4].signer
        == .identity(
          SignerIdentity(name: "a\"b\\c@acme.example", issuer: "https://accounts.example")))
    #expect(try Policy(parsing: Array(policy.text.utf8)) == policy)
  }

  /// Text is written byte by byte: a control character with a combining mark is one Character.
  @Test(arguments: ["a\u{7f}\u{301}b", "\"\u{301}", "\\\u{301}", "\u{1}\n\t", "é\u{7f}"])
  func writesAnyTextBack(name: String) throws {
    let policy = Policy(publishers: [
      PublisherPolicy(signer: .identity(SignerIdentity(name: name, issuer: "https://x.example")))
    ])
    #expect(try Policy(parsing: Array(policy.text.utf8)) == policy)
  }

  @Test(arguments: [
    "", "publisher = []", "[publisher]\nkind = \"GitHub\"", "[[publisher]]",
    "[[publisher]]\nkind = \"github\"\nrepository = \"a/b\"",
    "[[publisher]]\nkind = \"GitHub\"",
    "[[publisher]]\nkind = \"GitHub\"\nrepository = 1",
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"a/b\"\nworkflw = \"x.yml\"",
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"a/b\"\nref = \"main\"",
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"a/b\"\nrequire = [\"signature\"]",
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"a/b\"\nrequire = \"publish\"",
    "[[publisher]]\nkind = \"Hallmark\"\nissuer = \"https://x\"",
    "[[publishers]]\nkind = \"GitHub\"\nrepository = \"a/b\"",
    "[[publisher]]\nkind = \"GitHub\"\nkind = \"GitHub\"\nrepository = \"a/b\"",
    "[[publisher]\n", "\u{0}",
  ])
  func refuses(text: String) {
    #expect(throws: TOMLError.self) { try Policy(parsing: Array(text.utf8)) }
  }
}
