// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import BuildVersion
import ServiceClients
import Verification

/// The options of commands that read from services: which index, and how it is reached.
struct NetworkOptions: ParsableArguments {
  /// The index of projects by default.
  static let publicIndex = "https://pypi.org/simple/"

  @Option(help: ArgumentHelp("The index's simple API, an https URL.", valueName: "url"))
  var index = NetworkOptions.publicIndex

  @Flag(help: "Ask nobody; print the addresses that would be asked, and exit with 6.")
  var offline = false

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
    _ = try indexURL()
  }

  /// The base of the simple API.
  func indexURL() throws -> ServiceURL { try Self.serviceURL(index, option: "--index") }

  /// Reads an option's URL: `https`, or `http` on this machine.
  static func serviceURL(_ text: String, option: String) throws -> ServiceURL {
    let url: ServiceURL
    do {
      url = try ServiceURL(text)
    } catch {
      throw ValidationError("\(option): \(error).")
    }
    guard url.isSecure || url.isLoopback else {
      throw ValidationError("\(option) must be an https URL; http is for this machine only.")
    }
    guard url.query == nil else { throw ValidationError("\(option) must have no query.") }
    return url
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
