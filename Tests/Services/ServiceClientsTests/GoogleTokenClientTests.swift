// SPDX-License-Identifier: Apache-2.0

import Identity
import TestSupport
import Testing

@testable import ServiceClients

@Suite("Identity tokens of Google Cloud")
struct GoogleTokenClientTests {
  static let folder = "/computeMetadata/v1/instance/service-accounts/default"

  static func client(
    _ server: AnsweringServer, account: String? = nil, host: String? = nil,
    proxies: ProxySettings = .none,
    test: (GoogleTokenClient) async throws -> Void
  ) async throws {
    var environment = ["GCE_METADATA_HOST": host ?? "127.0.0.1:\(server.port)"]
    environment["GOOGLE_SERVICE_ACCOUNT_NAME"] = account
    let identity = try #require(
      try GoogleIdentity(environment: environment, productName: { "Google" }))
    let transport = try HTTPTransport(TransportConfiguration(version: "9.9.9", proxies: proxies))
    do {
      try await test(
        GoogleTokenClient(identity, credentials: server.url, transport: transport))
    } catch {
      await transport.shutdown()
      throw error
    }
    await transport.shutdown()
  }

  @Test func ofTheMachine() async throws {
    let token = PlainToken.text()
    let server = try AnsweringServer { call in
      call.header("Metadata-Flavor") == "Google" ? .init(200, token + "\n") : .init(403, "")
    }
    try await Self.client(server) { client in
      let result = try await client.token(audience: "sigstore")
      #expect(result.unsafelyRevealedText == token)
    }
    #expect(server.requests == ["\(Self.folder)/identity?audience=sigstore&format=full"])
  }

  @Test func ofAnotherAccount() async throws {
    let token = PlainToken.text()
    let server = try AnsweringServer { call in
      call.path == "\(Self.folder)/token"
        ? .init(200, #"{"access_token":"ACCESS","expires_in":3599}"#)
        : .init(200, #"{"token":"\#(token)"}"#)
    }
    try await Self.client(server, account: "a@p.iam") { client in
      let result = try await client.token(audience: "sigstore")
      #expect(result.unsafelyRevealedText == token)
    }
    let last = try #require(server.calls.last)
    #expect(last.target == "/v1/projects/-/serviceAccounts/a@p.iam:generateIdToken")
    #expect(last.header("Authorization") == "Bearer ACCESS")
    #expect(last.body == #"{"audience":"sigstore","includeEmail":true}"#)
  }

  @Test(
    arguments: [
      (nil, .init(404, "no account"), .status(404)), (nil, .init(200, "no token"), .badAnswer),
      ("a@p", .init(200, "{}"), .badAnswer), ("a@p", .init(403, "ACCESS?"), .status(403)),
    ] as [(String?, AnsweringServer.Answer, TransportError.Reason)])
  func refuses(
    _ account: String?, _ answer: AnsweringServer.Answer, _ reason: TransportError.Reason
  ) async throws {
    let server = try AnsweringServer { call in
      call.path == "\(Self.folder)/token" ? .init(200, #"{"access_token":"ACCESS"}"#) : answer
    }
    try await Self.client(server, account: account) { client in
      let error = await transportError { _ = try await client.token(audience: "sigstore") }
      #expect(error?.reason == reason)
      #expect(error?.description.contains("ACCESS") == false)
    }
  }

  /// The metadata server is this machine's own: a proxy's would answer for the proxy.
  @Test func asksNoProxy() async throws {
    let proxy = try AnsweringServer { _ in .init(200, PlainToken.text()) }
    let proxies = try ProxySettings(environment: ["http_proxy": proxy.url])
    try await Self.client(proxy, host: "metadata", proxies: proxies) { client in
      _ = await transportError { _ = try await client.token(audience: "sigstore") }
    }
    #expect(proxy.calls.isEmpty)
  }

  @Test(arguments: ["192.0.2.1", "metadata.evil.example", "127.0.0.1.evil.example:80"])
  func asksNoOtherMachine(_ host: String) async throws {
    let server = try AnsweringServer()
    try await Self.client(server, host: host) { client in
      let error = await transportError { _ = try await client.token(audience: "sigstore") }
      #expect(error?.reason == .insecure)
    }
  }
}
