// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import Sigstore
import Testing
import TrustSimulator
import Verification

/// Forms that need something beside them, and the vouching of instances without a log.
@Suite struct EvidenceFormTests {
  static let digest = SHA256Hash(hashing: Array("tool".utf8))
  static let simulator = Result { try TrustSimulator() }
  static let policy = Policy(publishers: [
    PublisherPolicy(signer: .gitHub(repository: "acme/greeting", workflow: nil))
  ])
  static let statement = Statement(
    subjects: [Subject(name: "tool", sha256: digest)], predicateType: PredicateType.publish,
    predicate: .object([]))

  private func verdict(
    _ evidence: [Evidence], root: TrustedRoot? = nil, policy: Policy = policy
  ) async throws -> ArtifactVerdict {
    let root = try root ?? Self.simulator.get().trustedRoot()
    return await ArtifactVerifier(trusting: root, policy: policy).verify(
      Artifact(filename: "tool", digest: Self.digest), evidence: evidence,
      now: TrustSimulator.now)
  }

  private func entry(_ answer: [UInt8]) throws -> TransparencyLogEntry {
    // The answer's own reader is in a higher ring; the simulator writes the same entry.
    let members = try JSONNode(parsing: answer).object().members
    let node = JSONNode(try #require(members.first).value, path: "entry")
    let verification = try node.required("verification")
    let proof = try verification.required("inclusionProof")
    let body = try node.required("body").bytes()
    let content = try JSONNode(parsing: body)
    return TransparencyLogEntry(
      logIndex: UInt64(try node.required("logIndex").integer()),
      logID: try Hexadecimal.decode(try node.required("logID").string()),
      kind: try content.required("kind").string(),
      version: try content.required("apiVersion").string(),
      integratedTime: try node.required("integratedTime").integer(),
      signedEntryTimestamp: try verification.required("signedEntryTimestamp").bytes(),
      inclusion: TransparencyLogEntry.Inclusion(
        logIndex: UInt64(try proof.required("logIndex").integer()),
        rootHash: try #require(
          SHA256Hash(hexadecimal: try proof.required("rootHash").string())),
        treeSize: UInt64(try proof.required("treeSize").integer()),
        hashes: try proof.required("hashes").array(limit: 64).map {
          try #require(SHA256Hash(hexadecimal: try $0.string()))
        }, checkpoint: try proof.required("checkpoint").string()),
      canonicalizedBody: body)
  }

  @Test(arguments: [true, false])
  func legacyEnvelopesNeedTheirEntry(isIntoto: Bool) async throws {
    let simulator = try Self.simulator.get()
    let (text, uuid, answer) = try simulator.legacy(
      Self.statement, as: .gitHub, isIntoto: isIntoto)
    let bare = try Evidence.parse(text, place: "tool.intoto.jsonl")
    #expect(bare.map(\.form) == [.legacyEnvelope])
    #expect(bare.first?.missingEntryUUIDs.contains(uuid) == true)
    let undecided = try await verdict(bare)
    #expect(undecided.exitStatus == .undecided)

    let whole = try bare.map { $0.completed(with: [try entry(answer)]) }
    #expect(whole.first?.missingEntryUUIDs == [])
    #expect(try await verdict(whole).exitStatus == .done)

    // The entry of another envelope completes nothing.
    let other = try simulator.legacy(Self.statement, as: .gitHub, isIntoto: isIntoto)
    let foreign = try bare.map { $0.completed(with: [try entry(other.answer)]) }
    #expect(try await verdict(foreign).exitStatus == .undecided)

    // As a version 0.3 bundle it verifies without anything beside it, and without its old text.
    let bundle = try #require(whole.first?.bundle)
    let written = try Evidence.parse(Array(bundle.json.compactText.utf8), place: "upgraded")
    #expect(written.first?.form == .bundle)
    #expect(try await verdict(written).exitStatus == .done)
  }

  /// GitHub's own instance has timestamps and no log; its root says so.
  @Test func rootWithoutLogsAsksForTimestamps() async throws {
    let simulator = try Self.simulator.get()
    let withoutLogs = try TrustedRoot(
      parsing: Array(
        try simulator.trustedRoot().json.editing(["tlogs"]) { _ in [] }
          .editing(["ctlogs"]) { _ in [] }.compactText.utf8))
    let policy = Policy(publishers: [
      PublisherPolicy(
        signer: .hallmark(issuer: TrustSimulator.issuer, subject: TrustSimulator.name))
    ])
    func evidence(_ form: SigningForm, lie: Lie? = .noLogEntry) throws -> [Evidence] {
      let bundle = try simulator.sign(
        Self.statement, artifact: Self.digest, form: form, lie: lie)
      return try Evidence.parse(Array(bundle.json.compactText.utf8), place: "x")
    }
    #expect(
      try await verdict(try evidence(.dsseV2), root: withoutLogs, policy: policy).exitStatus
        == .done)
    // The same under a root that has logs, or without a timestamp, or with an entry of some log.
    #expect(try await verdict(try evidence(.dsseV2), policy: policy).exitStatus == .rejected)
    #expect(
      try await verdict(try evidence(.dsse), root: withoutLogs, policy: policy).exitStatus
        == .rejected)
    #expect(
      try await verdict(try evidence(.dsseV2, lie: nil), root: withoutLogs, policy: policy)
        .exitStatus == .rejected)
  }

  /// Several roots: the one that the evidence is of decides, whatever the order.
  @Test func anyOfSeveralRoots() async throws {
    let own = try Self.simulator.get()
    let other = try TrustSimulator()
    let bundle = try own.sign(Self.statement, as: .gitHub)
    let evidence = try Evidence.parse(Array(bundle.json.compactText.utf8), place: "x")
    let artifact = Artifact(filename: "tool", digest: Self.digest)
    for (roots, status) in [
      ([try own.trustedRoot(), try other.trustedRoot()], .done),
      ([try other.trustedRoot(), try own.trustedRoot()], .done),
      ([try other.trustedRoot()], .rejected), ([], .rejected),
    ] as [([TrustedRoot], Verification.ExitStatus)] {
      let verdict = await ArtifactVerifier(
        trusting: roots, expecting: .publishers(Self.policy)
      ).verify(artifact, evidence: evidence, now: TrustSimulator.now)
      #expect(verdict.exitStatus == status)
    }
  }

  /// An artifact that is known by one digest only is compared by that one.
  @Test func digestsOfBothKinds() async throws {
    let simulator = try Self.simulator.get()
    let sha512 = try #require(
      ArtifactDigest(.sha512, hexadecimal: String(repeating: "ab", count: 64)))
    let both = Statement(
      subjects: [Subject(name: "tool", [ArtifactDigest(Self.digest), sha512])],
      predicateType: PredicateType.publish, predicate: .object([]))
    let only512 = Statement(
      subjects: [Subject(name: "tool", [sha512])], predicateType: PredicateType.publish,
      predicate: .object([]))
    let sha256 = ArtifactDigest(Self.digest)
    for (statement, artifact, status) in [
      (both, Artifact(filename: nil, digest: sha256), .done),
      (both, Artifact(filename: nil, digest: sha512), .done),
      (only512, Artifact(filename: nil, digest: sha512), .done),
      (only512, Artifact(filename: nil, digest: sha256, others: [sha512]), .done),
      (only512, Artifact(filename: nil, digest: sha256), .rejected),
      (Self.statement, Artifact(filename: nil, digest: sha512), .rejected),
    ] as [(Statement, Artifact, Verification.ExitStatus)] {
      let text = try simulator.sign(statement, as: .gitHub).json.compactText
      let evidence = try Evidence.parse(Array(text.utf8), place: "x")
      let verdict = await ArtifactVerifier(
        trusting: [try simulator.trustedRoot()], expecting: .publishers(Self.policy)
      ).verify(artifact, evidence: evidence, now: TrustSimulator.now)
      #expect(verdict.exitStatus == status)
    }
  }

  /// Answers of GitHub's API and lines of several forms are told apart by what is in them.
  @Test func formsAreFoundByContent() async throws {
    let simulator = try Self.simulator.get()
    let bundle = try simulator.sign(Self.statement, as: .gitHub).json
    let answer: JSONValue = [
      "attestations": [["bundle": bundle, "repository_id": 1234, "bundle_url": "https://x"]]
    ]
    let gitHub = try Evidence.parse(Array(answer.compactText.utf8), place: "x")
    #expect(gitHub.map(\.form) == [.gitHub])
    #expect(try await verdict(gitHub).exitStatus == .done)
    let legacy = try simulator.legacy(Self.statement, as: .gitHub, isIntoto: true)
    let lines = Array(bundle.compactText.utf8) + [0x0a] + legacy.text + [0x0a]
    let both = try Evidence.parse(lines, place: "x")
    #expect(both.map(\.form) == [.bundleLine, .legacyEnvelope])
    #expect(both.map(\.isLine) == [true, true])
  }
}
