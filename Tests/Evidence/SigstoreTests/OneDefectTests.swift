// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// A lie, the form in which it is told, and with what the bundle is signed.
struct LieCase: Sendable, CustomTestStringConvertible {
  let lie: Lie
  let form: SigningForm
  let byKey: Bool

  var testDescription: String { "\(lie) in \(form)\(byKey ? " by key" : "")" }

  static let all = Lie.allCases.flatMap { lie in
    lie.forms.flatMap { form in
      (lie.concernsCertificate ? [false] : [false, true]).map {
        LieCase(lie: lie, form: form, byKey: $0)
      }
    }
  }
}

/// Everything valid but one thing: each lie must be refused by the rule that is there for it.
@Suite struct OneDefectTests {
  static let artifact = SHA256Hash(hashing: Array("artifact".utf8))
  static let statement = Statement(
    subjects: [Subject(name: "greeting-1.0.0.tar.gz", sha256: artifact)],
    predicateType: PredicateType.publish, predicate: .null)
  static let simulator = Result { try TrustSimulator() }

  private func sign(
    _ form: SigningForm, byKey: Bool = false, lie: Lie? = nil
  ) throws -> Bundle {
    try Self.simulator.get().sign(
      Self.statement, artifact: Self.artifact, form: form, byKey: byKey, lie: lie)
  }

  private func report(
    _ bundle: Bundle, root: TrustedRoot? = nil, byKey: Bool = false,
    artifact: SHA256Hash = artifact
  ) async throws -> VerificationReport {
    let simulator = try Self.simulator.get()
    let verifier = Verifier(trusting: try root ?? simulator.trustedRoot())
    // Through the text, as everything from outside comes.
    let parsed = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    if byKey {
      return await verifier.verify(
        parsed, artifact: artifact, signedBy: try simulator.publicKey(), now: TrustSimulator.now)
    }
    let result = await verifier.verify(parsed, artifact: artifact, now: TrustSimulator.now)
    #expect((result.verified != nil) == result.report.passed)
    return result.report
  }

  @Test(arguments: SigningForm.allCases, [false, true])
  func truthIsAccepted(form: SigningForm, byKey: Bool) async throws {
    let report = try await report(try sign(form, byKey: byKey), byKey: byKey)
    #expect(report.passed, "\(report.checks)")
  }

  @Test func truthSaysWhoSigned() async throws {
    let simulator = try Self.simulator.get()
    let result = await Verifier(trusting: try simulator.trustedRoot()).verify(
      try sign(.dsse), artifact: Self.artifact, now: TrustSimulator.now)
    let verified = try #require(result.verified)
    #expect(verified.statement == Self.statement)
    #expect(verified.certificate.subjectAlternativeName.text == TrustSimulator.name)
    let identity = SignerIdentity(name: TrustSimulator.name, issuer: TrustSimulator.issuer)
    #expect(VerificationReport(identity.checks(verified)).passed)
  }

  /// An authority that shares its names with the signer's must not get in the way.
  @Test func decoyAuthorityIsHarmless() async throws {
    let root = try Self.simulator.get().trustedRoot(withDecoy: true)
    let report = try await report(try sign(.dsse), root: root)
    #expect(report.passed, "\(report.checks)")
  }

  @Test(arguments: LieCase.all)
  func everyLieIsRefusedByItsRule(told: LieCase) async throws {
    let bundle = try sign(told.form, byKey: told.byKey, lie: told.lie)
    let root = try Self.simulator.get().trustedRoot(lie: told.lie, signed: bundle)
    let report = try await report(bundle, root: root, byKey: told.byKey)
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == told.lie.rule, "\(report.checks)")
  }

  @Test(arguments: TextLie.allCases)
  func everyLieOfTheTextIsRefusedByItsRule(lie: TextLie) async throws {
    let text = lie.text(of: try sign(lie.form))
    guard lie.rule != .wellFormed else {
      #expect(throws: DocumentError.self) { try Bundle(parsing: text) }
      return
    }
    let bundle = try Bundle(parsing: text)
    let verifier = Verifier(trusting: try Self.simulator.get().trustedRoot())
    let report = await verifier.verify(
      bundle, artifact: Self.artifact, now: TrustSimulator.now
    ).report
    #expect(report.primaryFailure?.rule == lie.rule, "\(report.checks)")
  }

  @Test(arguments: SigningForm.allCases, [false, true])
  func otherArtifactIsRefused(form: SigningForm, byKey: Bool) async throws {
    let report = try await report(
      try sign(form, byKey: byKey), byKey: byKey, artifact: SHA256Hash(hashing: [0]))
    #expect(report.primaryFailure?.rule == .artifactBinding, "\(report.checks)")
  }

  @Test(arguments: SigningForm.allCases, [false, true])
  func otherInstanceIsRefused(form: SigningForm, byKey: Bool) async throws {
    let root = try TrustSimulator().trustedRoot()
    let report = try await report(try sign(form, byKey: byKey), root: root, byKey: byKey)
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == .knownLog)
  }

  @Test(arguments: SigningForm.allCases)
  func keyAndCertificateAreNotConfused(form: SigningForm) async throws {
    let signedByKey = try await report(try sign(form, byKey: true), byKey: false)
    #expect(signedByKey.primaryFailure?.rule == .wellFormed)
    let signedByCertificate = try await report(try sign(form), byKey: true)
    #expect(signedByCertificate.primaryFailure?.rule == .wellFormed)
  }

  @Test(arguments: SigningForm.allCases)
  func otherKeyIsRefused(form: SigningForm) async throws {
    let other = try TrustSimulator()
    let verifier = Verifier(trusting: try Self.simulator.get().trustedRoot())
    let report = await verifier.verify(
      try sign(form, byKey: true), artifact: Self.artifact, signedBy: try other.publicKey(),
      now: TrustSimulator.now)
    #expect(!report.passed)
    // The hint says it, and without one the entry.
    #expect(report.checks.contains { $0.rule == .identity && $0.outcome != .passed })
    #expect(report.primaryFailure?.rule == .entryBinding)
  }

  /// A bundle may leave the digest out; then the signature alone says what was signed.
  @Test(arguments: [SigningForm.blob, .blobV2])
  func signatureWithoutDigest(form: SigningForm) async throws {
    let bundle = try sign(form)
    func dropped(_ bundle: Bundle) -> Bundle {
      Bundle(
        certificate: bundle.certificate ?? [],
        content: .messageSignature(digest: nil, signature: bundle.signature),
        logEntries: bundle.logEntries, timestamps: bundle.timestamps)
    }
    #expect(try await report(dropped(bundle)).passed)
    let other = try await report(dropped(bundle), artifact: SHA256Hash(hashing: [0]))
    #expect(other.primaryFailure?.rule == .signature)
    let forged = try await report(dropped(try sign(form, lie: .signatureByOtherKey)))
    #expect(forged.primaryFailure?.rule == .entryBinding)
    let relogged = try await report(dropped(try sign(form, lie: .bodyOfOtherPayload)))
    #expect(relogged.primaryFailure?.rule == .entryBinding)
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
    let verifier = Verifier(trusting: try Self.simulator.get().trustedRoot())
    let result = await verifier.verify(
      try sign(.dsse), artifact: Self.artifact, now: TrustSimulator.now)
    let verified = try #require(result.verified)
    let report = VerificationReport(SignerIdentity(name: name, issuer: issuer).checks(verified))
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == rule)
  }

  @Test func emptyReportIsNoPass() {
    #expect(!VerificationReport().passed)
  }

  @Test func rulesHaveDistinctCodes() {
    #expect(Set(VerificationRule.allCases.map(\.rawValue)).count == VerificationRule.allCases.count)
  }

  /// Who signed what, and what provenance must say, is the policy's, and has its own tests.
  @Test func everyRuleHasALie() {
    let told = Set(Lie.allCases.map(\.rule))
    let others: Set<VerificationRule> = [
      .certificateAgreement, .identity, .issuer, .predicate, .builder, .source, .sourceRef,
      .workflowInputs, .runner, .package, .summary, .evidence,
    ]
    #expect(told.union(others) == Set(VerificationRule.allCases))
  }
}
