// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import PackageIndex
import PythonPackaging
import ServiceLifecycle
import Storage
import TrustServices
import UnixSignals

/// The stack's services behind their two listeners.
struct StackServer: Sendable {
  private let folder: DataFolder
  private let settings: StackSettings
  private let transport: TransportAuthority
  private let trust: TrustServices
  private let index: IndexService
  private let logger: Logger

  /// Opens everything in the data folder; nothing listens yet.
  ///
  /// - Throws: `StorageError`, or what the index throws.
  init(folder: DataFolder, settings: StackSettings) async throws {
    self.folder = folder
    self.settings = settings
    var logger = Logger(label: "hallmark-server") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    self.logger = logger
    transport = try TransportAuthority(in: folder, now: ServerClock.now())
    trust = try await TrustServices(
      in: folder, baseURL: settings.baseURL, tlsAuthorityPEM: transport.authorityPEM)
    try folder.makeFolder("index")
    index = try IndexService(
      dataFolder: folder.path, baseURL: settings.baseURL, tokenVerifier: trust.issuer,
      trustedRoot: trust.material.trustedRoot, now: ServerClock.now)
  }

  /// Lets the workspace of a project publish it.
  func registerPublisher(of project: ProjectName) async throws {
    try await index.registerPublisher(
      project: project, issuer: trust.issuer.url, subject: trust.issuer.subject(of: project))
  }

  /// Serves until a signal or, if asked for, the end of standard input.
  ///
  /// - Throws: `StorageError` when a listener cannot be opened.
  func run(announce: Bool, exitWithParent: Bool) async throws {
    let readiness = Readiness(listeners: 2) {
      Announcement(folder: folder, settings: settings).publish(asJSON: announce)
    }
    var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
      .init(service: try secureListener(readiness), serviceName: "TLS listener"),
      .init(service: plainListener(readiness), serviceName: "plain listener"),
      .init(
        service: StopDeadline(), successTerminationBehavior: .ignore,
        serviceName: "stop deadline"),
    ]
    if exitWithParent {
      services.append(
        .init(
          service: ParentWatch(), successTerminationBehavior: .gracefullyShutdownGroup,
          serviceName: "parent watch"))
    }
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(2)
    do {
      try await ServiceGroup(configuration: configuration).run()
    } catch let error as IOError {
      // Somebody took a port after it was found free.
      throw LoopbackPort.failure(
        error.errnoCode, port: settings.port, help: "start the server again")
    } catch is CancellationError {
      // The time for open connections ran out.
    }
  }

  private func secureListener(_ readiness: Readiness) throws -> some Service {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: UnknownRouteMiddleware(.notFound))
    trust.addAllRoutes(to: router)
    index.addAllRoutes(to: router)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [
        .certificate(
          try NIOSSLCertificate(bytes: Array(transport.serverPEM.utf8), format: .pem))
      ],
      privateKey: .privateKey(
        try NIOSSLPrivateKey(bytes: Array(transport.serverKeyPEM.utf8), format: .pem)))
    tls.minimumTLSVersion = .tlsv12
    // HTTP/2 has no reason phrases, and those are all that some clients show of a refusal.
    tls.applicationProtocols = ["http/1.1"]
    return Application(
      router: router, server: try .tls(Self.http, tlsConfiguration: tls),
      configuration: .init(address: .hostname("127.0.0.1", port: Int(settings.port))),
      onServerRunning: { _ in await readiness.listenerIsReady() }, logger: logger)
  }

  private func plainListener(_ readiness: Readiness) -> some Service {
    let router = Router(context: BasicRequestContext.self)
    router.add(middleware: UnknownRouteMiddleware(.useInstead(settings.baseURL)))
    trust.addReadRoutes(to: router)
    index.addReadRoutes(to: router)
    return Application(
      router: router, server: Self.http,
      configuration: .init(address: .hostname("127.0.0.1", port: Int(settings.httpPort))),
      onServerRunning: { _ in await readiness.listenerIsReady() }, logger: logger)
  }

  private static var http: HTTPServerBuilder {
    .http1(
      configuration: .init(
        additionalChannelHandlers: ReasonPhrase.channelHandlers(), idleTimeout: .seconds(60)))
  }
}

/// Counts listeners and acts once when all of them are open.
private actor Readiness {
  private var missing: Int
  private let whenReady: @Sendable () -> Void

  init(listeners: Int, whenReady: @escaping @Sendable () -> Void) {
    missing = listeners
    self.whenReady = whenReady
  }

  func listenerIsReady() {
    missing -= 1
    if missing == 0 { whenReady() }
  }
}
