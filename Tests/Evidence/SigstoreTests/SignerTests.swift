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

  @Test(arguments: [false, true], [false, true])
  func signsWhatVerifies(isTiled: Bool, isDated: Bool) async throws {
    guard isDated || !isTiled else { return }
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
}

extension Bundle {
  fileprivate var isStatement: Bool { if case .envelope = content { true } else { false } }
}
