// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Testing
import TrustSimulator

@testable import Sigstore

/// What a verifier remembers of certificates must not change a verdict.
@Suite struct CertificateCacheTests {
  private let simulator: TrustSimulator
  private let key = P256.Signing.PrivateKey()
  private let certificate: [UInt8]

  init() throws {
    simulator = try TrustSimulator()
    certificate = try simulator.certificate(for: key.publicKey)
  }

  /// A bundle by this key, with a certificate and an entry that may lie.
  private func bundle(
    _ certificate: [UInt8], key: P256.Signing.PrivateKey? = nil, entryLie: Lie? = nil
  ) throws -> Bundle {
    let payload = try OneDefectTests.statement.payload()
    let type = DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let signature = try (key ?? self.key).signature(for: signed)
    let envelope = DSSEEnvelope(
      payloadType: type, payload: payload, signature: Array(signature.derRepresentation))
    let entry = try simulator.entry(
      for: .envelope(envelope), certificate: certificate, lie: entryLie)
    return Bundle(
      certificate: certificate, content: .envelope(envelope),
      logEntries: try [#require(entry)])
  }

  private func report(_ bundle: Bundle, _ verifier: Verifier) async -> VerificationReport {
    await verifier.verify(bundle, artifact: OneDefectTests.artifact, now: TrustSimulator.now).report
  }

  /// Good and bad bundles, all by one key.
  private func mixture() throws -> [(Bundle, VerificationRule?)] {
    // The last byte is of the certificate's signature.
    var changed = certificate
    changed[changed.count - 1] ^= 1
    return [
      (try bundle(certificate), nil),
      (try bundle(certificate, entryLie: .timeAfterCertificate), .certificateValidity),
      (try bundle(certificate, entryLie: .timeBeforeCertificate), .certificateValidity),
      (try bundle(changed), .certificateChain),
      (
        try bundle(simulator.certificate(for: key.publicKey, lie: .untrustedAuthority)),
        .certificateChain
      ),
      (
        try bundle(simulator.certificate(for: key.publicKey, lie: .noCertificateTimestamp)),
        .certificateTimestamp
      ),
      (try bundle(simulator.certificate(for: key.publicKey)), nil),
    ]
  }

  @Test func verdictsDoNotDependOnOrder() async throws {
    let mixture = try mixture()
    let root = try simulator.trustedRoot()
    var expected: [VerificationReport] = []
    for (bundle, rule) in mixture {
      let report = await report(bundle, Verifier(trusting: root, rememberedCertificates: 0))
      #expect(report.primaryFailure?.rule == rule, "\(report.checks)")
      #expect(report.passed == (rule == nil))
      expected.append(report)
    }
    for first in mixture.indices {
      let verifier = Verifier(trusting: root)
      for step in 0..<(2 * mixture.count) {
        let position = (first + step * (first % 2 == 0 ? 1 : mixture.count - 1)) % mixture.count
        let report = await report(mixture[position].0, verifier)
        #expect(report == expected[position])
      }
    }
  }

  @Test func onlyGoodCertificatesAreRemembered() async throws {
    let verifier = Verifier(trusting: try simulator.trustedRoot())
    for (bundle, rule) in try mixture() where rule != nil && rule != .certificateValidity {
      _ = await report(bundle, verifier)
    }
    #expect(verifier.cache.count == 0)
    _ = await report(try bundle(certificate), verifier)
    #expect(verifier.cache.count == 1)
    #expect(verifier.cache[certificate]?.certificate.der == certificate)
    // A statement's verification shares what is known.
    let result = await verifier.verifyStatement(
      in: try bundle(certificate), now: TrustSimulator.now)
    #expect(result.verified != nil)
    #expect(verifier.cache.count == 1)
  }

  @Test(arguments: [0, 1, 2])
  func holdsAtMostItsLimit(limit: Int) async throws {
    let verifier = Verifier(trusting: try simulator.trustedRoot(), rememberedCertificates: limit)
    let keys = (0..<4).map { _ in P256.Signing.PrivateKey() }
    let bundles = try keys.map {
      try bundle(try simulator.certificate(for: $0.publicKey), key: $0)
    }
    for bundle in bundles + bundles {
      let report = await report(bundle, verifier)
      #expect(report.passed, "\(report.checks)")
      #expect(verifier.cache.count <= limit)
    }
    // The newest are there, the oldest are gone.
    for (age, bundle) in bundles.reversed().enumerated() {
      let der = try #require(bundle.certificate)
      #expect((verifier.cache[der] != nil) == (age < limit))
    }
  }

  @Test func anotherTrustedRootKnowsNothing() async throws {
    let good = try bundle(certificate)
    let verifier = Verifier(trusting: try simulator.trustedRoot())
    #expect(await report(good, verifier).passed)
    let stranger = Verifier(trusting: try TrustSimulator().trustedRoot())
    #expect(await !report(good, stranger).passed)
    #expect(stranger.cache.count == 0)
  }

  @Test func concurrentUse() async throws {
    let mixture = try mixture()
    let verifier = Verifier(trusting: try simulator.trustedRoot(), rememberedCertificates: 1)
    await withTaskGroup { group in
      for _ in 0..<8 {
        for (bundle, rule) in mixture {
          group.addTask {
            let report = await report(bundle, verifier)
            #expect(report.primaryFailure?.rule == rule, "\(report.checks)")
          }
        }
      }
    }
    #expect(verifier.cache.count == 1)
  }
}
