// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Identity
import Synchronization
import TestSupport
import Testing

@testable import ServiceClients

@Suite("People who log in")
struct PersonLoginTests {
  /// What a browser saw at the end.
  struct Seen: Sendable {
    var status = 0
    var page = ""
  }

  static var now: Timestamp { Timestamp(unixSeconds: Int64(Date().timeIntervalSince1970)) }

  static func transport() throws -> HTTPTransport {
    try HTTPTransport(TransportConfiguration(version: "9.9.9", proxies: .none))
  }

  /// Follows an address with its redirects, as a browser does.
  static func visit(_ text: String) async -> Seen {
    guard let transport = try? transport(), let url = try? ServiceURL(text) else { return Seen() }
    var request = TransportRequest.get(url, purpose: "look at a page", accept: "text/html")
    request.followsToOtherHosts = true
    let answer = try? await transport.send(request)
    await transport.shutdown()
    return Seen(
      status: answer?.status ?? 0, page: String(decoding: answer?.body ?? [], as: UTF8.self))
  }

  /// Logs in; the browser is a task beside.
  static func login(
    at issuer: LoginIssuer, way: PersonLogin.Way = .browser, timeout: Duration = .seconds(60),
    audience: String = "sigstore", now: Timestamp? = nil,
    browse: @escaping @Sendable (String) async -> Seen = { await visit($0) }
  ) async throws -> (result: Result<IdentityToken, any Error>, seen: Seen, pauses: [Int64]) {
    let transport = try transport()
    let browser = Mutex<Task<Seen, Never>?>(nil)
    let pauses = Mutex<[Int64]>([])
    let login = PersonLogin(
      at: IssuerClient(issuer: issuer.url, clientIdentifier: "sigstore", transport: transport),
      way: way, timeout: timeout, now: { now ?? Self.now },
      pause: { seconds in pauses.withLock { $0.append(seconds) } }
    ) { prompt in
      if case .browser(let url) = prompt {
        browser.withLock { $0 = Task { await browse(url) } }
      }
    }
    let result: Result<IdentityToken, any Error>
    do {
      result = .success(try await login.token(audience: audience))
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    let seen = await browser.withLock { $0 }?.value ?? Seen()
    return (result, seen, pauses.withLock { $0 })
  }

  @Test func inABrowser() async throws {
    let issuer = try LoginIssuer()
    let (result, seen, _) = try await Self.login(at: issuer)
    let token = try result.get()
    #expect(token.claims.signer == "ada@example.org")
    #expect(token.unsafelyRevealedText == issuer.tokens.first)
    #expect(seen.status == 200)
    #expect(seen.page.contains("You are logged in"))
    #expect(seen.page.contains("ada@example.org"))
    #expect(seen.page.contains("You can close this window"))
    let exchange = try #require(issuer.server.calls.last)
    #expect(exchange.method == "POST")
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(exchange.fields["client_id"] == "sigstore")
    #expect(exchange.header("Authorization") == nil)
  }

  /// One lie of an issuer, and what is said of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let says: String
    let reason: IdentityError.Reason
    var seesPage = true
    let lies: LoginIssuer.Lies
    var testDescription: String { name }

    init(
      _ name: String, _ reason: IdentityError.Reason, _ says: String, seesPage: Bool = true,
      _ lie: (inout LoginIssuer.Lies) -> Void
    ) {
      self.name = name
      self.reason = reason
      self.says = says
      self.seesPage = seesPage
      var lies = LoginIssuer.Lies()
      lie(&lies)
      self.lies = lies
    }
  }

  @Test(arguments: [
    Case("another state", .foreign, "its state is another") { $0.redirect["state"] = "other" },
    Case("no state", .foreign, "its state is another") { $0.redirect["state"] = "" },
    Case("no code", .malformed, "no code") { $0.redirect["code"] = "" },
    Case("answered by another", .foreign, "was answered by `https://evil.example`") {
      $0.redirect["iss"] = "https://evil.example"
    },
    Case("issuer not named", .foreign, "does not name its issuer") {
      $0.discovery["authorization_response_iss_parameter_supported"] = true
    },
    Case("denied", .refused, "the login was refused") {
      $0.redirect["error"] = "access_denied"
      $0.redirect["error_description"] = "<b>no</b>"
    },
    Case("another code", .refused, "the login did not work") { $0.redirect["code"] = "other" },
    Case("another nonce", .foreign, "its nonce is another") { $0.claims["nonce"] = "other" },
    Case("no nonce", .foreign, "its nonce is another") { $0.claims["nonce"] = .null },
    Case("token of another issuer", .foreign, "is from the issuer `https://evil.example`") {
      $0.claims["iss"] = "https://evil.example"
    },
    Case("token for another audience", .audience, "for the audience `other`, not for `sigstore`") {
      $0.claims["aud"] = "other"
    },
    Case("token for two audiences", .audience, "`sigstore`, `other`") {
      $0.claims["aud"] = ["sigstore", "other"]
    },
    Case("token that has expired", .time, "has expired at 2020") {
      $0.claims["exp"] = 1_600_000_000
      $0.claims["iat"] = 1_599_999_000
    },
    Case("token from the future", .time, "from the future") {
      $0.claims["iat"] = 4_000_000_000
      $0.claims["exp"] = 4_000_000_300
    },
    Case("unknown client", .refused, "does not know this program") {
      $0.tokenAnswers = [.init(401, #"{"error":"invalid_client"}"#)]
    },
    Case("other issuer in its document", .foreign, "says that it is `https://x`", seesPage: false) {
      $0.discovery["issuer"] = "https://x"
    },
    Case("no browser", .notConfigured, "offers no login in a browser", seesPage: false) {
      $0.discovery["authorization_endpoint"] = .null
    },
  ])
  func refuses(_ lie: Case) async throws {
    let issuer = try LoginIssuer(lie.lies)
    let (result, seen, _) = try await Self.login(at: issuer)
    let error = #expect(throws: IdentityError.self) { try result.get() }
    #expect(error?.reason == lie.reason)
    #expect(error?.description.contains(lie.says) == true, "\(String(describing: error))")
    guard lie.seesPage else { return }
    #expect(seen.status == 400)
    #expect(seen.page.contains("The login did not work"))
    #expect(seen.page.contains("You can close this window"))
    #expect(!seen.page.contains("<b>"))
  }

  @Test(arguments: [
    ("no JSON", "does not describe an issuer"), ("[]", "does not describe an issuer"),
    (#"{"issuer":"x"}"#, "`token_endpoint` is missing"),
  ])
  func refusesDocument(_ body: String, _ says: String) async throws {
    let server = try AnsweringServer { _ in .init(200, body) }
    let error = try await Self.discoveryError(server.url)
    #expect(error?.description.contains(says) == true)
    #expect(error?.reason == .badAnswer)
  }

  @Test(arguments: [404, 500, 503, 429])
  func issuerThatIsNotThere(_ status: Int) async throws {
    let server = try AnsweringServer { _ in .init(status, "no", headers: ["Retry-After": "999"]) }
    let error = try await Self.discoveryError(server.url)
    #expect(error?.reason == (status == 429 ? .rateLimited : .status(status)))
  }

  @Test func issuerThatTellsTooMuch() async throws {
    let server = try AnsweringServer { _ in .init(200, String(repeating: " ", count: 300_000)) }
    #expect(try await Self.discoveryError(server.url)?.reason == .tooLarge)
  }

  @Test(arguments: ["http://192.0.2.1:9/token", "ftp://h/", "token"])
  func endpointThatIsNotSafe(_ endpoint: String) async throws {
    var lies = LoginIssuer.Lies()
    lies.discovery["token_endpoint"] = .string(endpoint)
    let issuer = try LoginIssuer(lies)
    let error = try await Self.discoveryError(issuer.url)
    #expect(error?.description.contains("no `https` URL") == true)
    #expect(!issuer.server.calls.isEmpty)
  }

  private static func discoveryError(_ url: String) async throws -> TransportError? {
    let transport = try transport()
    let client = IssuerClient(issuer: url, clientIdentifier: "sigstore", transport: transport)
    let error = await transportError { _ = try await client.discover() }
    await transport.shutdown()
    return error
  }

  @Test func nobodyLogsIn() async throws {
    let (result, _, _) = try await Self.login(
      at: try LoginIssuer(), timeout: .milliseconds(50), browse: { _ in Seen() })
    let error = #expect(throws: IdentityError.self) { try result.get() }
    #expect(error?.reason == .unreachable)
    #expect(error?.description.contains("nobody logged in within") == true)
  }

  @Test func isForTheClientOnly() async throws {
    let issuer = try LoginIssuer()
    let (result, _, _) = try await Self.login(at: issuer, audience: "pypi")
    let error = #expect(throws: IdentityError.self) { try result.get() }
    #expect(error?.reason == .audience)
    #expect(issuer.server.calls.isEmpty)
  }

  /// What other requests to the address get, and that they do not end the login.
  @Test func othersAtTheAddress() async throws {
    let issuer = try LoginIssuer()
    let strays = Mutex<[Int]>([])
    let (result, seen, _) = try await Self.login(at: issuer) { url in
      let fields = URLComponents(string: url)?.queryItems ?? []
      let address = fields.first { $0.name == "redirect_uri" }?.value ?? ""
      let base = address.replacingOccurrences(of: "/auth/callback", with: "")
      for path in ["/favicon.ico", "/", "/auth/callback", "/auth/callback/?code=x&state=y"] {
        let status = await Self.visit(base + path).status
        strays.withLock { $0.append(status) }
      }
      let other = base.replacingOccurrences(of: "127.0.0.1", with: "localhost")
      let status = await Self.visit(other + "/auth/callback?code=x&state=y").status
      strays.withLock { $0.append(status) }
      return await Self.visit(url)
    }
    #expect(throws: Never.self) { try result.get() }
    #expect(seen.status == 200)
    #expect(strays.withLock { $0 } == [404, 404, 404, 404, 404])
  }

  /// A second answer, while the first one is looked at, is nobody's.
  @Test func takesOneAnswerOnly() async throws {
    let address = Mutex("")
    let first = Mutex<Task<Seen, Never>?>(nil)
    let value = try await LoopbackListener.receive(within: .seconds(60)) { uri in
      address.withLock { $0 = uri }
      first.withLock { $0 = Task { await Self.visit(uri + "?first") } }
    } handle: { query in
      let other = await Self.visit(address.withLock { $0 } + "?second").status
      return LoopbackListener.Ending(
        page: .done(signer: "ada", issuer: "i"), result: .success("\(query) \(other)"))
    }
    #expect(value == "first 404")
    let seen = await first.withLock { $0 }?.value
    #expect(seen?.status == 200)
    #expect(await Self.visit(address.withLock { $0 } + "?third").status == 0)
  }

  @Test func withACode() async throws {
    var lies = LoginIssuer.Lies()
    lies.tokenAnswers = [
      .init(400, #"{"error":"authorization_pending"}"#), .init(400, #"{"error":"slow_down"}"#),
      .init(503, "busy"), .init(400, #"{"error":"authorization_pending"}"#),
    ]
    let issuer = try LoginIssuer(lies)
    let (result, _, pauses) = try await Self.login(at: issuer, way: .device)
    #expect(try result.get().claims.email == "ada@example.org")
    #expect(pauses == [1, 1, 6, 12, 12])
  }

  @Test(arguments: [
    Case("denied", .refused, "the login was refused") {
      $0.tokenAnswers = [.init(403, #"{"error":"access_denied"}"#)]
    },
    Case("expired", .refused, "nobody entered the code in time") {
      $0.tokenAnswers = [.init(400, #"{"error":"expired_token"}"#)]
    },
    Case("expired here", .refused, "nobody entered the code in time") {
      $0.tokenAnswers = (0..<20).map { _ in .init(400, #"{"error":"authorization_pending"}"#) }
      $0.device["expires_in"] = 10
    },
    Case("no such grant", .refused, "the login did not work") {
      $0.tokenAnswers = [.init(400, #"{"error":"unsupported_grant_type"}"#)]
    },
    Case("token of another issuer", .foreign, "is from the issuer") { $0.claims["iss"] = "x" },
    Case("no device", .notConfigured, "offers no login with a code") {
      $0.discovery["device_authorization_endpoint"] = .null
    },
  ])
  func refusesDevice(_ lie: Case) async throws {
    let (result, _, _) = try await Self.login(at: try LoginIssuer(lie.lies), way: .device)
    let error = #expect(throws: IdentityError.self) { try result.get() }
    #expect(error?.reason == lie.reason)
    #expect(error?.description.contains(lie.says) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    ("verification_uri", JSONValue.string("http://evil.example/")),
    ("verification_uri_complete", "javascript:1"), ("device_code", ""), ("user_code", "a\u{1b}[2J"),
    ("expires_in", 0), ("interval", -1), ("interval", 9999),
  ])
  func refusesCodes(_ name: String, _ value: JSONValue) async throws {
    var lies = LoginIssuer.Lies()
    lies.device[name] = value
    let (result, _, _) = try await Self.login(at: try LoginIssuer(lies), way: .device)
    let error = #expect(throws: TransportError.self) { try result.get() }
    #expect(error?.reason == .badAnswer)
  }

  @Test func choosesABrowserWhereNoCodeIsOffered() async throws {
    var lies = LoginIssuer.Lies()
    lies.discovery["device_authorization_endpoint"] = .null
    let (result, seen, _) = try await Self.login(at: try LoginIssuer(lies), way: .deviceOrBrowser)
    #expect(throws: Never.self) { try result.get() }
    #expect(seen.status == 200)
  }

  @Test(arguments: ["echo", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln"])
  func whatRepeatsASecretIsNotShown(_ kind: String) async throws {
    let secret = Mutex("")
    let server = Mutex<AnsweringServer?>(nil)
    let issuer = try AnsweringServer { call in
      let url = server.withLock { $0?.url ?? "" }
      switch call.path {
      case "/.well-known/openid-configuration":
        return .init(
          200,
          #"{"issuer":"\#(url)","authorization_endpoint":"\#(url)/a","token_endpoint":"\#(url)/t"}"#
        )
      case "/a":
        let fields = call.fields
        return .init(
          302, "",
          headers: [
            "Location": "\(fields["redirect_uri"] ?? "")?code=CODE&state=\(fields["state"] ?? "")"
          ])
      default:
        let verifier = call.fields["code_verifier"] ?? ""
        secret.withLock { $0 = verifier }
        let words = kind == "echo" ? "CODE \(verifier)" : kind
        return .init(400, #"{"error":"invalid_grant","error_description":"\#(words)"}"#)
      }
    }
    server.withLock { $0 = issuer }
    let transport = try Self.transport()
    let browser = Mutex<Task<Seen, Never>?>(nil)
    let login = PersonLogin(
      at: IssuerClient(issuer: issuer.url, clientIdentifier: "sigstore", transport: transport),
      way: .browser, now: { Self.now }
    ) { prompt in
      if case .browser(let url) = prompt {
        browser.withLock { $0 = Task { await Self.visit(url) } }
      }
    }
    let error = await #expect(throws: IdentityError.self) {
      _ = try await login.token(audience: "sigstore")
    }
    await transport.shutdown()
    let page = await browser.withLock { $0 }?.value.page ?? ""
    let all = "\(String(reflecting: error)) \(page)"
    #expect(!all.contains(secret.withLock { $0 }))
    #expect(!all.contains("CODE"))
    #expect(!all.contains("eyJ"))
  }
}
