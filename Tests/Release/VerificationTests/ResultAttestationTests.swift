// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Policies
import Sigstore
import Testing
import TrustSimulator

@testable import Verification

/// The summary that is written about a verdict says no more than the verdict.
@Suite struct ResultAttestationTests {
  private static let digest = SHA256Hash(hashing: [1])

  private func verdict(
    _ outcome: ArtifactVerdict.Outcome, hasArtifact: Bool = true
  ) -> ArtifactVerdict {
    ArtifactVerdict(
      artifact: hasArtifact ? Artifact(filename: "file", digest: Self.digest) : nil,
      outcome: outcome, examined: [], unreadable: [], provenanceReason: nil)
  }

  private func attestation(_ pem: String? = nil) throws -> ResultAttestation {
    try ResultAttestation(
      verifierID: "https://verifier.example", policy: ("policy.toml", nil),
      privateKey: pem ?? P256.Signing.PrivateKey().pemRepresentation)
  }

  @Test func otherKeysAreRefused() {
    #expect(throws: Never.self) { try attestation() }
    for pem in ["", "x", P384.Signing.PrivateKey().pemRepresentation] {
      #expect(throws: ResultAttestation.KeyError.self) { try attestation(pem) }
    }
  }

  @Test func onlyDecisionsAreAttested() throws {
    let rejected = ArtifactVerdict.Outcome.rejected(
      VerificationCheck(.evidence, .failed("none")), place: nil)
    let attestation = try attestation()
    func result(_ verdict: ArtifactVerdict) throws -> String? {
      try attestation.envelope(for: verdict, resourceURI: "pkg:x", time: TrustSimulator.time)
        .map { try VerificationSummary(parsing: $0.payload).result }
    }
    #expect(try result(verdict(rejected)) == "FAILED")
    #expect(try result(verdict(.accepted([], .key))) == "PASSED")
    #expect(try result(verdict(.noExpectation([]))) == nil)
    // A summary without an artifact would be about nothing.
    #expect(try result(verdict(rejected, hasArtifact: false)) == nil)
    #expect(ResultAttestation.levels(verdict(rejected)).isEmpty)
    #expect(ResultAttestation.levels(verdict(.accepted([], .key))).isEmpty)
    #expect(
      ResultAttestation.levels(
        verdict(.accepted([], .builder(TrustedBuilders.go + "@refs/tags/v2.1.0"))))
        == ["SLSA_BUILD_LEVEL_3"])
    #expect(
      ResultAttestation.levels(verdict(.accepted([], .builder("https://example.com"))))
        == ["SLSA_BUILD_LEVEL_2"])
  }
}
