// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import SSHSignatures
import Sigstore
import SourceText
import Testing
import TrustSimulator

@testable import Policies

@Suite struct ApproverTests {
  private static func key() -> String {
    func string(_ bytes: [UInt8]) -> [UInt8] { [0, 0, 0, UInt8(bytes.count)] + bytes }
    let point = [UInt8](Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
    return "ssh-ed25519 "
      + Base64.encode(string(Array("ssh-ed25519".utf8)) + string(point))
  }

  private static let publisher =
    "[[publisher]]\nkind = \"GitHub\"\nrepository = \"acme/greeting\"\n"
  private static let author = key()
  private static let backup = key()

  private static func ssh(_ name: String, _ key: String) -> String {
    "[[approver]]\nname = \"\(name)\"\nkind = \"SSH\"\nkey = '\(key)'\n"
  }

  private static func parse(_ text: String) throws -> Policy {
    try Policy(parsing: Array(text.utf8))
  }

  @Test func `approvers of every kind are read and written back`() throws {
    let text =
      "approvals = 3\npublishers_may_approve = true\n" + Self.publisher
      + Self.ssh("author", "valid-before=\"20990101Z\" \(Self.author) my laptop")
      + Self.ssh("author", Self.backup)
        + """
        [[approver]]
        name = "backup@example.com"
        kind = "Sigstore"
        issuer = "https://accounts.google.com"
        identity = "backup@example.com"
        [[approver]]
        name = "checks"
        kind = "GitHub"
        repository = "acme/checks"
        workflow = "check.yml"
        environment = "release"
        ref = "refs/heads/main"
        [[approver]]
        name = "ci"
        kind = "GitLab"
        repository = "acme/ci"
        """
    let policy = try Self.parse(text)
    #expect(policy.approvals == 3)
    #expect(policy.publishersMayApprove)
    #expect(policy.approverNames == ["author", "backup@example.com", "checks", "ci"])
    #expect(policy.approvers.count == 5)
    #expect(policy.publishers.count == 1)
    #expect(try Self.parse(policy.text) == policy)
    guard case .ssh(let line) = policy.approvers[0].signer else {
      Issue.record("not a key")
      return
    }
    #expect(line.comment == "my laptop")
  }

  @Test func `a policy without approvers demands nothing`() throws {
    let policy = try Self.parse(Self.publisher)
    #expect(policy.approvers == [])
    #expect(policy.approvals == nil)
    #expect(!policy.publishersMayApprove)
  }

  @Test(arguments: [
    ("approvals = 0\n", ssh("author", author), "expected 1 or more"),
    ("approvals = -1\n", ssh("author", author), "expected 1 or more"),
    ("approvals = 2\n", ssh("author", author), "up to the 1 names"),
    ("approvals = 2\n", ssh("author", author) + ssh("author", backup), "up to the 1 names"),
    ("approvals = 1\n", "", "up to the 0 names"),
    ("approvals = \"1\"\n", ssh("author", author), "expected"),
    ("publishers_may_approve = 1\n", ssh("author", author), "expected"),
    ("", ssh("author", author) + ssh("backup", author), "who would count twice"),
    ("", ssh("", author), "letters, digits"), ("", ssh("../x", author), "letters, digits"),
    ("", ssh(".hidden", author), "letters, digits"), ("", ssh("a/b", author), "letters, digits"),
    ("", ssh("al ice", author), "letters, digits"), ("", ssh("\u{e9}", author), "letters, digits"),
    ("", ssh(String(repeating: "a", count: 65), author), "letters, digits"),
    ("", ssh("author", "ssh-ed25519 AAAA"), "ends within a value"),
    ("", ssh("author", "ssh-ed25519-cert-v01@openssh.com AAAA"), "certificate"),
    ("", "[[approver]]\nkind = \"SSH\"\nkey = \"\(author)\"\n", "name"),
    ("", "[[approver]]\nname = \"author\"\nkey = \"\(author)\"\n", "kind"),
    ("", "[[approver]]\nname = \"author\"\nkind = \"SSH\"\n", "key"),
    ("", "[[approver]]\nname = \"author\"\nkind = \"PGP\"\n", "PGP"),
    ("", ssh("author", author) + "ref = \"any\"\n", "ref"),
    (
      "",
      "[[approver]]\nname = \"a\"\nkind = \"Google\"\nemail = \"a@x\"\nrequire = [\"publish\"]\n",
      "require"
    ),
    (
      "",
      "[[approver]]\nname = \"a\"\nkind = \"Google\"\nemail = \"a@x\"\n"
        + "[[approver]]\nname = \"b\"\nkind = \"Google\"\nemail = \"a@x\"\n",
      "who would count twice"
    ),
    ("approver = 1\n", "", "expected"),
  ])
  func `what is not a list of approvers is refused`(
    head: String, approvers: String, words: String
  ) {
    let error = #expect(throws: TOMLError.self) {
      try Self.parse(head + Self.publisher + approvers)
    }
    #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
  }

  @Test func `a publisher has no name`() {
    #expect(throws: TOMLError.self) { try Self.parse(Self.publisher + "name = \"a\"\n") }
  }

  @Test func `there is a limit`() {
    let many = (0...Policy.approverLimit).map {
      "[[approver]]\nname = \"a\"\nkind = \"Google\"\nemail = \"a\($0)@x\"\n"
    }
    #expect(throws: TOMLError.self) { try Self.parse(Self.publisher + many.joined()) }
    #expect((try? Self.parse(Self.publisher + many.dropLast().joined())) != nil)
  }

  @Test func `a certificate is an approver's or a publisher's`() async throws {
    let simulator = try TrustSimulator()
    let bundle = try simulator.sign(
      .init(
        subjects: [.init(name: "x", sha256: SHA256Hash(hashing: []))], predicateType: "https://x",
        predicate: .null), as: .gitHub)
    let result = await Verifier(trusting: try simulator.trustedRoot()).verify(
      bundle, artifact: .init(SHA256Hash(hashing: [])), now: TrustSimulator.now)
    let certificate = try #require(result.verified?.certificate)
    let other =
      "[[publisher]]\nkind = \"Sigstore\"\nissuer = \"https://x.example\"\nidentity = \"x\"\n"
    let matching =
      "[[approver]]\nname = \"ci\"\nkind = \"GitHub\"\nrepository = \"acme/greeting\"\n"
    let policy = try Self.parse(other + Self.ssh("author", Self.author) + matching)
    #expect(policy.approver(with: certificate, release: nil)?.name == "ci")
    #expect(!policy.isPublisher(certificate))
    let strict = try Self.parse(
      Self.publisher + "ref = \"refs/heads/other\"\n" + matching + "ref = \"refs/heads/main\"\n")
    #expect(strict.approver(with: certificate, release: nil) == nil)
    // From whichever ref: who may publish from a tag is the same from a branch.
    #expect(strict.isPublisher(certificate))
  }
}
