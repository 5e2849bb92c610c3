// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// The signer gives out nothing that a verifier would refuse.
@Suite struct SignerTests {
  struct Services: CertificateIssuer, LogSubmitter {
    let simulator: TrustSimulator
    let key: P256.Signing.PublicKey
    var lie: Lie?
    var isSilent = false

    func issueCertificate(for request: String, identityToken: String) async throws -> [[UInt8]] {
      isSilent ? [] : [try simulator.certificate(for: key, lie: lie)]
    }

    func submit(
      _ envelope: DSSEEnvelope, certificate: [UInt8]
    ) async throws -> TransparencyLogEntry {
      try #require(try simulator.entry(for: envelope, certificate: certificate, lie: lie))
    }
  }

  private func signer(
    lie: Lie? = nil, isSilent: Bool = false, certifying other: P256.Signing.PublicKey? = nil
  ) async throws -> Signer {
    let simulator = try TrustSimulator()
    let key = P256.Signing.PrivateKey()
    let services = Services(
      simulator: simulator, key: other ?? key.publicKey, lie: lie, isSilent: isSilent)
    return try await Signer(
      key: key, identityToken: "token", certificateIssuer: services, logSubmitter: services,
      verifier: Verifier(trusting: try simulator.trustedRoot()), now: { TrustSimulator.now })
  }

  @Test func signsWhatVerifies() async throws {
    let bundle = try await signer().sign(OneDefectTests.statement)
    #expect(bundle.logEntries.count == 1)
  }

  @Test(arguments: [
    Lie.untrustedAuthority, .certificateTimestampForged, .checkpointForged, .inclusionHash,
    .entryTimestampForged, .unknownLog, .noEntryTimestamp,
  ])
  func refusesToGiveOutWhatDoesNotVerify(lie: Lie) async throws {
    let signer = try await signer(lie: lie)
    await #expect(throws: SigningError.self) { try await signer.sign(OneDefectTests.statement) }
  }

  @Test func refusesUnusableCertificates() async throws {
    await #expect(throws: SigningError.self) { try await signer(isSilent: true) }
    await #expect(throws: SigningError.self) { try await signer(lie: .notACertificate) }
    await #expect(throws: SigningError.self) {
      try await signer(certifying: P256.Signing.PrivateKey().publicKey)
    }
  }

  @Test func refusesSubjectsWithoutDigest() async throws {
    let text =
      #"{"_type":"\#(Statement.typeV1)","predicateType":"a","subject":[{"digest":{"a":"b"}}]}"#
    let statement = try Statement(parsing: Array(text.utf8))
    let signer = try await signer()
    await #expect(throws: SigningError.self) { try await signer.sign(statement) }
  }

  @Test(arguments: [
    "{}", #"{"mediaType":"application/json"}"#,
    #"{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","caUrls":[{}]}"#,
  ])
  func malformedConfigurations(text: String) {
    #expect(throws: DocumentError.self) { try SigningConfig(parsing: Array(text.utf8)) }
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
