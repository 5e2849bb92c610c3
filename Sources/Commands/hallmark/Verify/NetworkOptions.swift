// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ServiceClients

/// The options of commands that read from services: which index, and how it is reached.
struct NetworkOptions: ParsableArguments {
  /// The index of projects by default.
  static let publicIndex = "https://pypi.org/simple/"

  @Option(help: ArgumentHelp("The index's simple API, an https URL.", valueName: "url"))
  var index = NetworkOptions.publicIndex

  @Flag(help: "Ask nobody; print the addresses that would be asked, and exit with 6.")
  var offline = false

  @OptionGroup var transport: TransportOptions

  func validate() throws {
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

  /// Runs work with a transport and closes it.
  func withTransport<Value: Sendable>(
    _ work: (HTTPTransport) async throws -> Value
  ) async throws -> Value {
    try await transport.withTransport(work)
  }
}
