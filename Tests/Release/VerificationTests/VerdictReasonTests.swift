// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Policies
import PyPIAttestations
import Sigstore
import SourceText
import Testing
import TrustSimulator

@testable import Verification

/// What a refusal names: its rule, as failed, for every way in which nothing passes.
@Suite struct VerdictReasonTests {
  private static let digest = SHA256Hash(hashing: Array("tool".utf8))
  private static let simulator = Result { try TrustSimulator() }
  private static let key = P256.Signing.PrivateKey()
  private static let policy = Policy(publishers: [
    PublisherPolicy(signer: .gitHub(repository: "acme/greeting", workflow: nil))
  ])

  private func statement(
    _ type: String = PredicateType.publish, _ predicate: JSONValue = .object([]),
    digest: SHA256Hash = digest
  ) -> Statement {
    Statement(
      subjects: [Subject(name: "tool", sha256: digest)], predicateType: type,
      predicate: predicate)
  }

  private func verdict(
    _ evidence: [Evidence], _ expectation: Verification.Expectation? = .publishers(policy),
    roots: [TrustedRoot]? = nil, unreadable: [UnreadableEvidence] = []
  ) async throws -> ArtifactVerdict {
    await ArtifactVerifier(
      trusting: try roots ?? [Self.simulator.get().trustedRoot()], expecting: expectation
    ).verify(
      Artifact(filename: "tool", digest: Self.digest), evidence: evidence,
      unreadable: unreadable, now: TrustSimulator.now)
  }

  private func evidence(_ statement: Statement, as run: SimulatedRun = .gitHub) throws
    -> [Evidence]
  {
    let text = try Self.simulator.get().sign(statement, as: run).json.compactText
    return try Evidence.parse(Array(text.utf8), place: "bundle")
  }

  /// The rule that a rejection names; it must be there as failed.
  private func rule(_ verdict: ArtifactVerdict) -> VerificationRule? {
    guard case .rejected(let check, _) = verdict.outcome else { return nil }
    guard case .failed = check.outcome else { return nil }
    return check.rule
  }

  /// An envelope that a bare key signed.
  private func envelope(
    _ statement: Statement, signing key: P256.Signing.PrivateKey = key,
    type: String = DSSEEnvelope.inTotoPayloadType
  ) throws -> [Evidence] {
    let payload = try statement.payload()
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let text: JSONValue = [
      "payloadType": .string(type), "payload": .string(Base64.encode(payload)),
      "signatures": [
        ["sig": .string(Base64.encode(Array(try key.signature(for: signed).derRepresentation)))]
      ],
    ]
    return try Evidence.parse(Array(text.compactText.utf8), place: "envelope")
  }

  @Test func nothingIsRejectedByName() async throws {
    #expect(rule(try await verdict([])) == .evidence)
    let broken = UnreadableEvidence(place: "x", problem: "y")
    #expect(rule(try await verdict([], unreadable: [broken])) == .wellFormed)
    let good = try evidence(statement())
    #expect(rule(try await verdict(good, .publishers(Policy(publishers: [])))) == .identity)
    #expect(rule(try await verdict(good, roots: [])) == .knownLog)
    let strict = Policy(publishers: [
      PublisherPolicy(
        signer: .gitHub(repository: "acme/greeting", workflow: nil),
        requiredPredicates: [PredicateType.publish, PredicateType.slsaProvenance])
    ])
    #expect(rule(try await verdict(good, .publishers(strict))) == .predicate)
    #expect(try await verdict(good).exitStatus == .done)
  }

  /// A signature over a file says nothing of a type, which a policy may ask for.
  @Test func bareSignaturesAreNoAttestations() async throws {
    let simulator = try Self.simulator.get()
    let text = try simulator.sign(
      statement(), artifact: Self.digest, form: .blob
    ).json.compactText
    let item = try Evidence.parse(Array(text.utf8), place: "blob")
    let signer = PublisherPolicy.Signer.identity(
      SignerIdentity(name: TrustSimulator.name, issuer: TrustSimulator.issuer))
    let plain = Policy(publishers: [PublisherPolicy(signer: signer)])
    #expect(try await verdict(item, .publishers(plain)).exitStatus == .done)
    let strict = Policy(publishers: [
      PublisherPolicy(signer: signer, requiredPredicates: [PredicateType.publish])
    ])
    #expect(rule(try await verdict(item, .publishers(strict))) == .predicate)
  }

  @Test func envelopesOfKeys() async throws {
    let key = try SignatureKey(
      subjectPublicKeyInfo: Array(Self.key.publicKey.derRepresentation))
    let good = try envelope(statement())
    #expect(try await verdict(good, .key(key)).exitStatus == .done)
    // To whom no key is given, a bare key is nobody's.
    #expect(rule(try await verdict(good)) == .wellFormed)
    #expect(rule(try await verdict(good, nil)) == .wellFormed)
    let forged = try envelope(statement(), signing: P256.Signing.PrivateKey())
    #expect(rule(try await verdict(forged, .key(key))) == .signature)
    let other = try envelope(statement(digest: SHA256Hash(hashing: [9])))
    #expect(rule(try await verdict(other, .key(key))) == .artifactBinding)
    let text = try envelope(statement(), type: "text/plain")
    #expect(rule(try await verdict(text, .key(key))) == .artifactBinding)
  }

  /// A summary that says "failed" does not vouch for anything, whoever signed it.
  @Test(arguments: [("PASSED", true), ("FAILED", false), ("", false)])
  func summariesMustHavePassed(result: String, isAccepted: Bool) async throws {
    let summary = statement(
      VerificationSummary.predicateType,
      [
        "verifier": ["id": "https://verifier.example"], "resourceUri": "pkg:x",
        "verificationResult": .string(result),
      ])
    let key = try SignatureKey(
      subjectPublicKeyInfo: Array(Self.key.publicKey.derRepresentation))
    let byKey = try await verdict(try envelope(summary), .key(key))
    #expect(rule(byKey) == (isAccepted ? nil : .summary))
    let policy = Policy(publishers: [
      PublisherPolicy(
        signer: .gitHub(repository: "acme/greeting", workflow: nil),
        requiredPredicates: [VerificationSummary.predicateType])
    ])
    let byWorkflow = try await verdict(try evidence(summary), .publishers(policy))
    #expect(rule(byWorkflow) == (isAccepted ? nil : .summary))
    #expect((byKey.exitStatus == .done) == isAccepted)
    #expect((byWorkflow.exitStatus == .done) == isAccepted)
  }

  /// What lacks something is undecided, and its report has no rule that passed.
  @Test func whatIsMissingIsNotValid() async throws {
    let legacy = try Self.simulator.get().legacy(statement(), as: .gitHub, isIntoto: true)
    let items = try Evidence.parse(legacy.text, place: "x")
    let found = try await verdict(items)
    #expect(found.exitStatus == .undecided)
    #expect(found.examined.map(\.isValid) == [false])
    #expect(found.examined.first?.report.primaryFailure?.rule == .knownLog)
    #expect(items.first?.otherHash == nil)
    #expect(items.first?.completed(with: []).form == .legacyEnvelope)
    let cloud = try Evidence.parse(
      Array(#"{"image_summary":{},"provenance_summary":{"provenance":[]}}"#.utf8), place: "x")
    #expect(try await verdict(cloud).examined.first?.report.primaryFailure?.rule == .source)
    #expect(cloud.first?.otherHash == nil)
    #expect(cloud.first?.completed(with: []).form == .cloudBuild)
  }

  @Test func evidenceSaysByWhichHashItNamesFiles() throws {
    let digest = try #require(
      ArtifactDigest(.sha512, hexadecimal: String(repeating: "ab", count: 64)))
    for (digests, needs) in [
      ([digest], .sha512), ([ArtifactDigest(Self.digest)], nil),
      ([ArtifactDigest(Self.digest), digest], nil),
      ([ArtifactDigest(.sha384, hashing: [])], .sha384),
    ] as [([ArtifactDigest], ArtifactDigest.Algorithm?)] {
      let statement = Statement(
        subjects: [Subject(name: "tool", digests)], predicateType: PredicateType.publish,
        predicate: .object([]))
      #expect(try envelope(statement).first?.otherHash == needs)
    }
  }

  /// The criteria about provenance are in the report, each under its own code.
  @Test(
    arguments: [
      (ProvenanceExpectations(sourceURI: "github.com/acme/greeting"), .builder),
      (
        ProvenanceExpectations(
          sourceURI: "github.com/acme/other", builderID: SimulatedRun.gitHub.name), .source
      ),
    ] as [(ProvenanceExpectations, VerificationRule)])
  func criteriaHaveTheirCodes(
    expectations: ProvenanceExpectations, expected: VerificationRule
  ) async throws {
    let items = try evidence(
      statement(PredicateType.slsaProvenance, SimulatedRun.gitHub.provenance()))
    let found = try await verdict(
      items, .provenance(expectations, package: NpmPackageExpectations(name: nil, version: nil)))
    #expect(rule(found) == expected)
    #expect(found.exitStatus == .rejected)
  }

  @Test func provenanceNeedsEvidence() async throws {
    let expectation = Verification.Expectation.provenance(
      ProvenanceExpectations(sourceURI: "github.com/acme/greeting"),
      package: NpmPackageExpectations(name: nil, version: nil))
    let none = try await verdict([], expectation)
    #expect(rule(none) == .evidence)
    #expect(none.provenanceReason == .noValidSignature)
    let good = try evidence(statement())
    let untrusted = try await verdict(good, expectation, roots: [])
    #expect(untrusted.exitStatus == .rejected)
    #expect(untrusted.provenanceReason == .internalError)
    #expect(rule(untrusted) == .predicate)
    let byCloudBuild = Verification.Expectation.provenance(
      ProvenanceExpectations(
        sourceURI: "github.com/acme/greeting", builderID: TrustedBuilders.cloudBuild),
      package: NpmPackageExpectations(name: nil, version: nil))
    #expect(try await verdict(good, byCloudBuild).provenanceReason == .notSupported)
  }

  /// The rule about provenance of GitHub's own build type says nothing about other statements.
  @Test func otherTypesAreNotComparedWithTheCertificate() async throws {
    let lie = SimulatedRun.gitHub.provenance(
      editing: ["buildDefinition", "externalParameters", "workflow", "ref"], to: "other")
    #expect(
      rule(try await verdict(try evidence(statement(PredicateType.slsaProvenance, lie))))
        == .certificateAgreement)
    #expect(
      try await verdict(try evidence(statement(PredicateType.publish, lie))).exitStatus == .done)
    let otherType = lie.editing(["buildDefinition", "buildType"]) { _ in "https://example.com" }
    #expect(
      try await verdict(try evidence(statement(PredicateType.slsaProvenance, otherType)))
        .exitStatus == .done)
  }

  /// A configuration of another repository has no path in this one.
  @Test func configurationsOfOtherRepositories() async throws {
    let truth = statement(PredicateType.slsaProvenance, SimulatedRun.gitHub.provenance())
    for uri in [
      nil, "https://github.com/acme/greetinx/.github/workflows/release.yml@refs/tags/v1.0.0",
    ] as [String?] {
      var run = SimulatedRun.gitHub
      run.claims[.buildConfigURI] = uri
      #expect(rule(try await verdict(try evidence(truth, as: run))) == .certificateAgreement)
    }
    let silent = SimulatedRun.gitHub.provenance(
      editing: ["buildDefinition", "resolvedDependencies"], to: [])
    #expect(
      try await verdict(try evidence(statement(PredicateType.slsaProvenance, silent))).exitStatus
        == .done)
  }

  @Test(arguments: ["x", "self-hosted", ""])
  func runnersOfPoliciesAreKnown(runner: String) {
    let text = """
      [[publisher]]
      kind = "GitHub"
      repository = "acme/greeting"
      runner = "\(runner)"
      """
    #expect(throws: TOMLError.self) { try Policy(parsing: Array(text.utf8)) }
  }

  /// Lines are lines only where the first is a document, and there are not too many.
  @Test func linesHaveALimit() throws {
    let line = try Self.simulator.get().sign(statement(), as: .gitHub).json.compactText
    #expect(try Evidence.parse(Array("\(line)\n\(line)\n".utf8), place: "x").count == 2)
    let short = #"{"payloadType":"a","payload":"AAAA","signatures":[{"sig":"AAAA"}]}"#
    func many(_ count: Int) throws -> Int {
      let text = String(repeating: short + "\n", count: count)
      return try Evidence.parse(Array(text.utf8), place: "x").count
    }
    #expect(try many(Evidence.lineLimit) == Evidence.lineLimit)
    #expect(throws: DocumentError.self) { try many(Evidence.lineLimit + 1) }
    for text in [
      "x\n\(line)\n", "\(line)\nx\n", "{\n", "\n",
    ] {
      #expect(throws: DocumentError.self) { try Evidence.parse(Array(text.utf8), place: "x") }
    }
  }
}
