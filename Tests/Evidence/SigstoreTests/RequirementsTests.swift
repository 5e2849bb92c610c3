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
    _ proof: VerificationRequirements.InclusionProof, lie: Lie? = nil, signed: Bundle? = nil
  ) throws -> Verifier {
    Verifier(
      trusting: try Self.simulator.get().trustedRoot(lie: lie, signed: signed),
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

  /// A log that signs its own time is held to that one: its key may be retired by the time that an
  /// authority stamps the same signature. A log without a time is held to the stamp.
  @Test(arguments: [(SigningForm.dsse, VerificationRule?.none), (.dsseV2, .knownLog)])
  func retiredLogKeys(form: SigningForm, broken: VerificationRule?) async throws {
    let simulator = try Self.simulator.get()
    let signed = try simulator.sign(Self.statement, artifact: OneDefectTests.artifact, form: form)
    let bundle = Bundle(
      certificate: signed.certificate ?? [], content: signed.content,
      logEntries: signed.logEntries,
      timestamps: [try simulator.timestamp(for: signed.signature, after: 6)])
    let end = TrustSimulator.time.adding(seconds: 5).rfc3339
    let root = try simulator.trustedRoot().json.editing(
      ["tlogs", form.isTiled ? 1 : 0, "publicKey", "validFor", "end"]
    ) { _ in .string(end) }
    let trusted = try TrustedRoot(parsing: Array(root.compactText.utf8))
    let report = await Verifier(trusting: trusted).verify(
      bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now
    ).report
    #expect(report.primaryFailure?.rule == broken, "\(report.checks)")
  }

  /// Whoever shows the file would show a time that nobody vouches for.
  @Test(arguments: [1, 1_767_225_605, 4_102_444_800] as [Int64])
  func tileEntriesHaveNoIntegratedTime(seconds: Int64) async throws {
    let simulator = try Self.simulator.get()
    let bundle = try simulator.sign(
      Self.statement, artifact: OneDefectTests.artifact, form: .dsseV2)
    let text = bundle.json.editing(
      ["verificationMaterial", "tlogEntries", 0, "integratedTime"]
    ) { _ in .string(String(seconds)) }.compactText
    let result = try await verifier(.required).verify(
      try Bundle(parsing: Array(text.utf8)), artifact: OneDefectTests.artifact,
      now: TrustSimulator.now)
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == .entryTimestamp)
  }

  /// The tile log's promise is its proof alone, so there the missing proof is refused all the same.
  @Test(
    arguments: LieCase.all.filter { !$0.byKey && ($0.lie != .noInclusionProof || $0.form.isTiled) })
  func everyOtherLieIsStillRefused(told: LieCase) async throws {
    let bundle = try sign(told)
    let result = try await verifier(.whenPresent, lie: told.lie, signed: bundle).verify(
      bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now)
    #expect(result.verified == nil)
    #expect(result.report.primaryFailure?.rule == told.lie.rule, "\(result.report.checks)")
  }

  /// A statement is verified in all but what it is about.
  @Test(arguments: LieCase.all.filter { !$0.byKey && $0.form.isEnvelope })
  func statementsAreVerified(told: LieCase) async throws {
    let bundle = try sign(told)
    let result = try await verifier(.required, lie: told.lie, signed: bundle).verifyStatement(
      in: bundle, now: TrustSimulator.now)
    if let verified = result.verified {
      // Only what the artifact alone could contradict.
      #expect(told.lie.rule == .artifactBinding)
      #expect(verified.statement.subjects(with: OneDefectTests.artifact).isEmpty)
    } else {
      #expect(result.report.primaryFailure?.rule == told.lie.rule, "\(result.report.checks)")
    }
  }

  private func sign(_ told: LieCase) throws -> Bundle {
    try Self.simulator.get().sign(
      Self.statement, artifact: OneDefectTests.artifact, form: told.form, byKey: false,
      lie: told.lie)
  }
}
