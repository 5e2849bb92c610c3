// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity
import ServiceClients
import Signing
import Sigstore
import Synchronization
import Verification

/// Signing many files with one session: how much of the time somebody else was waited for.
struct SigningMeasurement {
  /// Seconds on the wall, from the token to the last verified bundle.
  let wall: Double
  /// Seconds of it in which at least one request was under way.
  let waiting: Double
  /// Seconds of processor time of this process, HTTP and TLS included.
  let processor: Double

  /// Signs files, given by their number, with the services of a trust configuration.
  init(
    count: Int, configuration: ClientTrustConfig, token: String, tlsAuthorities: String,
    now: @escaping @Sendable () -> Timestamp
  ) async throws {
    var transportConfiguration = TransportConfiguration(version: "benchmark", proxies: .none)
    transportConfiguration.additionalAuthorities = tlsAuthorities
    let transport = try HTTPTransport(transportConfiguration)
    let clock = WaitingClock()
    let services = try SigningServices(
      configuration.signingConfig.select(at: now()), transport: transport)
    let session = SigningSession(
      services: SigningServices(
        certificateIssuer: TimedIssuer(issuer: services.certificateIssuer, clock: clock),
        logs: services.logs.map { TimedLog(log: $0, clock: clock) },
        timestampSources: services.timestampSources.map { TimedSource(source: $0, clock: clock) }),
      trustedRoot: configuration.trustedRoot, tokens: GivenToken(token: try IdentityToken(token)),
      randomness: SystemRandomness(), now: now)
    let items = (0..<count).map { number in
      // Other contents each time: a log that has a signature already would not be asked for work.
      SigningItem(
        name: "file \(number)",
        content: .file(SHA256Hash(hashing: Array("\(number) \(now())".utf8))))
    }
    let result: Result<Measurement, any Error>
    do {
      result = .success(
        try await Measurement {
          guard try await session.sign(items).count == count else {
            throw BenchmarkError("not everything was signed")
          }
        })
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    let measurement = try result.get()
    wall = measurement.wall
    processor = measurement.processor
    waiting = clock.waiting
  }

  private struct GivenToken: IdentityTokenSource {
    let token: IdentityToken
    func token(audience: String) async throws -> IdentityToken { token }
  }
}

/// Adds up the time in which at least one request is under way.
private final class WaitingClock: Sendable {
  private struct State {
    var underWay = 0
    var since = ContinuousClock.now
    var total = Duration.zero
  }

  private let state = Mutex(State())

  /// Seconds so far.
  var waiting: Double {
    let (seconds, attoseconds) = state.withLock(\.total).components
    return Double(seconds) + Double(attoseconds) / 1e18
  }

  func count<Value>(_ work: () async throws -> Value) async rethrows -> Value {
    state.withLock { state in
      if state.underWay == 0 { state.since = ContinuousClock.now }
      state.underWay += 1
    }
    defer {
      state.withLock { state in
        state.underWay -= 1
        if state.underWay == 0 { state.total += ContinuousClock.now - state.since }
      }
    }
    return try await work()
  }
}

private struct TimedIssuer: CertificateIssuer {
  let issuer: any CertificateIssuer
  let clock: WaitingClock

  var address: String { issuer.address }

  func issueCertificate(
    for request: String, identityToken: String
  ) async throws -> [[UInt8]] {
    try await clock.count {
      try await issuer.issueCertificate(for: request, identityToken: identityToken)
    }
  }
}

private struct TimedLog: LogSubmitter {
  let log: any LogSubmitter
  let clock: WaitingClock

  var address: String { log.address }
  var promisesTime: Bool { log.promisesTime }

  func submit(
    _ content: Bundle.Content, certificate: [UInt8]
  ) async throws -> TransparencyLogEntry {
    try await clock.count { try await log.submit(content, certificate: certificate) }
  }
}

private struct TimedSource: TimestampSource {
  let source: any TimestampSource
  let clock: WaitingClock

  var address: String { source.address }

  func timestamp(for query: [UInt8]) async throws -> [UInt8] {
    try await clock.count { try await source.timestamp(for: query) }
  }
}
