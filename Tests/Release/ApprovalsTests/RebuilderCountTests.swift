// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import Reproducibility
import Sigstore
import Testing
import TrustSimulator
import Verification

@testable import Approvals

/// A file, and what rebuilders say about it.
private struct RebuildCase {
  static let digest = SHA256Hash(hashing: [1])
  static let file = Subject(name: "greeting-1.0.0-py3-none-any.whl", sha256: digest)
  static let policy = """
    [[publisher]]
    kind = "GitHub"
    repository = "acme/greeting"

    """
  static let one = SimulatedRun(
    name: "one@example.com", issuer: "https://accounts.example.com", claims: [:])
  static let oneToo = SimulatedRun(
    name: "too@example.com", issuer: "https://accounts.example.com", claims: [:])
  static let two = SimulatedRun(
    name: "two@example.com", issuer: "https://accounts.example.com", claims: [:])

  let simulator: TrustSimulator
  var text = policy + entry("one", one) + entry("one", oneToo) + entry("two", two)

  init() throws { simulator = try TrustSimulator() }

  static func entry(_ name: String, _ run: SimulatedRun) -> String {
    "[[rebuilder]]\nname = \"\(name)\"\nkind = \"Sigstore\"\nissuer = \"\(run.issuer)\"\n"
      + "identity = \"\(run.name)\"\n"
  }

  static func claim(
    _ verdict: RebuildVerdict = .identical, file: Subject = file, rebuilt: SHA256Hash? = digest
  ) -> RebuildStatement {
    RebuildStatement(
      file: file, verdict: verdict, time: TrustSimulator.time,
      source: .init(kind: "git", place: "https://example.com/x", commit: "abc", tag: "v1"),
      environment: .init(
        python: "3.13.1", packages: ["hatchling==1.33.0"], lock: SHA256Hash(hashing: [7])),
      rebuilt: rebuilt, reason: verdict.passes ? nil : "member times", toolVersion: "1.0")
  }

  func evidence(_ statement: Statement, as run: SimulatedRun = one) throws -> Evidence {
    Evidence(
      form: .bundleLine, place: "x", content: .bundle(try simulator.sign(statement, as: run)),
      isLine: true)
  }

  func evidence(
    _ claim: RebuildStatement = claim(), as run: SimulatedRun = one
  ) throws -> Evidence { try evidence(claim.statement, as: run) }

  func tally(
    _ evidence: [Evidence], trusting roots: [TrustedRoot]? = nil
  ) async throws -> RebuilderTally {
    try await RebuilderCount(
      under: Policy(parsing: Array(text.utf8)),
      trusting: roots ?? [simulator.trustedRoot()], now: TrustSimulator.now
    ).tally(evidence, of: Self.file)
  }
}

@Suite struct RebuilderCountTests {
  private static let given = RebuildVerdict.identicalGiven([.zipTime: 3, .order: 1])
  private static let other = SHA256Hash(hashing: [2])

  @Test(
    arguments: [
      (.identical, RebuildCase.digest), (given, other), (.equivalentMetadata, other),
      (.different, other), (.cannotRebuild, nil),
    ] as [(RebuildVerdict, SHA256Hash?)])
  func `a statement is read as it was written`(
    verdict: RebuildVerdict, rebuilt: SHA256Hash?
  ) throws {
    let claim = RebuildCase.claim(verdict, rebuilt: rebuilt)
    let payload = try claim.statement.payload()
    #expect(try RebuildStatement(Statement(parsing: payload)) == claim)
    let least = RebuildStatement(
      file: RebuildCase.file, verdict: verdict, time: TrustSimulator.time,
      source: .init(kind: "sdist"), environment: .init(), rebuilt: rebuilt, reason: nil,
      toolVersion: "1")
    #expect(try RebuildStatement(Statement(parsing: least.statement.payload())) == least)
  }

  @Test(arguments: [
    ("\"rung\":2", "\"rung\":1"), ("identical-given", "identical"), ("identical-given", "same"),
    ("\"zip-time\":3", "\"zip-time\":0"), ("\"zip-time\":3", "\"zip-time\":\"3\""),
    ("\"zip-time\":3", "\"zip-tyme\":3"), ("\"verdict\":", "\"extra\":1,\"verdict\":"),
    ("\"kind\":", "\"extra\":1,\"kind\":"), ("\"python\":", "\"extra\":1,\"python\":"),
    ("\"rebuiltAt\":\"2", "\"rebuiltAt\":\"x"), ("urn:hallmark", "urn:other"),
    ("\"rebuilder\":{", "\"rebuilder\":{\"extra\":1,"),
    ("\"lock\":{\"sha256\":\"", "\"lock\":{\"sha256\":\"x"),
    ("\"kind\":\"git\"", "\"kind\":1"), ("\"packages\":[", "\"packages\":[1,"),
    ("\"containerFields\":", "\"containerFields\":{},\"other\":"),
    ("\"subject\":[", "\"subject\":[{\"name\":\"b\",\"digest\":{\"sha256\":\"00\"}},"),
  ])
  func `what contradicts itself or is not known is refused`(old: String, new: String) throws {
    let claim = RebuildCase.claim(Self.given, rebuilt: Self.other)
    let text = String(decoding: try claim.statement.payload(), as: UTF8.self)
    let changed = text.replacing(old, with: new)
    #expect(changed != text, "nothing was changed: \(old)")
    #expect(throws: DocumentError.self) {
      try RebuildStatement(Statement(parsing: Array(changed.utf8)))
    }
  }

  @Test(
    arguments: [
      (.identical, other), (.different, RebuildCase.digest), (.different, nil),
      (.identical, nil), (given, RebuildCase.digest), (.identicalGiven([:]), other),
    ] as [(RebuildVerdict, SHA256Hash?)])
  func `verdict and digests must agree`(verdict: RebuildVerdict, rebuilt: SHA256Hash?) {
    #expect(throws: DocumentError.self) {
      try RebuildStatement(RebuildCase.claim(verdict, rebuilt: rebuilt).statement)
    }
  }

  @Test func `two rebuilders count as two, and two identities of one as one`() async throws {
    let made = try RebuildCase()
    let tally = try await made.tally([
      made.evidence(), made.evidence(as: RebuildCase.oneToo),
      made.evidence(RebuildCase.claim(Self.given, rebuilt: Self.other), as: RebuildCase.two),
    ])
    #expect(tally.vouching.map(\.rebuilder) == ["one", "two"])
    #expect(tally.negative == [])
    #expect(tally.uncounted.map(\.reason) == [.superseded])
  }

  @Test(arguments: [RebuildVerdict.equivalentMetadata, .different])
  func `a verdict that does not pass vouches for nothing`(verdict: RebuildVerdict) async throws {
    let made = try RebuildCase()
    let tally = try await made.tally([
      made.evidence(RebuildCase.claim(verdict, rebuilt: Self.other)),
      made.evidence(as: RebuildCase.two),
    ])
    #expect(tally.vouching.map(\.rebuilder) == ["two"])
    #expect(tally.negative.map(\.rebuilder) == ["one"])
    #expect(tally.uncounted == [])
  }

  @Test func `of one second the worse counts, in whatever order`() async throws {
    let made = try RebuildCase()
    let words = [
      try made.evidence(),
      try made.evidence(RebuildCase.claim(.different, rebuilt: Self.other)),
    ]
    for evidence in [words, words.reversed()] {
      let tally = try await made.tally(evidence)
      #expect(Set(tally.words.map(\.time)).count == 1)
      #expect(tally.vouching == [])
      #expect(tally.negative.map(\.rebuilder) == ["one"])
      #expect(tally.uncounted.map(\.reason) == [.superseded])
    }
  }

  @Test func `each defect has its reason`() async throws {
    let made = try RebuildCase()
    let stranger = SimulatedRun(
      name: "mallory@example.com", issuer: RebuildCase.one.issuer, claims: [:])
    #expect(
      try await made.tally([made.evidence(as: stranger)]).uncounted.map(\.reason)
        == [.unknownSigner])
    let renamed = RebuildCase.claim(
      file: Subject(name: "other.whl", sha256: RebuildCase.digest))
    #expect(
      try await made.tally([made.evidence(renamed)]).uncounted.map(\.reason) == [.otherFile])
    let empty = Statement(
      subjects: [RebuildCase.file], predicateType: PredicateType.rebuild, predicate: .null)
    #expect(try await made.tally([made.evidence(empty)]).uncounted.map(\.reason) == [.malformed])
    let foreign = try TrustSimulator().trustedRoot()
    for roots in [[foreign], []] {
      let tally = try await made.tally([made.evidence()], trusting: roots)
      #expect(tally.uncounted.map(\.reason) == [.signature])
      #expect(tally.words == [])
    }
    var publisher = try RebuildCase()
    publisher.text += "[[rebuilder]]\nname = \"ci\"\nkind = \"GitHub\"\nowner = \"acme\"\n"
    #expect(
      try await publisher.tally([publisher.evidence(as: .gitHub)]).uncounted.map(\.reason)
        == [.publisher])
  }

  @Test func `what is about other files or other things does not matter`() async throws {
    let made = try RebuildCase()
    let others = [
      try made.evidence(
        RebuildCase.claim(file: Subject(name: RebuildCase.file.name, sha256: Self.other))),
      try made.evidence(
        Statement(
          subjects: [RebuildCase.file], predicateType: PredicateType.publish, predicate: .null)),
    ]
    let tally = try await made.tally(others)
    #expect(tally == RebuilderTally())
  }

  @Test func `nobody to rebuild is an error`() throws {
    #expect(throws: RebuilderCount.NoRebuilders.self) {
      try RebuilderCount(
        under: Policy(parsing: Array(RebuildCase.policy.utf8)), trusting: [],
        now: TrustSimulator.now)
    }
  }
}
