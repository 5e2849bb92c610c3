// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Foundation
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// Provenance of trusted builders through the whole verifier, and what stands around the rules.
@Suite struct WorkflowEvidenceTests {
  private static let digest = SHA256Hash(hashing: Array("tool".utf8))
  private static let simulator = Result { try TrustSimulator() }

  private func statement(builder: String) -> Statement {
    let document = ProvenanceCases.npm()
      .editing(["predicate", "builder", "id"]) { _ in .string(builder) }
      .editing(["predicate", "buildType"]) { _ in
        "https://github.com/slsa-framework/slsa-github-generator/go@v1"
      }
    return Statement(
      subjects: [Subject(name: "tool", sha256: Self.digest)],
      predicateType: "https://slsa.dev/provenance/v0.2",
      predicate: document.at(["predicate"]) ?? .null)
  }

  private func decide(
    builder: String, signer: String, form: Evidence.Form = .bundle, root: TrustedRoot? = nil
  ) async throws -> String {
    let simulator = try Self.simulator.get()
    var run = SimulatedRun.gitHub
    run.name = signer
    let bundle = try simulator.sign(statement(builder: builder), as: run)
    let verifier = ProvenanceVerifier(
      trusting: [try root ?? simulator.trustedRoot()], keys: TrustFolder(path: nil),
      now: TrustSimulator.now)
    return await verifier.verify(
      Artifact(filename: nil, digest: Self.digest),
      evidence: [Evidence(form: form, place: "x", content: .bundle(bundle))],
      ProvenanceExpectations(sourceURI: "github.com/acme/greeting")
    ).decision.name
  }

  /// A builder that is no delegator signs in its own name only.
  @Test func buildersSignInTheirOwnName() async throws {
    let signer = TrustedBuilders.go + "@refs/tags/v2.1.0"
    #expect(try await decide(builder: signer, signer: signer) == "pass")
    let other = TrustedBuilders.workflowPrefix + "builder_x.yml@refs/tags/v1.2.3"
    #expect(try await decide(builder: other, signer: signer) == "ErrorMismatchBuilderID")
  }

  /// What somebody else attested beside an image does not matter, but there must be something.
  @Test func imagesNeedOneValidAttestation() async throws {
    let signer = TrustedBuilders.go + "@refs/tags/v2.1.0"
    let stranger = try TrustSimulator().trustedRoot()
    #expect(
      try await decide(builder: signer, signer: signer, form: .cosign, root: stranger)
        == "ErrorNoValidSignature")
    #expect(
      try await decide(builder: signer, signer: signer, root: stranger)
        == "ErrorInvalidRekorEntry")
    // The Go builder makes no images.
    #expect(
      try await decide(builder: signer, signer: signer, form: .cosign)
        == "ErrorUntrustedReusableWorkflow")
  }

  @Test func keysAreNoWorkflows() async throws {
    let simulator = try Self.simulator.get()
    let bundle = try simulator.sign(
      statement(builder: "x"), artifact: Self.digest, form: .dsse, byKey: true)
    let result = await Sigstore.Verifier(trusting: try simulator.trustedRoot()).verifyStatement(
      in: bundle, signedBy: try simulator.publicKey(),
      validity: ValidityPeriod(start: TrustSimulator.time, end: nil), now: TrustSimulator.now)
    let verified = try #require(result.verified)
    #expect(
      try ProvenanceCases.reason { _ = try ProvenanceVerifier.identity(of: verified) }
        == .invalidCertificate)
  }

  /// A report without a failure is none; nothing passes by accident.
  @Test func reportsHaveReasons() {
    #expect(ProvenanceVerifier.failure(of: VerificationReport()).reason == .internalError)
  }

  @Test(arguments: ["refs/tags/", "x/tags/v1", "refs/heads/v1", "refs/tags", "", "tags/v1"])
  func refsHaveTheirForm(ref: String) throws {
    #expect(
      try ProvenanceCases.reason { _ = try GitReference.name(.tag, in: ref) } == .invalidRef)
    if ref != "refs/heads/v1", ref != "refs/tags/" { #expect(GitReference.kind(of: ref) == nil) }
  }

  @Test(arguments: [
    "x1.0.0", "v1.0.0+", "v1.0.0+a..b", "v1.0.0+a_b", "v1.0.0-", "v1.0.0-a..b", "v1.0.0-a_b",
    "v1.0.0-a+", "v1.0-a", "v1.0+a", "v", "v1..0", "v1.0.0.0",
  ])
  func versionsHaveTheirForm(tag: String) {
    #expect(SemanticVersionTag(tag) == nil)
  }

  /// Names of keys cannot leave the folder, even where such a file exists.
  @Test func keysHavePlainNames() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-keys-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("gcb-keys"), withIntermediateDirectories: true)
    let pem = P256.Signing.PrivateKey().publicKey.pemRepresentation
    for (name, text) in [("", pem), ("a.b", pem), ("good", pem), ("broken", "x")] {
      try text.write(
        to: folder.appendingPathComponent("\(name).key"), atomically: true, encoding: .utf8)
    }
    let keys = TrustFolder(path: folder.path)
    #expect(try ProvenanceCases.reason { _ = try keys.cloudBuildKey("good") } == nil)
    for name in ["", "a.b", "broken", "gcb-keys/../good", "none"] {
      #expect(
        try ProvenanceCases.reason { _ = try keys.cloudBuildKey(name) } == .invalidPublicKey,
        "\(name)")
    }
  }

  /// Where a summary is asked for, what has no envelope is passed over.
  @Test func summariesAreInEnvelopes() throws {
    let cloud = try Evidence.parse(
      Array(#"{"image_summary":{},"provenance_summary":{"provenance":[]}}"#.utf8), place: "x")
    let verdict = ArtifactVerifier.verifySummary(
      cloud, unreadable: [],
      SummaryExpectations(
        subjectDigests: ["sha256:00"], verifierID: "x", resourceURI: "y", verifiedLevels: [],
        publicKeyID: nil), signedBy: try Self.simulator.get().publicKey())
    #expect(verdict.exitStatus == .rejected)
    #expect(verdict.examined.isEmpty)
  }
}
