// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Everything valid but one thing: each lie must be refused by the rule that is there for it.
@Suite struct OneDefectTests {
  static let artifact = SHA256Hash(hashing: Array("artifact".utf8))
  static let statement = Statement(
    subjects: [Subject(name: "greeting-1.0.0.tar.gz", sha256: artifact)],
    predicateType: PredicateType.publish, predicate: .null)
  static let simulator = Result { try TrustSimulator() }

  private func verify(
    _ bundle: Bundle, root: TrustedRoot? = nil, artifact: SHA256Hash = artifact
  ) async throws -> Verifier.Result {
    let root = try root ?? Self.simulator.get().trustedRoot()
    // Through the text, as everything from outside comes.
    let parsed = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    return await Verifier(trusting: root).verify(
      parsed, artifact: artifact, now: TrustSimulator.now)
  }

  @Test func truthIsAccepted() async throws {
    let bundle = try Self.simulator.get().sign(Self.statement)
    let result = try await verify(bundle)
    #expect(result.report.passed)
    let verified = try #require(result.verified)
    #expect(verified.statement == Self.statement)
    #expect(verified.certificate.subjectAlternativeName.text == TrustSimulator.name)
    let identity = SignerIdentity(name: TrustSimulator.name, issuer: TrustSimulator.issuer)
    #expect(VerificationReport(identity.checks(verified)).passed)
  }

  @Test(arguments: Lie.allCases)
  func everyLieIsRefusedByItsRule(lie: Lie) async throws {
    let bundle = try Self.simulator.get().sign(Self.statement, lie: lie)
    let result = try await verify(bundle)
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == lie.rule, "\(result.report.checks)")
  }

  @Test func otherArtifactIsRefused() async throws {
    let bundle = try Self.simulator.get().sign(Self.statement)
    let result = try await verify(bundle, artifact: SHA256Hash(hashing: [0]))
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == .artifactBinding)
  }

  @Test func otherInstanceIsRefused() async throws {
    let bundle = try Self.simulator.get().sign(Self.statement)
    let result = try await verify(bundle, root: TrustSimulator().trustedRoot())
    #expect(result.verified == nil)
  }

  @Test(arguments: [
    (TrustSimulator.name + "x", TrustSimulator.issuer, VerificationRule.identity),
    (String(TrustSimulator.name.dropLast()), TrustSimulator.issuer, .identity),
    (TrustSimulator.name.uppercased(), TrustSimulator.issuer, .identity),
    ("", TrustSimulator.issuer, .identity),
    (TrustSimulator.name, TrustSimulator.issuer + "/", .issuer),
    (TrustSimulator.name, "", .issuer),
  ])
  func otherIdentityIsRefused(name: String, issuer: String, rule: VerificationRule) async throws {
    let bundle = try Self.simulator.get().sign(Self.statement)
    let verified = try #require(try await verify(bundle).verified)
    let report = VerificationReport(SignerIdentity(name: name, issuer: issuer).checks(verified))
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == rule)
  }

  @Test func emptyReportIsNoPass() {
    #expect(!VerificationReport().passed)
  }

  @Test func rulesHaveDistinctCodes() {
    #expect(Set(VerificationRule.allCases.map(\.rawValue)).count == VerificationRule.allCases.count)
    #expect(Set(Lie.allCases.map(\.rule)).count >= 12)
  }
}
