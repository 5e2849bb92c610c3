// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// The signer gives out nothing that a verifier would refuse, and says whose answer was wrong.
@Suite struct SignerTests {
  static let statement = OneDefectTests.statement
  static let digest = SHA256Hash(hashing: Array("wheel".utf8))

  /// Signs a statement and a file with services that have one defect.
  private func sign(
    _ services: SimulatedSigning, expected: SignerIdentity? = nil, at now: Timestamp? = nil
  ) async throws -> [SignedBundle] {
    let signer = try await services.signer(expected: expected, at: now)
    return [
      try await signer.sign(Self.statement), try await signer.sign(digest: Self.digest),
    ]
  }

  private func error(_ services: SimulatedSigning) async -> SigningError? {
    do {
      _ = try await sign(services)
      Issue.record("it signed")
      return nil
    } catch {
      return error as? SigningError
    }
  }

  @Test(arguments: [(false, false), (false, true), (true, true)])
  func signsWhatVerifies(isTiled: Bool, isDated: Bool) async throws {
    let services = try SimulatedSigning(isTiled: isTiled, isDated: isDated)
    for signed in try await sign(services) {
      #expect(signed.bundle.logEntries.count == 1)
      #expect(signed.bundle.timestamps.count == (isDated ? 1 : 0))
      #expect(try Bundle(parsing: signed.bytes) == signed.bundle)
      let result = await Verifier(trusting: try services.simulator.trustedRoot()).verify(
        signed.bundle, artifact: signed.bundle.isStatement ? Self.statementDigest : Self.digest,
        now: TrustSimulator.now)
      #expect(result.report.passed)
    }
  }

  private static var statementDigest: SHA256Hash {
    statement.subjects[0].sha256 ?? digest
  }

  @Test(arguments: [
    (Lie.untrustedAuthority, SigningError.Reason.certificate),
    (.certificateTimestampForged, .certificate), (.noCertificateTimestamp, .certificate),
    (.notACertificate, .certificate), (.serverCertificate, .certificate),
    (.checkpointForged, .logEntry), (.inclusionHash, .logEntry), (.unknownLog, .logEntry),
    (.bodyOfOtherPayload, .logEntry), (.bodyOfOtherSignature, .logEntry),
    (.bodyOfOtherCertificate, .logEntry), (.entryTimestampForged, .logEntry),
    (.timeInFuture, .logEntry), (.noEntryTimestamp, .unverifiable),
    (.timeAfterCertificate, .expired), (.timeBeforeCertificate, .expired),
  ])
  func refusesWrongAnswers(lie: Lie, reason: SigningError.Reason) async throws {
    let error = await error(try SimulatedSigning(lie: lie))
    #expect(error?.reason == reason, "\(String(describing: error))")
    switch reason {
    case .certificate: #expect(error?.service == SimulatedSigning.authority)
    case .logEntry: #expect(error?.service == SimulatedSigning.log)
    default: break
    }
  }

  @Test(arguments: [
    Lie.stampOfOtherSignature, .stampByUnknownAuthority, .stampRefused, .stampNotDER, .stampForged,
    .stamperOutsideWindow,
  ])
  func refusesWrongTimestamps(lie: Lie) async throws {
    for isTiled in [false, true] {
      let error = await error(try SimulatedSigning(isTiled: isTiled, isDated: true, lie: lie))
      #expect(error?.reason == .timestamp, "\(String(describing: error))")
      #expect(error?.service == SimulatedSigning.stamper)
    }
  }

  @Test(arguments: [false, nil] as [Bool?])
  func refusesAnswersToOtherRequests(repeatsNonce: Bool?) async throws {
    var services = try SimulatedSigning(isDated: true)
    services.repeatsNonce = repeatsNonce
    let error = await error(services)
    #expect(error?.reason == .timestamp)
    #expect(error?.detail.contains("nonce") == true)
  }

  @Test func refusesUnusableCertificates() async throws {
    var silent = try SimulatedSigning()
    silent.isSilent = true
    #expect(await error(silent)?.reason == .certificate)
    var otherKey = try SimulatedSigning()
    otherKey.certifiesOtherKey = true
    let error = await error(otherKey)
    #expect(error?.reason == .certificate)
    #expect(error?.detail.contains("another key") == true)
  }

  @Test func refusesCertificatesForOthers() async throws {
    var services = try SimulatedSigning()
    services.run.name = "https://stack.example/workspace/other"
    #expect(await error(services)?.reason == .identity)
    // Who names the signer decides, whatever the token says.
    let named = SignerIdentity(name: services.run.name, issuer: services.run.issuer)
    #expect(try await sign(services, expected: named).count == 2)
    await #expect(throws: SigningError.self) {
      try await sign(
        services, expected: SignerIdentity(name: named.name, issuer: "https://other.example"))
    }
    services.token = "no token"
    #expect(await error(services)?.reason == .identityToken)
  }

  /// A clock may be a minute behind the services', and not beyond the certificate's end.
  @Test(
    arguments: [
      (-61, false), (-60, true), (0, true), (599, true), (600, false), (7_200, false),
      (-7_200, false),
    ] as [(Int64, Bool)])
  func clocks(offset: Int64, isUsable: Bool) async throws {
    let services = try SimulatedSigning()
    let now = TrustSimulator.time.adding(seconds: offset)
    if isUsable {
      _ = try await services.signer(at: now)
    } else {
      let error = await #expect(throws: SigningError.self) {
        try await services.signer(at: now)
      }
      #expect(error?.reason == .clock)
    }
  }

  @Test func servicesMustSuffice() async throws {
    let services = try SimulatedSigning(isTiled: true)
    for logs in [[], [SimulatedSigning.Log(services)]] {
      let error = await #expect(throws: SigningError.self) { try await services.signer(logs: logs) }
      #expect(error?.reason == .configuration)
    }
  }

  @Test(arguments: [
    "{}", "[", #"{"_type":"\#(Statement.typeV1)","predicateType":"a","subject":[]}"#,
    #"{"_type":"\#(Statement.typeV1)","predicateType":"a","subject":[{"digest":{"a":"b"}}]}"#,
    #"{"_type":"\#(Statement.typeV1)","predicateType":"a","subject":[{"digest":{"sha256":"b"}}]}"#,
  ])
  func refusesStatementsThatNobodyCouldVerify(text: String) async throws {
    let signer = try await SimulatedSigning().signer()
    let error = await #expect(throws: SigningError.self) {
      try await signer.sign(payload: Array(text.utf8))
    }
    #expect(error?.reason == .content)
  }

  /// The bytes of a statement stay as they are.
  @Test func signsStatementsByteByByte() async throws {
    let digest = String(repeating: "ab", count: 64)
    let text = """
      { "_type": "\(Statement.typeV1)", "predicateType": "a",
        "subject": [ {"digest": {"sha512": "\(digest)"}} ] }
      """
    let signed = try await SimulatedSigning().signer().sign(payload: Array(text.utf8))
    guard case .envelope(let envelope) = signed.bundle.content else {
      Issue.record("no envelope")
      return
    }
    #expect(envelope.payload == Array(text.utf8))
  }

  /// A log that has an entry and does not give it gets another signature, once.
  @Test func signsOnceMoreAfterAConflict() async throws {
    var services = try SimulatedSigning()
    services.conflicts = 1
    #expect(try await sign(services).count == 2)
    services.conflicts = 2
    await #expect(throws: DuplicateEntry.self) { try await sign(services) }
  }

  @Test(
    arguments: [
      ("https://a.example/x", "a.example", "a.example"),
      ("http://a.example:80?x", "a.example", "a.example:80"),
      ("ftp://a.example", nil, nil), ("https://", nil, nil), ("https://u@a.example", nil, nil),
      (#"https://a.example\b"#, nil, nil), ("https://:80", nil, ":80"), ("a.example", nil, nil),
    ] as [(String, String?, String?)])
  func hosts(url: String, host: String?, authority: String?) {
    #expect(URLText.host(of: url) == host)
    #expect(URLText.authority(of: url) == authority)
  }
}

extension Bundle {
  fileprivate var isStatement: Bool { if case .envelope = content { true } else { false } }
}
