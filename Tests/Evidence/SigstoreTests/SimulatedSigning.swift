// SPDX-License-Identifier: Apache-2.0

import Attestations
import Crypto
import Encodings
import Sigstore
import Synchronization
import TrustSimulator

/// A simulated instance's services without a network, with one defect.
struct SimulatedSigning: CertificateIssuer, SigningRandomness {
  static let authority = "https://authority.example"
  static let log = "https://log.example"
  static let stamper = "https://stamper.example"

  let simulator: TrustSimulator
  var isTiled = false
  var isDated = false
  var lie: Lie?
  /// Whom the authority names.
  var run = SimulatedRun.workspace
  /// What the signer shows.
  var token = SimulatedRun.workspace.token()
  var isSilent = false
  var certifiesOtherKey = false
  var repeatsNonce: Bool? = true
  /// How often the log says that it has the entry already.
  var conflicts = 0

  init(isTiled: Bool = false, isDated: Bool = false, lie: Lie? = nil) throws {
    simulator = try TrustSimulator()
    self.isTiled = isTiled
    self.isDated = isDated
    self.lie = lie
  }

  let address = Self.authority

  func key() -> P256.Signing.PrivateKey { signingKey }
  func nonce() -> UInt64 { 0x8123_4567_89ab_cdef }

  private let signingKey = P256.Signing.PrivateKey()

  func issueCertificate(for request: String, identityToken: String) async throws -> [[UInt8]] {
    let key = certifiesOtherKey ? P256.Signing.PrivateKey() : signingKey
    return isSilent
      ? [] : [try simulator.certificate(for: key.publicKey, as: run, lie: lie)]
  }

  /// The log of version 1 or 2.
  final class Log: LogSubmitter {
    let services: SimulatedSigning
    let address = SimulatedSigning.log
    var promisesTime: Bool { !services.isTiled }
    private let conflicts: Mutex<Int>

    init(_ services: SimulatedSigning) {
      self.services = services
      conflicts = Mutex(services.conflicts)
    }

    func submit(
      _ content: Bundle.Content, certificate: [UInt8]
    ) async throws -> TransparencyLogEntry {
      let isConflict = conflicts.withLock { left in
        left -= 1
        return left >= 0
      }
      if isConflict { throw DuplicateEntry("it is there") }
      guard
        let entry = try services.simulator.entry(
          for: content, certificate: certificate, isTiled: services.isTiled, lie: services.lie)
      else { throw DuplicateEntry("no entry") }
      return entry
    }
  }

  /// The timestamp authority.
  struct Stamper: TimestampSource {
    let services: SimulatedSigning
    let address = SimulatedSigning.stamper

    func timestamp(for query: [UInt8]) async throws -> [UInt8] {
      try services.simulator.timestamp(
        answering: query, at: TrustSimulator.time.adding(seconds: 5),
        repeatsNonce: services.repeatsNonce, lie: services.lie)
    }
  }

  /// A signer that uses these services.
  func signer(
    expected: SignerIdentity? = nil, at now: Timestamp? = nil, logs: [any LogSubmitter]? = nil
  ) async throws -> Signer {
    // An hour passes between the certificate and the first signature.
    let first = now ?? TrustSimulator.time.adding(seconds: 10)
    let calls = Mutex(0)
    return try await Signer(
      identityToken: token, expected: expected,
      services: SigningServices(
        certificateIssuer: self, logs: logs ?? [Log(self)],
        timestampSources: isDated ? [Stamper(services: self)] : []),
      verifier: Verifier(trusting: try simulator.trustedRoot(lie: lie)), randomness: self,
      now: {
        calls.withLock { calls in
          calls += 1
          return calls == 1 ? first : TrustSimulator.time.adding(seconds: 3_600)
        }
      })
  }
}
