// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import Sigstore
import Testing
import TrustSimulator
import Verification

/// The policy that is proposed for a signer asks for no less than the signer's certificate says.
@Suite struct PublisherProposalTests {
  private static let digest = SHA256Hash(hashing: [1])
  private static let simulator = Result { try TrustSimulator() }
  private static let gitHub = "https://github.com/acme/greeting"

  private func proposal(
    release: String? = nil, _ change: (inout SimulatedRun) -> Void = { _ in }
  ) async throws -> PublisherPolicy {
    var run = SimulatedRun.gitHub
    change(&run)
    let simulator = try Self.simulator.get()
    let bundle = try simulator.sign(
      Statement(
        subjects: [Subject(name: "greeting-1.0.0.tar.gz", sha256: Self.digest)],
        predicateType: PredicateType.publish, predicate: .null), as: run)
    let result = await Verifier(trusting: try simulator.trustedRoot()).verify(
      bundle, artifact: Self.digest, now: TrustSimulator.now)
    let verified = try #require(result.verified)
    return try #require(
      PublisherProposal.publisher(
        for: [verified],
        release: release.flatMap { ReleaseName(filename: $0) }))
  }

  @Test func nothingIsProposedForNobody() {
    #expect(PublisherProposal.publisher(for: [], release: nil) == nil)
  }

  @Test func workflowsAreNamed() async throws {
    let found = try await proposal()
    #expect(found.signer == .gitHub(repository: "acme/greeting", workflow: "release.yml"))
    #expect(found.environment == "publish")
    #expect(found.ref == .tag)
    #expect(found.signerWorkflow == nil)
    #expect(found.requiredPredicates == [PredicateType.publish])
    // A release's own tag will be one again.
    #expect(try await proposal(release: "greeting-1.0.0.tar.gz").ref == .versionTag)
    #expect(try await proposal(release: "greeting-2.0.0.tar.gz").ref == .tag)
    #expect(
      try await proposal { $0.claims[.sourceRepositoryRef] = "refs/heads/main" }.ref
        == .exactly("refs/heads/main"))
    #expect(try await proposal { $0.claims[.sourceRepositoryRef] = nil }.ref == .any)
    // A configuration elsewhere is no workflow of this repository.
    #expect(
      try await proposal { $0.claims[.buildConfigURI] = "https://github.com/a/b/x.yml@r" }.signer
        == .gitHub(repository: "acme/greeting", workflow: nil))
    #expect(
      try await proposal { $0.claims[.buildConfigURI] = nil }.signerWorkflow == nil)
  }

  @Test func reusableWorkflowsAreNamed() async throws {
    let found = try await proposal {
      $0.claims[.buildSignerURI] = "https://github.com/acme/builder/x.yml@refs/tags/v1"
    }
    #expect(found.signerWorkflow == "acme/builder/x.yml")
  }

  @Test func othersAreNamedByIdentity() async throws {
    let gitLab = try await proposal { run in
      run.issuer = "https://gitlab.com"
      run.claims[.sourceRepositoryURI] = "https://gitlab.com/acme/greeting"
      run.claims[.buildConfigURI] = "https://gitlab.com/acme/greeting//.gitlab-ci.yml@refs/tags/v1"
    }
    #expect(
      gitLab.signer == .gitLab(repository: "acme/greeting", workflowFilepath: ".gitlab-ci.yml"))
    #expect(gitLab.signerWorkflow == nil)
    let google = try await proposal { run in
      run.issuer = "https://accounts.google.com"
      run.name = "builder@acme.example"
    }
    #expect(google.signer == .google(email: "builder@acme.example"))
    #expect(google.environment == nil)
    #expect(google.ref == .any)
    let own = try await proposal { run in
      run.issuer = TrustSimulator.issuer
      run.name = TrustSimulator.name
    }
    #expect(own.signer == .hallmark(issuer: TrustSimulator.issuer, subject: TrustSimulator.name))
    let other = try await proposal { $0.issuer = "https://issuer.example" }
    #expect(
      other.signer
        == .identity(
          SignerIdentity(name: SimulatedRun.gitHub.name, issuer: "https://issuer.example")))
    // GitHub's tokens that name no repository of GitHub are of nobody's forge.
    let bare = try await proposal { $0.claims[.sourceRepositoryURI] = "https://example.com/a/b" }
    #expect(
      bare.signer
        == .identity(
          SignerIdentity(name: SimulatedRun.gitHub.name, issuer: SimulatedRun.gitHub.issuer)))
  }
}
