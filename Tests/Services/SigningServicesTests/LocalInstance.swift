// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import ServiceClients
import Signing
import Sigstore
import SimulatedServices
import TrustSimulator
import Identity

/// A simulated instance with a transport to reach it, and what to sign there.
struct LocalInstance: Sendable {
  /// The ways to sign.
  enum Form: String, CaseIterable, Sendable {
    case v1, v1Dated, v2

    var versions: [UInt64] { self == .v2 ? [2] : [1] }
    var isDated: Bool { self != .v1 }
    var log: ServiceFault.Service { self == .v2 ? .tiledLog : .log }
  }

  let services: SimulatedInstance
  let transport: HTTPTransport

  /// Runs a test with an instance.
  static func run(
    documentTimeout: Duration? = nil,
    now: @escaping @Sendable () -> Timestamp = SimulatedInstance.present,
    _ test: (LocalInstance) async throws -> Void
  ) async throws {
    let services = try await SimulatedInstance(now: now)
    var configuration = TransportConfiguration(version: "9.9.9", proxies: .none)
    configuration.documentTimeout = documentTimeout
    configuration.connectTimeout = .seconds(600)
    configuration.readTimeout = .seconds(600)
    let transport = try HTTPTransport(configuration)
    do {
      try await test(LocalInstance(services: services, transport: transport))
      await transport.shutdown()
      await services.stop()
    } catch {
      await transport.shutdown()
      await services.stop()
      throw error
    }
  }

  /// Three tries in quick succession.
  static var retries: RetryBudget {
    var retries = RetryBudget.signing
    retries.attempts = 3
    retries.firstPause = .milliseconds(2)
    // Other tests may keep all threads busy for long, which is not what the budget is about.
    retries.total = .seconds(600)
    retries.answerTimeout = .seconds(600)
    return retries
  }

  /// A session with the services, as a signing configuration names them.
  func session(
    _ form: Form = .v1, tokens: (any IdentityTokenSource)? = nil,
    expected: SignerIdentity? = nil, trusting root: TrustedRoot? = nil
  ) throws -> SigningSession {
    let selection = try services.signingConfig(versions: form.versions, isDated: form.isDated)
      .select(at: services.now())
    return SigningSession(
      services: try SigningServices(selection, transport: transport, retries: Self.retries),
      trustedRoot: try root ?? services.trustedRoot(), tokens: tokens ?? Tokens(services: services),
      expected: expected, randomness: SystemRandomness(), now: services.now)
  }

  /// Verifies bundles as a stranger would.
  func report(_ item: SignedItem, artifact: SHA256Hash) async throws -> VerificationReport {
    await Verifier(trusting: try services.trustedRoot()).verify(
      try Bundle(parsing: item.signed.bytes), artifact: artifact, now: services.now()
    ).report
  }

  static func digest(_ number: Int) -> SHA256Hash {
    SHA256Hash(hashing: Array("file \(number)".utf8))
  }

  static func statement(_ number: Int, predicate: JSONValue = .null) -> Statement {
    Statement(
      subjects: [Subject(name: "file-\(number)", sha256: digest(number))],
      predicateType: PredicateType.publish, predicate: predicate)
  }

  /// A statement and a file.
  static func items() throws -> [SigningItem] {
    [
      try SigningItem(name: "statement", statement(0)),
      SigningItem(name: "file", content: .file(digest(0))),
    ]
  }

  /// The simulator's workspace signs; tokens count for ten minutes.
  struct Tokens: IdentityTokenSource {
    let services: SimulatedInstance

    func token(audience: String) async throws -> IdentityToken {
      try IdentityToken(
        SimulatedRun.workspace.token(expiresAt: services.now().adding(seconds: 600)))
    }
  }
}
