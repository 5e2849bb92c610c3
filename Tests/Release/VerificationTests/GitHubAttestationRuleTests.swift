// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import Sigstore
import TestSupport
import Testing
import TrustSimulator
import Verification

/// Provenance beside its certificate: each field changed alone is refused, whoever signed.
@Suite struct GitHubAttestationRuleTests {
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))
  static let simulator = Result { try TrustSimulator() }
  static let policy = Policy(publishers: [
    PublisherPolicy(signer: .gitHub(repository: "acme/greeting", workflow: nil))
  ])

  private func verdict(
    _ predicate: JSONValue, run: SimulatedRun = .gitHub, policy: Policy = policy
  ) async throws -> ArtifactVerdict {
    let simulator = try Self.simulator.get()
    let statement = Statement(
      subjects: [Subject(name: "file", sha256: Self.digest)],
      predicateType: PredicateType.slsaProvenance, predicate: predicate)
    let bundle = try simulator.sign(statement, as: run)
    let evidence = try Evidence.parse(Array(bundle.json.compactText.utf8), place: "evidence")
    return await ArtifactVerifier(trusting: try simulator.trustedRoot(), policy: policy).verify(
      Artifact(filename: "file", digest: Self.digest), evidence: evidence,
      now: TrustSimulator.now)
  }

  private func rule(_ verdict: ArtifactVerdict) -> VerificationRule? {
    if case .rejected(let check, _) = verdict.outcome { check.rule } else { nil }
  }

  /// The places of §"workflow/v1" of GitHub's build types.
  static let fields: [[JSONStep]] = [
    ["buildDefinition", "externalParameters", "workflow", "ref"],
    ["buildDefinition", "externalParameters", "workflow", "repository"],
    ["buildDefinition", "externalParameters", "workflow", "path"],
    ["buildDefinition", "internalParameters", "github", "event_name"],
    ["buildDefinition", "internalParameters", "github", "repository_id"],
    ["buildDefinition", "internalParameters", "github", "repository_owner_id"],
    ["buildDefinition", "internalParameters", "github", "runner_environment"],
    ["buildDefinition", "resolvedDependencies", 0, "uri"],
    ["buildDefinition", "resolvedDependencies", 0, "digest", "gitCommit"],
    ["runDetails", "builder", "id"],
    ["runDetails", "metadata", "invocationId"],
  ]

  @Test func truthIsAccepted() async throws {
    #expect(try await verdict(SimulatedRun.gitHub.provenance()).exitStatus == .done)
  }

  /// What is made from a token's claims is what the same token's certificate confirms.
  @Test func claimsOfATokenAreConfirmed() async throws {
    let workflow = "acme/greeting/.github/workflows/release.yml@refs/tags/v1.0.0"
    let predicate = try GitHubWorkflowProvenance.predicate(
      claims: JSONNode([
        "iss": "https://token.actions.githubusercontent.com", "repository": "acme/greeting",
        "ref": "refs/tags/v1.0.0", "sha": .string(String(repeating: "ab", count: 20)),
        "repository_id": "1234", "repository_owner_id": "56", "event_name": "push",
        "runner_environment": "github-hosted", "run_id": "7", "run_attempt": "1",
        "workflow_ref": .string(workflow), "job_workflow_ref": .string(workflow),
      ]))
    #expect(predicate == SimulatedRun.gitHub.provenance())
    #expect(try await verdict(predicate).exitStatus == .done)
  }

  @Test(arguments: fields.indices)
  func everyFieldIsCompared(index: Int) async throws {
    for value in ["other", "", 7, ["x"], .object([])] as [JSONValue] {
      let lie = SimulatedRun.gitHub.provenance(editing: Self.fields[index], to: value)
      #expect(rule(try await verdict(lie)) == .certificateAgreement, "\(value.compactText)")
    }
  }

  /// A field that is not there claims nothing.
  @Test(arguments: fields.indices)
  func absentFieldsClaimNothing(index: Int) async throws {
    let silent = SimulatedRun.gitHub.provenance(editing: Self.fields[index], to: nil)
    #expect(try await verdict(silent).exitStatus == .done)
  }

  /// A claim that the certificate does not have is confirmed by nothing.
  @Test(
    arguments: [
      .sourceRepositoryRef, .buildTrigger, .sourceRepositoryIdentifier,
      .sourceRepositoryOwnerIdentifier, .sourceRepositoryDigest, .runInvocationURI,
    ] as [FulcioExtension])
  func absentClaimsConfirmNothing(claim: FulcioExtension) async throws {
    let predicate = SimulatedRun.gitHub.provenance()
    var run = SimulatedRun.gitHub
    run.claims[claim] = nil
    #expect(rule(try await verdict(predicate, run: run)) == .certificateAgreement)
  }

  @Test func firstVersionsNamedTheRunnerAsBuilder() async throws {
    let older = SimulatedRun.gitHub.provenance(
      editing: ["runDetails", "builder", "id"],
      to: "https://github.com/actions/runner/github-hosted")
    #expect(try await verdict(older).exitStatus == .done)
  }

  /// Where only the signer is asked for, what the statement says is not looked at.
  @Test func identityAloneIsNoProvenance() async throws {
    let lie = SimulatedRun.gitHub.provenance(editing: Self.fields[0], to: "other")
    let run = SimulatedRun.gitHub
    let signer = PublisherPolicy.Signer.identity(
      SignerIdentity(name: run.name, issuer: run.issuer))
    let plain = Policy(publishers: [PublisherPolicy(signer: signer)])
    #expect(try await verdict(lie, policy: plain).exitStatus == .done)
    let strict = Policy(publishers: [
      PublisherPolicy(signer: signer, requiredPredicates: [PredicateType.slsaProvenance])
    ])
    #expect(rule(try await verdict(lie, policy: strict)) == .certificateAgreement)
  }
}
