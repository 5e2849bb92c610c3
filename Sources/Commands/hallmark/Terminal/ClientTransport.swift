// SPDX-License-Identifier: Apache-2.0

import BuildVersion
import ServiceClients
import Verification

/// The HTTP client of commands that ask public or private services.
enum ClientTransport {
  private static let variables = [
    "https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
  ]

  /// Makes a client that honours the environment's proxies and `SSL_CERT_FILE`.
  ///
  /// - Throws: `CommandFailure` when a setting is not usable.
  static func make() throws(CommandFailure) -> HTTPTransport {
    var environment: [String: String] = [:]
    for name in variables { environment[name] = Platform.environment(name) }
    do {
      return try HTTPTransport(
        TransportConfiguration(
          version: String(cString: hallmark_build_version()),
          additionalAuthorities: Platform.environment("SSL_CERT_FILE").flatMap {
            $0.isEmpty ? nil : $0
          }, proxies: try ProxySettings(environment: environment)))
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the network cannot be used: \(error)",
          help: ["look at HTTPS_PROXY, ALL_PROXY, NO_PROXY and SSL_CERT_FILE"]))
    }
  }
}
