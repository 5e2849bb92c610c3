// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Policies
import SSHSignatures
import Sigstore
import Testing
import TrustSimulator

@testable import Approvals

/// An SSH key of a test, without the program.
struct TestKey: Sendable {
  let secret = Curve25519.Signing.PrivateKey()

  static func string(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8(bytes.count >> 24), UInt8(bytes.count >> 16 & 255), UInt8(bytes.count >> 8 & 255)]
      + [UInt8(bytes.count & 255)] + bytes
  }

  static func string(_ text: String) -> [UInt8] { string(Array(text.utf8)) }

  var blob: [UInt8] {
    Self.string("ssh-ed25519") + Self.string([UInt8](secret.publicKey.rawRepresentation))
  }

  var line: String { "ssh-ed25519 \(Base64.encode(blob))" }

  func sign(_ message: [UInt8], for namespace: String = Approval.namespace) throws -> SSHSignature {
    let head = Array("SSHSIG".utf8)
    let tail = Self.string(namespace) + Self.string("") + Self.string("sha512")
    let signed = head + tail + Self.string([UInt8](SHA512.hash(data: message)))
    let value = [UInt8](try secret.signature(for: signed))
    return try SSHSignature(
      parsing: head + [0, 0, 0, 1] + Self.string(blob) + tail
        + Self.string(Self.string("ssh-ed25519") + Self.string(value)))
  }
}

/// A release, a policy with approvers and their keys.
struct ApprovalCase {
  static let now = TrustSimulator.now
  static let author = TestKey()
  static let authorToo = TestKey()
  static let backup = TestKey()
  static let stranger = TestKey()
  static let files = [
    Subject(name: "greeting-1.0.0-py3-none-any.whl", sha256: SHA256Hash(hashing: [1])),
    Subject(name: "greeting-1.0.0.tar.gz", sha256: SHA256Hash(hashing: [2])),
  ]

  var head = ""
  var statement = ApprovalStatement(
    approver: "author", time: now, policy: SHA256Hash(hashing: [9]),
    release: ReleaseRecord(
      project: "greeting", version: "1.0.0", files: files,
      origins: [ReleaseOrigin(publisher: "x", issuer: "y", commit: "abc")]),
    previous: nil)
  var key = author
  var namespace = Approval.namespace
  var release = files
  var digest = SHA256Hash(hashing: [9])
  var change: @Sendable ([UInt8]) -> [UInt8] = { $0 }

  func policy() throws -> Policy {
    func ssh(_ name: String, _ key: TestKey, _ options: String = "") -> String {
      "[[approver]]\nname = \"\(name)\"\nkind = \"SSH\"\nkey = '\(options)\(key.line)'\n"
    }
    return try Policy(
      parsing: Array(
        (head + """
          [[publisher]]
          kind = "GitHub"
          repository = "acme/greeting"
          workflow = "release.yml"

          """ + ssh("author", Self.author) + ssh("author", Self.authorToo)
          + ssh("backup", Self.backup, "valid-before=\"20200101Z\" ")
            + """
            [[approver]]
            name = "carol"
            kind = "Sigstore"
            issuer = "https://accounts.example.com"
            identity = "carol@example.com"
            [[approver]]
            name = "ci"
            kind = "GitHub"
            repository = "acme/greeting"
            """).utf8))
  }

  mutating func claim(
    approver: String = "author", time: Timestamp = now, policy: SHA256Hash = .init(hashing: [9]),
    files: [Subject] = files
  ) {
    statement = ApprovalStatement(
      approver: approver, time: time, policy: policy,
      release: ReleaseRecord(
        project: "greeting", version: "1.0.0", files: files, origins: []), previous: nil)
  }

  func file() throws -> [UInt8] {
    let payload = try statement.statement.payload()
    return change(
      Approval.file(payload, try key.sign(Approval.signedBytes(payload), for: namespace)))
  }

  func tally(_ files: [[UInt8]], trusting roots: [TrustedRoot] = []) async throws -> ApprovalTally {
    try await ApprovalCount(under: policy(), digest: digest, trusting: roots, now: Self.now).tally(
      files.enumerated().map { ("approval \($0)", .success($1)) }, of: release)
  }
}

/// One thing that is wrong with an approval, and the reason that it must have.
struct ApprovalDefect: Sendable {
  let reason: ApprovalTally.Reason
  let change: @Sendable (inout ApprovalCase) -> Void

  init(_ reason: ApprovalTally.Reason, _ change: @escaping @Sendable (inout ApprovalCase) -> Void) {
    self.reason = reason
    self.change = change
  }
}

@Suite struct ApprovalCountTests {
  @Test func `an approval by a key of the policy counts`() async throws {
    let tally = try await ApprovalCase().tally([ApprovalCase().file()])
    #expect(tally.counted.map(\.approver) == ["author"])
    #expect(tally.counted.first?.signer.hasPrefix("SHA256:") == true)
    #expect(tally.uncounted == [])
    #expect(tally.missing == ["backup", "carol", "ci"])
  }

  @Test func `a statement is read as it was written`() throws {
    var record = ApprovalCase().statement.release
    record = ReleaseRecord(
      project: record.project, version: "0.9", files: record.files,
      origins: [
        ReleaseOrigin(
          publisher: "p", issuer: "i", builder: "b", repository: "r", commit: "c", ref: "f")
      ])
    let statement = ApprovalStatement(
      approver: "author", time: ApprovalCase.now, policy: SHA256Hash(hashing: [3]),
      release: ApprovalCase().statement.release, previous: record)
    #expect(try ApprovalStatement(parsing: statement.statement.payload()) == statement)
  }

  @Test func `two keys of one name count once`() async throws {
    var other = ApprovalCase()
    other.key = ApprovalCase.authorToo
    let tally = try await other.tally([ApprovalCase().file(), other.file()])
    #expect(tally.counted.count == 1)
    #expect(tally.uncounted.map(\.reason) == [.repeated])
  }

  static let defects: [ApprovalDefect] = [
    ApprovalDefect(.unknownSigner) { $0.key = ApprovalCase.stranger },
    ApprovalDefect(.signature) { $0.namespace = "git" },
    ApprovalDefect(.signature) {
      $0.change = { file in
        // Another statement under the same signature.
        guard let envelope = try? DSSEEnvelope(JSONNode(parsing: file)) else { return [] }
        let text = String(decoding: envelope.payload, as: UTF8.self)
        let changed = DSSEEnvelope(
          payloadType: envelope.payloadType,
          payload: Array(text.replacing("1.0.0\"", with: "1.0.1\"").utf8),
          signature: envelope.signature)
        return Array(changed.json.compactText.utf8)
      }
    },
    ApprovalDefect(.otherName) { $0.claim(approver: "backup") },
    ApprovalDefect(.time) { $0.claim(time: ApprovalCase.now.adding(seconds: 301)) },
    ApprovalDefect(.time) {
      $0.key = ApprovalCase.backup
      $0.claim(approver: "backup")
    },
    ApprovalDefect(.otherPolicy) { $0.claim(policy: SHA256Hash(hashing: [8])) },
    ApprovalDefect(.otherPolicy) { $0.digest = SHA256Hash(hashing: [8]) },
    ApprovalDefect(.otherFiles) { $0.claim(files: [ApprovalCase.files[0]]) },
    ApprovalDefect(.otherFiles) { $0.release.removeLast() },
    ApprovalDefect(.otherFiles) {
      $0.release.append(Subject(name: "more", sha256: SHA256Hash(hashing: [4])))
    },
    ApprovalDefect(.otherFiles) {
      $0.release[0] = Subject(name: $0.release[0].name, sha256: SHA256Hash(hashing: [4]))
    },
    ApprovalDefect(.otherFiles) {
      $0.release[0] = Subject(name: "renamed", sha256: SHA256Hash(hashing: [1]))
    },
    ApprovalDefect(.otherFiles) { $0.claim(files: ApprovalCase.files + [ApprovalCase.files[0]]) },
    ApprovalDefect(.malformed) { $0.change = { _ in [] } },
    ApprovalDefect(.malformed) { $0.change = { _ in Array("{}".utf8) } },
    ApprovalDefect(.malformed) { $0.change = { $0 + Array("{}".utf8) } },
    ApprovalDefect(.malformed) {
      $0.change = { _ in [UInt8](repeating: 0x20, count: Approval.sizeLimit + 1) }
    },
    ApprovalDefect(.malformed) {
      $0.change = { file in
        Array(
          String(decoding: file, as: UTF8.self).replacing("vnd.in-toto", with: "vnd.x").utf8)
      }
    },
  ]

  @Test(arguments: defects)
  func `one defect is one reason`(defect: ApprovalDefect) async throws {
    var made = ApprovalCase()
    defect.change(&made)
    let tally = try await made.tally([made.file()])
    #expect(tally.counted == [])
    #expect(tally.uncounted.map(\.reason) == [defect.reason], "\(tally.uncounted)")
    #expect(tally.missing.contains("author"))
    // What does not count takes nothing from what does.
    guard made.release == ApprovalCase.files, made.digest == ApprovalCase().digest else { return }
    let both = try await made.tally([made.file(), ApprovalCase().file()])
    #expect(both.counted.map(\.approver) == ["author"])
  }

  @Test func `nobody to approve is an error`() throws {
    let policy = try Policy(
      parsing: Array("[[publisher]]\nkind = \"Google\"\nemail = \"a@example.com\"\n".utf8))
    #expect(throws: ApprovalCount.NoApprovers.self) {
      try ApprovalCount(
        under: policy, digest: SHA256Hash(hashing: []), trusting: [], now: ApprovalCase.now)
    }
  }

  private static let carol = SimulatedRun(
    name: "carol@example.com", issuer: "https://accounts.example.com", claims: [:])

  @Test(
    arguments: [
      ("carol", carol, "", nil),
      (
        "carol", SimulatedRun(name: "mallory@example.com", issuer: carol.issuer, claims: [:]), "",
        .unknownSigner
      ),
      (
        "carol", SimulatedRun(name: carol.name, issuer: "https://other.example", claims: [:]), "",
        .unknownSigner
      ),
      ("ci", .gitHub, "", .publisher),
      ("ci", .gitHub, "publishers_may_approve = true\n", nil),
      ("author", carol, "", .otherName),
    ] as [(String, SimulatedRun, String, ApprovalTally.Reason?)])
  func `certificates count by the policy`(
    name: String, run: SimulatedRun, head: String, reason: ApprovalTally.Reason?
  ) async throws {
    let simulator = try TrustSimulator()
    var made = ApprovalCase()
    made.head = head
    made.claim(approver: name)
    let bundle = try simulator.sign(made.statement.statement, as: run)
    let bytes = Array(bundle.json.compactText.utf8)
    let tally = try await made.tally([bytes], trusting: [simulator.trustedRoot()])
    #expect(tally.uncounted.map(\.reason) == (reason.map { [$0] } ?? []), "\(tally.uncounted)")
    #expect(tally.counted.map(\.approver) == (reason == nil ? [name] : []))
    // Under another root, and under none, nobody signed it.
    let foreign = try await made.tally([bytes], trusting: [TrustSimulator().trustedRoot()])
    #expect(foreign.uncounted.map(\.reason) == [.signature])
    #expect(try await made.tally([bytes]).uncounted.map(\.reason) == [.signature])
  }

  @Test func `an approval is no provenance, and provenance no approval`() async throws {
    let simulator = try TrustSimulator()
    var made = ApprovalCase()
    made.claim(approver: "carol")
    let provenance = try simulator.sign(
      Statement(
        subjects: ApprovalCase.files, predicateType: PredicateType.publish, predicate: .null),
      as: Self.carol)
    let tally = try await made.tally(
      [Array(provenance.json.compactText.utf8)], trusting: [simulator.trustedRoot()])
    #expect(tally.uncounted.map(\.reason) == [.malformed])
  }

  @Test func `names of files are those of approvals`() {
    let name = Approval.filename(project: "greeting", version: "1.0", approver: "author")
    #expect(name == "greeting-1.0.author.approval.json")
    #expect(ApprovalFiles.isApproval(name))
    #expect(!ApprovalFiles.isApproval(".approval.json"))
    #expect(!ApprovalFiles.isApproval("greeting-1.0.json"))
  }

  @Test func `members that nobody would look at are errors`() throws {
    let payload = String(decoding: try ApprovalCase().statement.statement.payload(), as: UTF8.self)
    #expect((try? ApprovalStatement(parsing: Array(payload.utf8))) != nil)
    for (old, new) in [
      ("\"approver\":", "\"extra\":1,\"approver\":"), ("\"project\":", "\"extra\":1,\"project\":"),
      ("\"commit\":", "\"extra\":1,\"commit\":"),
      ("\"sha256\":\"4", "\"sha1\":\"a\",\"sha256\":\"4"),
      ("\"policy\":{", "\"policy\":{\"extra\":1,"), ("urn:hallmark", "urn:other"),
      ("\"approvedAt\":\"2", "\"approvedAt\":\"x"), ("\"origins\":[", "\"origins\":[1,"),
    ] {
      let changed = payload.replacing(old, with: new)
      #expect(changed != payload, "nothing was changed: \(old)")
      #expect(throws: DocumentError.self, "\(old)") {
        try ApprovalStatement(parsing: Array(changed.utf8))
      }
    }
  }
}

@Suite struct ReleaseComparisonTests {
  private static func record(
    _ version: String, publisher: String = "https://f.example/w.yml@refs/tags/v1",
    builder: String? = "https://f.example/b.yml@refs/tags/v1", commit: String? = "aaa",
    repository: String? = "https://github.com/acme/greeting", files: [String] = []
  ) -> ReleaseRecord {
    let names =
      files.isEmpty
      ? ["greeting-\(version)-py3-none-any.whl", "greeting-\(version).tar.gz"] : files
    return ReleaseRecord(
      project: "greeting", version: version,
      files: names.map { Subject(name: $0, sha256: SHA256Hash(hashing: [1])) },
      origins: [
        ReleaseOrigin(
          publisher: publisher, issuer: "i", builder: builder, repository: repository,
          commit: commit)
      ])
  }

  @Test func `another tag is no change, another commit is`() {
    let old = Self.record("1.0.0")
    let new = Self.record(
      "1.1.0", publisher: "https://f.example/w.yml@refs/tags/v2",
      builder: "https://f.example/b.yml@refs/tags/v2", commit: "bbb")
    let comparison = ReleaseComparison(new, since: old)
    #expect(comparison.changes.map(\.kind) == [.commit])
    #expect(comparison.changes.first?.isUnusual == false)
    #expect(
      comparison.commitsURL(for: new) == "https://github.com/acme/greeting/compare/aaa...bbb")
    #expect(ReleaseComparison(old, since: old).changes == [])
  }

  @Test func `publisher, builder, repository and files are compared`() {
    let old = Self.record("1.0.0")
    let new = Self.record(
      "1.1.0", publisher: "me@example.com", builder: nil, repository: "https://evil.example/x",
      files: ["greeting-1.1.0-cp314-cp314-linux_x86_64.whl", "greeting-1.1.0.tar.gz", "other"])
    let comparison = ReleaseComparison(new, since: old)
    #expect(
      comparison.changes.map(\.kind) == [.publisher, .builder, .repository, .added, .removed])
    #expect(comparison.changes.filter(\.isUnusual).count == 5)
    #expect(comparison.changes[3].new == ["other", "wheel cp314-cp314-linux_x86_64.whl"])
    #expect(comparison.changes[4].old == ["wheel py3-none-any.whl"])
    #expect(comparison.commitsURL(for: new) == nil)
  }
}
