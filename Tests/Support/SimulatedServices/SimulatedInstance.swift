// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
import Foundation
package import Sigstore
import Synchronization
package import TrustSimulator

/// A Sigstore instance on a port of this machine: token endpoint, certificate authority, logs of both
/// versions and timestamp authority, truthful or with one fault at a time.
package final class SimulatedInstance: Sendable {
  struct State {
    var fault: (service: ServiceFault.Service, fault: ServiceFault, left: Int)?
    var requests: [ServiceRequest] = []
    /// What the log of version 1 has, by UUID, and the bodies that the log of version 2 has.
    var entries: [String: TransparencyLogEntry] = [:]
    var tiledBodies: Set<[UInt8]> = []
    /// The bodies of proposals that were answered with an entry, by the proposal.
    var proposals: [[UInt8]: String] = [:]
    var issued = 0
  }

  /// Where all services are.
  package let url: String
  /// Whose keys they have.
  package let simulator: TrustSimulator
  /// The clock of all services.
  package let now: @Sendable () -> Timestamp
  let state = Mutex(State())
  private let server: LocalHTTPServer

  /// Starts the services.
  ///
  /// - Parameter now: the clock of all services.
  package init(now: @escaping @Sendable () -> Timestamp = SimulatedInstance.present) async throws {
    let shared = Shared()
    server = try await LocalHTTPServer { request in
      await shared.instance?.reply(to: request) ?? ServiceReply(503, [])
    }
    url = "http://127.0.0.1:\(server.port)"
    simulator = try TrustSimulator(
      logHost: "127.0.0.1", logURL: url, tiledLogHost: "127.0.0.1", tiledLogURL: url)
    self.now = now
    shared.set(self)
  }

  /// The instance that a server answers for, once there is one.
  private final class Shared: Sendable {
    private let value = Mutex<WeakInstance>(WeakInstance())
    var instance: SimulatedInstance? { value.withLock { $0.instance } }
    func set(_ instance: SimulatedInstance) { value.withLock { $0.instance = instance } }
  }

  private struct WeakInstance { weak var instance: SimulatedInstance? }

  /// The moment now, in whole seconds.
  package static func present() -> Timestamp {
    Timestamp(unixSeconds: Int64(Date().timeIntervalSince1970))
  }

  /// Stops the services.
  package func stop() async { await server.stop() }

  /// Lets a service commit a fault in its next answers, all of them or some.
  package func commit(
    _ fault: ServiceFault, by service: ServiceFault.Service, times: Int = .max
  ) {
    state.withLock { $0.fault = (service, fault, times) }
  }

  /// Ends the fault.
  package func behave() { state.withLock { $0.fault = nil } }

  /// What a service was asked so far.
  package func requests(of service: ServiceFault.Service) -> [ServiceRequest] {
    state.withLock { $0.requests }.filter { Self.service(of: $0) == service }
  }

  /// How many certificates were issued.
  package var certificatesIssued: Int { state.withLock { $0.issued } }

  /// The trusted root of the instance.
  package func trustedRoot() throws -> TrustedRoot { try simulator.trustedRoot() }

  /// Where the services are.
  ///
  /// - Parameters:
  ///   - versions: the versions of the log that it names.
  ///   - isDated: whether it names the timestamp authority.
  package func signingConfig(versions: [UInt64], isDated: Bool) -> SigningConfig {
    let validity = ValidityPeriod(start: TrustSimulator.time.adding(seconds: -86_400), end: nil)
    func service(_ url: String, _ version: UInt64) -> SigningConfig.Service {
      SigningConfig.Service(
        url: url, majorAPIVersion: version, validity: validity, operator: "stack.example")
    }
    return SigningConfig(
      certificateAuthorities: [service(url, 1)], identityIssuers: [service(url, 1)],
      transparencyLogs: versions.map { service(url, $0) },
      timestampAuthorities: isDated ? [service("\(url)/api/v1/timestamp", 1)] : [])
  }

  static func service(of request: ServiceRequest) -> ServiceFault.Service? {
    switch request.path {
    case "/api/v2/signingCert": .authority
    case "/api/v2/log/entries": .tiledLog
    case "/api/v1/timestamp": .timestamps
    case "/identity/token": .tokens
    default: request.path.hasPrefix("/api/v1/log/entries") ? .log : nil
    }
  }

  /// The fault that a service commits in this answer.
  func fault(of service: ServiceFault.Service?) -> ServiceFault? {
    state.withLock { state in
      guard let committed = state.fault, committed.service == service, committed.left > 0 else {
        return nil
      }
      state.fault?.left = committed.left - 1
      return committed.fault
    }
  }
}

extension SimulatedInstance {
  /// The documents that clients need, by name: the trusted root; for the log of version 1 alone and
  /// for version 2 with timestamps the signing configuration, and both in one.
  package func documents() throws -> [(String, JSONValue)] {
    let root = try trustedRoot()
    var documents: [(String, JSONValue)] = [("trusted_root", root.json)]
    for (name, versions, isDated) in [
      ("v1", [1], false), ("v1_dated", [1], true), ("v2", [2], true), ("both", [1, 2], true),
    ] as [(String, [UInt64], Bool)] {
      let config = signingConfig(versions: versions, isDated: isDated)
      documents.append(("signing_config_\(name)", config.json))
      documents.append(
        (
          "trust_config_\(name)",
          ClientTrustConfig(trustedRoot: root, signingConfig: config).json
        ))
    }
    return documents
  }
}
