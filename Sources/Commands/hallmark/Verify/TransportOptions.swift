// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import ServiceClients
import Verification

/// How services are reached.
struct TransportOptions: ParsableArguments {
  @Option(
    name: .customLong("tls-ca"),
    help: ArgumentHelp(
      "A PEM file of authorities to trust for TLS besides the system's; SSL_CERT_FILE otherwise.",
      valueName: "file"))
  var tlsAuthorities: String?

  @Option(
    help: ArgumentHelp("How long one answer of a service may take.", valueName: "seconds"))
  var timeout = 30

  func validate() throws {
    guard (1...600).contains(timeout) else {
      throw ValidationError("--timeout must be from 1 to 600 seconds.")
    }
  }

  /// The transport of the run, without any credentials; it must be shut down.
  ///
  /// - Throws: `CommandFailure` when proxies or authorities cannot be used.
  func transport() throws(CommandFailure) -> HTTPTransport {
    var environment: [String: String] = [:]
    for name in [
      "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
    ] {
      environment[name] = Platform.environment(name)
    }
    do {
      var configuration = TransportConfiguration(
        version: String(HALLMARK_VERSION), proxies: try ProxySettings(environment: environment))
      configuration.additionalAuthorities =
        tlsAuthorities
        ?? Platform.environment("SSL_CERT_FILE").flatMap { $0.isEmpty ? nil : $0 }
      configuration.connectTimeout = .seconds(min(timeout, 10))
      configuration.readTimeout = .seconds(timeout)
      configuration.documentTimeout = .seconds(timeout)
      configuration.retries = .evidence
      return try HTTPTransport(configuration)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the network cannot be used as it is configured: \(error)",
          help: ["look at --tls-ca, SSL_CERT_FILE and HTTPS_PROXY"]))
    }
  }

  /// Runs work with a transport and closes it.
  func withTransport<Value: Sendable>(
    _ work: (HTTPTransport) async throws -> Value
  ) async throws -> Value {
    let transport = try transport()
    do {
      let value = try await work(transport)
      await transport.shutdown()
      return value
    } catch {
      await transport.shutdown()
      throw error
    }
  }
}
