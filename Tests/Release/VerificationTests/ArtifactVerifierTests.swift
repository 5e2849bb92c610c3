// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import PyPIAttestations
import Sigstore
import Testing
import TrustSimulator
import Verification

@Suite struct ArtifactVerifierTests {
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))
  static let name = "greeting-1.0.0-py3-none-any.whl"
  static let artifact = Artifact(filename: name, digest: digest)
  static let simulator = Result { try TrustSimulator() }

  private func bundle(
    _ type: String, lie: Lie? = nil, file: String = name, digest: SHA256Hash = digest
  ) throws -> Bundle {
    try Self.simulator.get().sign(
      Statement(
        subjects: [Subject(name: file, sha256: digest)], predicateType: type,
        predicate: .object([])), lie: lie)
  }

  private func text(_ bundle: Bundle) -> [UInt8] { Array(bundle.json.compactText.utf8) }

  private func attestation(_ bundle: Bundle) throws -> PyPIAttestation {
    try #require(PyPIAttestation(bundle))
  }

  private func policy(
    subject: String = TrustSimulator.name, require: [String] = []
  ) -> Policy {
    Policy(publishers: [
      PublisherPolicy(
        signer: .hallmark(issuer: TrustSimulator.issuer, subject: subject),
        requiredPredicates: require)
    ])
  }

  private func verdict(
    _ documents: [[UInt8]], policy: Policy?, unreadable: [UnreadableEvidence] = []
  ) async throws -> ArtifactVerdict {
    var evidence: [Evidence] = []
    for (index, document) in documents.enumerated() {
      evidence += try Evidence.parse(document, place: "evidence-\(index)")
    }
    let verifier = ArtifactVerifier(
      trusting: try Self.simulator.get().trustedRoot(), policy: policy)
    return await verifier.verify(
      Self.artifact, evidence: evidence, unreadable: unreadable, now: TrustSimulator.now)
  }

  private func rule(_ verdict: ArtifactVerdict) -> VerificationRule? {
    if case .rejected(let check, _) = verdict.outcome { check.rule } else { nil }
  }

  @Test func oneValidBundlePasses() async throws {
    let result = try await verdict([text(try bundle(PredicateType.publish))], policy: policy())
    #expect(result.exitStatus == .done)
  }

  @Test func noEvidenceIsRejected() async throws {
    let result = try await verdict([], policy: policy())
    #expect(result.exitStatus == .rejected)
    #expect(rule(result) == .evidence)
  }

  @Test(arguments: [
    #"{"version":1,"attestation_bundles":[]}"#,
    #"""
    {"version":1,"attestation_bundles":[{"publisher":{"kind":"GitHub","repository":"a/b",
    "workflow":"x.yml","environment":null},"attestations":[]}]}
    """#,
  ])
  func emptyProvenanceIsRejected(text: String) async throws {
    let result = try await verdict([Array(text.utf8)], policy: policy())
    #expect(result.exitStatus == .rejected)
    #expect(rule(result) == .evidence)
  }

  @Test func noExpectationIsNoPass() async throws {
    let result = try await verdict([text(try bundle(PredicateType.publish))], policy: nil)
    #expect(result.exitStatus == .usage)
  }

  @Test func emptyPolicyIsNoPass() async throws {
    let result = try await verdict(
      [text(try bundle(PredicateType.publish))], policy: Policy(publishers: []))
    #expect(result.exitStatus == .rejected)
  }

  @Test func otherPublisherIsRejected() async throws {
    let result = try await verdict(
      [text(try bundle(PredicateType.publish))],
      policy: policy(subject: "https://stack.example/workspace/other"))
    #expect(rule(result) == .identity)
  }

  @Test func requiredPredicatesMustAllBeThere() async throws {
    let both = [PredicateType.publish, PredicateType.slsaProvenance]
    let publish = text(try bundle(PredicateType.publish))
    let provenance = text(try bundle(PredicateType.slsaProvenance))
    #expect(
      try await verdict([publish, provenance], policy: policy(require: both)).exitStatus == .done)
    #expect(rule(try await verdict([publish], policy: policy(require: both))) == .predicate)
    let foreign = text(try bundle("https://example.com/scan/v1"))
    #expect(rule(try await verdict([foreign], policy: policy())) == .predicate)
  }

  @Test func brokenEvidenceBesideGoodIsIgnored() async throws {
    let good = text(try bundle(PredicateType.publish))
    let bad = text(try bundle(PredicateType.publish, lie: .entryTimestampForged))
    let result = try await verdict(
      [bad, good], policy: policy(),
      unreadable: [UnreadableEvidence(place: "x", problem: "broken")])
    #expect(result.exitStatus == .done)
    #expect(result.examined.count == 2)
    #expect(rule(try await verdict([bad], policy: policy())) == .entryTimestamp)
  }

  @Test func unreadableEvidenceAloneIsRejected() async throws {
    let result = try await verdict(
      [], policy: policy(), unreadable: [UnreadableEvidence(place: "x", problem: "broken")])
    #expect(rule(result) == .wellFormed)
  }

  @Test func pep740BindsTheFileName() async throws {
    let good = try attestation(try bundle(PredicateType.publish))
    #expect(
      try await verdict([Array(good.json.compactText.utf8)], policy: policy()).exitStatus == .done)
    let other = try attestation(
      try bundle(PredicateType.publish, file: "other-1.0.0-py3-none-any.whl"))
    #expect(
      rule(try await verdict([Array(other.json.compactText.utf8)], policy: policy()))
        == .artifactBinding)
  }

  @Test func provenanceObjectsAreRead() async throws {
    let provenance = Provenance([
      .init(
        publisher: .gitHub(repository: "evil/evil", workflow: "x.yml", environment: nil),
        attestations: [try attestation(try bundle(PredicateType.publish))])
    ])
    let text = Array(provenance.json.compactText.utf8)
    #expect(try Provenance(parsing: text) == provenance)
    // What the index says about the publisher neither helps nor hurts.
    #expect(try await verdict([text], policy: policy()).exitStatus == .done)
  }

  @Test func linesAreRead() async throws {
    let other = text(
      try bundle(PredicateType.publish, file: "x.whl", digest: SHA256Hash(hashing: [])))
    let lines = other + [0x0a] + text(try bundle(PredicateType.publish)) + [0x0a]
    #expect(try await verdict([lines], policy: policy()).exitStatus == .done)
  }

  @Test(arguments: [
    "", "{}", "[]", "null", "{\"mediaType\":1}", "{}\n{}", "{\"version\":1}", "\u{0}",
    #"{"mediaType":"x","mediaType":"x"}"#, #"{"verification_material":{}}"#,
    #"{"attestation_bundles":{}}"#,
  ])
  func malformedEvidenceIsAnError(text: String) {
    #expect(throws: DocumentError.self) { try Evidence.parse(Array(text.utf8), place: "x") }
  }

  @Test func worstStatus() {
    #expect(ExitStatus.worst(of: []) == .done)
    #expect(ExitStatus.worst(of: [.done, .couldNotRun, .rejected]) == .rejected)
    #expect(ExitStatus.worst(of: [.undecided, .couldNotRun]) == .undecided)
    #expect(ExitStatus.worst(of: [.usage, .done]) == .usage)
  }
}
