// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import Sigstore
import SourceText
import Testing
import TrustSimulator
import Verification

/// Each criterion of a publisher, met and missed by one claim of the certificate.
@Suite struct PublisherComparisonTests {
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))
  static let name = "greeting-1.0.0-py3-none-any.whl"
  static let simulator = Result { try TrustSimulator() }

  private func verdict(
    _ policy: Policy, run: SimulatedRun = .gitHub, predicate: JSONValue? = nil,
    type: String = PredicateType.publish, filename: String = name
  ) async throws -> ArtifactVerdict {
    let simulator = try Self.simulator.get()
    let statement = Statement(
      subjects: [Subject(name: filename, sha256: Self.digest)], predicateType: type,
      predicate: predicate ?? .object([]))
    let bundle = try simulator.sign(statement, as: run)
    let evidence = try Evidence.parse(Array(bundle.json.compactText.utf8), place: "evidence")
    return await ArtifactVerifier(trusting: try simulator.trustedRoot(), policy: policy)
      .verify(
        Artifact(filename: filename, digest: Self.digest), evidence: evidence,
        now: TrustSimulator.now)
  }

  private func rule(_ verdict: ArtifactVerdict) -> VerificationRule? {
    switch verdict.outcome {
    case .accepted: nil
    case .rejected(let check, _): check.rule
    default: .evidence
    }
  }

  private func policy(_ lines: String) throws -> Policy {
    try Policy(parsing: Array("[[publisher]]\n\(lines)\n".utf8))
  }

  static let gitHub = "kind = \"GitHub\"\nrepository = \"acme/greeting\""

  /// Lines of the policy beside kind and repository, and the rule that is broken.
  @Test(
    arguments: [
      ("", nil),
      ("workflow = \"release.yml\"", nil),
      ("workflow = \"Release.yml\"", .identity),
      ("workflow = \"nightly.yml\"", .identity),
      ("workflow = \"elease.yml\"", .identity),
      ("environment = \"publish\"", nil),
      ("environment = \"Publish\"", .identity),
      ("repository_id = \"1234\"", nil),
      ("repository_id = \"123\"", .identity),
      ("repository_owner_id = \"56\"", nil),
      ("repository_owner_id = \"57\"", .identity),
      ("signer_workflow = \"acme/greeting/.github/workflows/release.yml\"", nil),
      ("signer_workflow = \"acme/greeting/.github/workflows/release.yml@refs/tags/v1.0.0\"", nil),
      (
        "signer_workflow = \"acme/greeting/.github/workflows/release.yml@refs/heads/main\"",
        .identity
      ),
      ("signer_workflow = \"acme/ci/.github/workflows/release.yml\"", .identity),
      ("ref = \"tag\"", nil),
      ("ref = \"any\"", nil),
      ("ref = \"refs/tags/v1.0.0\"", nil),
      ("ref = \"refs/tags/v1.0.1\"", .sourceRef),
      ("ref = \"refs/heads/main\"", .sourceRef),
      ("require = [\"publish\"]", nil),
      ("require = [\"provenance\"]", .predicate),
    ] as [(String, VerificationRule?)])
  func criteria(line: String, broken: VerificationRule?) async throws {
    let verdict = try await verdict(try policy("\(Self.gitHub)\n\(line)"))
    #expect(rule(verdict) == broken)
  }

  /// A claim of the certificate that is another one, or none, and the rule that notices.
  @Test(
    arguments: [
      (.sourceRepositoryURI, "https://github.com/ACME/Greeting", nil),
      (.sourceRepositoryURI, "https://github.com/acme/greeting2", .identity),
      (.sourceRepositoryURI, "https://gitlab.com/acme/greeting", .identity),
      (.sourceRepositoryURI, nil, .identity),
      (.sourceRepositoryRef, "refs/tags/v1.0.1", .sourceRef),
      (.sourceRepositoryRef, "refs/tags/1.0", nil),
      (.sourceRepositoryRef, "refs/tags/v1", nil),
      (.sourceRepositoryRef, "refs/tags/greeting-1.0.0", nil),
      (.sourceRepositoryRef, "refs/tags/greeting/v1.0.0", nil),
      (.sourceRepositoryRef, "refs/tags/other-1.0.0", .sourceRef),
      (.sourceRepositoryRef, "refs/tags/v1.0.0rc1", .sourceRef),
      (.sourceRepositoryRef, "refs/tags/vv1.0.0", .sourceRef),
      (.sourceRepositoryRef, "refs/heads/v1.0.0", .sourceRef),
      (.sourceRepositoryRef, "refs/pull/1/merge", .sourceRef),
      (.sourceRepositoryRef, nil, .sourceRef),
      (.runnerEnvironment, "self-hosted", .runner),
      (.runnerEnvironment, nil, .runner),
    ] as [(FulcioExtension, String?, VerificationRule?)])
  func claims(claim: FulcioExtension, text: String?, broken: VerificationRule?) async throws {
    var run = SimulatedRun.gitHub
    run.claims[claim] = text
    #expect(rule(try await verdict(try policy(Self.gitHub), run: run)) == broken)
  }

  @Test(
    arguments: [
      ("acme", nil), ("ACME", nil), ("acm", .identity), ("greeting", .identity), ("", .identity),
    ] as [(String, VerificationRule?)])
  func owners(owner: String, broken: VerificationRule?) async throws {
    let policy = try policy("kind = \"GitHub\"\nowner = \"\(owner)\"")
    #expect(rule(try await verdict(policy)) == broken)
  }

  @Test func anotherIssuerIsAnotherForge() async throws {
    var run = SimulatedRun.gitHub
    run.issuer = "https://token.actions.githubusercontent.com/"
    #expect(rule(try await verdict(try policy(Self.gitHub), run: run)) == .issuer)
  }

  @Test func selfHostedMachinesCanBeAllowed() async throws {
    var run = SimulatedRun.gitHub
    run.claims[.runnerEnvironment] = "self-hosted"
    let policy = try policy("\(Self.gitHub)\nrunner = \"any\"")
    #expect(rule(try await verdict(policy, run: run)) == nil)
  }

  @Test func filesWithoutVersionNeedAnyTag() async throws {
    var run = SimulatedRun.gitHub
    run.claims[.sourceRepositoryRef] = "refs/tags/nightly"
    let policy = try policy(Self.gitHub)
    #expect(rule(try await verdict(policy, run: run, filename: "tool.zip")) == nil)
    run.claims[.sourceRepositoryRef] = "refs/heads/main"
    #expect(rule(try await verdict(policy, run: run, filename: "tool.zip")) == .sourceRef)
  }

  @Test(
    arguments: [
      (".gitlab-ci.yml", nil), ("ci/release.yml", .identity), (nil, nil),
    ] as [(String?, VerificationRule?)])
  func gitLab(path: String?, broken: VerificationRule?) async throws {
    let uri = "https://gitlab.com/acme/group/greeting"
    let run = SimulatedRun(
      name: "\(uri)//.gitlab-ci.yml@refs/tags/1.0.0", issuer: "https://gitlab.com",
      claims: [
        .sourceRepositoryURI: uri, .sourceRepositoryRef: "refs/tags/1.0.0",
        .buildConfigURI: "\(uri)//.gitlab-ci.yml@refs/tags/1.0.0",
      ])
    let line = path.map { "workflow_filepath = \"\($0)\"" } ?? ""
    let policy = try policy(
      "kind = \"GitLab\"\nrepository = \"acme/group/greeting\"\n\(line)")
    #expect(rule(try await verdict(policy, run: run)) == broken)
  }

  /// Two attestations, each of another publisher, do not add up to what one publisher must do.
  @Test func predicatesComeFromOnePublisher() async throws {
    let simulator = try Self.simulator.get()
    var other = SimulatedRun.gitHub
    other.claims[.sourceRepositoryURI] = "https://github.com/acme/other"
    func bundle(_ type: String, _ run: SimulatedRun) throws -> Evidence {
      let statement = Statement(
        subjects: [Subject(name: Self.name, sha256: Self.digest)], predicateType: type,
        predicate: .object([]))
      let text = try simulator.sign(statement, as: run).json.compactText
      return try #require(try Evidence.parse(Array(text.utf8), place: "x").first)
    }
    let both = "require = [\"publish\", \"provenance\"]"
    let entries = ["acme/greeting", "acme/other"].map {
      "[[publisher]]\nkind = \"GitHub\"\nrepository = \"\($0)\"\n\(both)\n"
    }
    let policy = try Policy(parsing: Array(entries.joined().utf8))
    let verifier = ArtifactVerifier(trusting: try simulator.trustedRoot(), policy: policy)
    let artifact = Artifact(filename: Self.name, digest: Self.digest)
    let split = await verifier.verify(
      artifact,
      evidence: [
        try bundle(PredicateType.publish, .gitHub), try bundle(PredicateType.slsaProvenance, other),
      ], now: TrustSimulator.now)
    #expect(rule(split) == .predicate)
    let whole = await verifier.verify(
      artifact,
      evidence: [
        try bundle(PredicateType.publish, .gitHub),
        try bundle(PredicateType.slsaProvenance, .gitHub),
      ], now: TrustSimulator.now)
    #expect(rule(whole) == nil)
  }
}
