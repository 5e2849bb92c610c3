// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Evidence without an inclusion proof is accepted only where it was asked for, and nothing else
/// becomes acceptable with it.
@Suite struct RequirementsTests {
  static let simulator = OneDefectTests.simulator
  static let statement = OneDefectTests.statement

  private func verifier(
    _ proof: VerificationRequirements.InclusionProof
  ) throws -> Verifier {
    Verifier(
      trusting: try Self.simulator.get().trustedRoot(),
      requirements: VerificationRequirements(inclusionProof: proof))
  }

  @Test func theDefaultIsStrict() throws {
    #expect(VerificationRequirements().inclusionProof == .required)
    let root = try Self.simulator.get().trustedRoot()
    #expect(Verifier(trusting: root).requirements == VerificationRequirements())
  }

  @Test func aPromiseAloneIsEnoughWhereAskedFor() async throws {
    let bundle = try Self.simulator.get().sign(Self.statement, lie: .noInclusionProof)
    let lenient = try await verifier(.whenPresent).verify(
      bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now)
    #expect(lenient.report.passed, "\(lenient.report.checks)")
    let strict = try await verifier(.required).verifyStatement(in: bundle, now: TrustSimulator.now)
    #expect(strict.verified == nil)
    #expect(strict.report.primaryFailure?.rule == .inclusion)
  }

  @Test func neitherProofNorPromiseIsNever() async throws {
    let bundle = try Self.simulator.get().sign(Self.statement, lie: .noInclusionProof)
    let entry = bundle.logEntries[0]
    let bare = TransparencyLogEntry(
      logIndex: entry.logIndex, logID: entry.logID, kind: entry.kind, version: entry.version,
      integratedTime: entry.integratedTime, signedEntryTimestamp: nil, inclusion: nil,
      canonicalizedBody: entry.canonicalizedBody)
    let without = Bundle(
      certificate: bundle.certificate ?? [], content: bundle.content, logEntries: [bare])
    let result = try await verifier(.whenPresent).verifyStatement(
      in: without, now: TrustSimulator.now)
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == .inclusion)
  }

  @Test(arguments: Lie.allCases.filter { $0 != .noInclusionProof })
  func everyOtherLieIsStillRefused(lie: Lie) async throws {
    let bundle = try Self.simulator.get().sign(Self.statement, lie: lie)
    let result = try await verifier(.whenPresent).verify(
      bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now)
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == lie.rule, "\(result.report.checks)")
  }

  /// A statement is verified in all but what it is about.
  @Test(arguments: Lie.allCases)
  func statementsAreVerified(lie: Lie) async throws {
    let bundle = try Self.simulator.get().sign(Self.statement, lie: lie)
    let result = try await verifier(.required).verifyStatement(in: bundle, now: TrustSimulator.now)
    if lie == .statementOfOtherFile {
      #expect(result.verified?.statement.subjects(with: OneDefectTests.artifact) == [])
    } else {
      #expect(result.verified == nil)
      #expect(result.report.primaryFailure?.rule == lie.rule, "\(result.report.checks)")
    }
  }
}
