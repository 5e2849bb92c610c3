// SPDX-License-Identifier: Apache-2.0

import Certificates
import Testing
import TrustSimulator

@testable import Verification

/// The workflow in a certificate: what is missing, of another form, or contradicts itself.
@Suite struct WorkflowIdentityTests {
  private static let repository = "https://github.com/acme/greeting"

  private func reason(_ change: (inout SimulatedRun) -> Void) throws -> ProvenanceReason? {
    try ProvenanceCases.reason { _ = try ProvenanceCases.identity(change) }
  }

  @Test func claimsAreRead() throws {
    let identity = try ProvenanceCases.identity()
    #expect(identity.sourceRepository == "acme/greeting")
    #expect(identity.signerName == "\(Self.repository)/.github/workflows/release.yml")
    #expect(identity.signerRef == "refs/tags/v1.0.0")
    #expect(identity.signerPath == "acme/greeting/.github/workflows/release.yml@refs/tags/v1.0.0")
    #expect(identity.buildConfigPath == ".github/workflows/release.yml")
    #expect(identity.runner == .gitHubHosted)
    #expect(identity.run?.id == "7")
    #expect(identity.run?.attempt == "1")
  }

  @Test(
    arguments: [
      (.buildTrigger, nil, .invalidFormat), (.buildTrigger, "", .invalidFormat),
      (.gitHubWorkflowTrigger, "push", nil), (.gitHubWorkflowTrigger, "schedule", .invalidFormat),
      (.sourceRepositoryDigest, nil, .invalidFormat),
      (.gitHubWorkflowSHA, "00", .invalidFormat), (.buildConfigDigest, "00", .invalidFormat),
      (.buildConfigDigest, nil, nil),
      (.gitHubWorkflowRepository, "acme/greeting", nil),
      (.gitHubWorkflowRepository, "acme/other", .invalidFormat),
      (.buildConfigURI, nil, nil),
      (.buildConfigURI, "\(repository)/x.yml", .invalidFormat),
      (.buildConfigURI, "\(repository)/x.yml@a@b", .invalidFormat),
      (.buildConfigURI, "https://github.com/acme/greeter/x.yml@ref", .invalidFormat),
      (.runInvocationURI, nil, nil),
      (.runInvocationURI, "\(repository)/actions/runs/7", .invalidFormat),
      (.runInvocationURI, "\(repository)/actions/runs/7/attempts/1/x", .invalidFormat),
      (
        .runInvocationURI, "https://github.com/acme/greetin_/actions/runs/7/attempts/1",
        .invalidFormat
      ),
    ] as [(FulcioExtension, String?, ProvenanceReason?)])
  func eachClaimHasItsForm(
    claim: FulcioExtension, value: String?, refusal: ProvenanceReason?
  ) throws {
    #expect(try reason { $0.claims[claim] = value } == refusal)
  }

  @Test(
    arguments: [
      ("https://gitlab.com/acme/greeting/x.yml@refs/heads/main", .malformedURI),
      ("https://github.com/acme/greeting/x.yml", .malformedURI),
      ("https://github.com/acme/greeting/x.yml@", .malformedURI),
      ("somebody@example.com", .invalidFormat),
    ] as [(String, ProvenanceReason)])
  func theSignerIsAWorkflow(name: String, refusal: ProvenanceReason) throws {
    #expect(try reason { $0.name = name } == refusal)
  }

  /// Certificates of the first years have the repository under its old name only.
  @Test func oldCertificatesNameTheirRepository() throws {
    let old = try ProvenanceCases.identity { run in
      run.claims[.sourceRepositoryURI] = nil
      run.claims[.gitHubWorkflowRepository] = "acme/greeting"
    }
    #expect(old.sourceRepository == "acme/greeting")
  }

  @Test func theIssuerIsGitHub() throws {
    #expect(try reason { $0.issuer = "https://gitlab.com" } == .invalidOIDCIssuer)
  }

  @Test(
    arguments: [
      ("github.com/acme/greeting", nil), ("github.com/acme/greeter", .mismatchSource),
      ("github.com/Acme/greeting", .mismatchSource),
    ] as [(String, ProvenanceReason?)])
  func theSourceIsCompared(expected: String, refusal: ProvenanceReason?) throws {
    let identity = try ProvenanceCases.identity()
    #expect(
      try ProvenanceCases.reason { try SourceRule.check(identity, expected: expected) } == refusal)
  }
}
