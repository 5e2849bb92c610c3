// SPDX-License-Identifier: Apache-2.0

import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import HummingbirdTesting
import Logging
import NIOSSL
import Storage
import SystemPackage
import Testing
import TrustServices

@testable import ServiceClients

@Suite("Private certificate authority")
struct PrivateAuthorityTests {
  /// Sends a request to a TLS server whose certificate, for localhost, a private authority signed.
  private func request(
    host: String, trusting: Bool
  ) async throws -> Result<TransportAnswer, any Error> {
    let path = NSTemporaryDirectory() + "/tls-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let folder = try DataFolder(opening: path)
    let authority = try TransportAuthority(in: folder, now: ServerClock.now())
    let tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: [
        .certificate(try NIOSSLCertificate(bytes: Array(authority.serverPEM.utf8), format: .pem))
      ],
      privateKey: .privateKey(
        try NIOSSLPrivateKey(bytes: Array(authority.serverKeyPEM.utf8), format: .pem)))
    let application = Application(
      responder: CallbackResponder { (_: Request, _: BasicRequestContext) in
        Response(status: .noContent)
      },
      server: try .tls(.http1(), tlsConfiguration: tls),
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      logger: Logger(label: "local") { _ in SwiftLogNoOpLogHandler() })
    return try await application.test(.live) { client in
      var configuration = TransportConfiguration(version: "1", proxies: .none)
      if trusting {
        configuration.additionalAuthorities = folder.absolute(TransportAuthority.certificateFile)
      }
      let transport = try HTTPTransport(configuration)
      let result: Result<TransportAnswer, any Error>
      do {
        let url = try ServiceURL("https://\(host):\(client.port ?? 0)/")
        result = .success(try await transport.send(.get(url, purpose: "read the thing")))
      } catch {
        result = .failure(error)
      }
      await transport.shutdown()
      return result
    }
  }

  @Test(arguments: ["localhost", "127.0.0.1"])
  func countsWhereItIsGiven(_ host: String) async throws {
    let answer = try await request(host: host, trusting: true).get()
    #expect(answer.status == 204)
  }

  @Test func countsNowhereElse() async throws {
    let result = try await request(host: "localhost", trusting: false)
    let error = await transportError { _ = try result.get() }
    #expect(error?.reason == .untrusted, "\(result)")
    #expect(error?.description.contains("is not from an authority that is trusted") == true)
  }
}
