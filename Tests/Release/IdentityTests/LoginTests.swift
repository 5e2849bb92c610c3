// SPDX-License-Identifier: Apache-2.0

import Encodings
import TestSupport
import Testing

@testable import Identity

@Suite("Parts of a login")
struct LoginTests {
  static func document(_ changes: [String: JSONValue] = [:]) -> [UInt8] {
    var all: [String: JSONValue] = [
      "issuer": "https://i", "authorization_endpoint": "https://i/a",
      "token_endpoint": "https://i/t",
    ]
    all.merge(changes) { $1 }
    return Array(JSONValue.object(all.map { ($0.key, $0.value) }).compactText.utf8)
  }

  static func request(
    namesIssuer: Bool = false
  ) throws -> AuthorizationRequest {
    let document = try DiscoveryDocument(
      parsing: document(["authorization_response_iss_parameter_supported": .boolean(namesIssuer)]),
      expecting: "https://i")
    var random = SystemRandomNumberGenerator()
    return AuthorizationRequest(
      to: document, clientIdentifier: "sigstore", redirectURI: "http://127.0.0.1:5/auth/callback",
      using: &random)
  }

  @Test func readsADocument() throws {
    let document = try DiscoveryDocument(
      parsing: Self.document([
        "device_authorization_endpoint": "https://i/d",
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["x"],
      ]), expecting: "https://i")
    #expect(document.authorizationEndpoint == "https://i/a")
    #expect(document.tokenEndpoint == "https://i/t")
    #expect(document.deviceAuthorizationEndpoint == "https://i/d")
    #expect(!document.namesIssuerInAnswers)
    for issuer in ["https://i/x", "https://i/x/"] {
      #expect(
        DiscoveryDocument.url(of: issuer) == "https://i/x/.well-known/openid-configuration")
    }
  }

  @Test(
    arguments: [
      ["token_endpoint": .null], ["token_endpoint": 5], ["token_endpoint": "a b"],
      ["token_endpoint": ""], ["authorization_endpoint": ["x"]], ["issuer": .null],
      ["token_endpoint": .string("https://i/" + String(repeating: "x", count: 2_048))],
      ["code_challenge_methods_supported": ["plain"]], ["code_challenge_methods_supported": []],
      ["code_challenge_methods_supported": "S256"], ["device_authorization_endpoint": "\n"],
      ["authorization_response_iss_parameter_supported": "yes"],
      ["x": .string(String(repeating: "x", count: 300_000))],
    ] as [[String: JSONValue]])
  func refusesADocument(_ changes: [String: JSONValue]) {
    let problem = #expect(throws: DiscoveryDocument.Problem.self) {
      try DiscoveryDocument(parsing: Self.document(changes), expecting: "https://i")
    }
    guard case .document? = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
  }

  @Test(arguments: ["https://i/", "https://I", "http://i", "https://i.evil"])
  func refusesADocumentOfAnother(_ issuer: String) {
    let problem = #expect(throws: DiscoveryDocument.Problem.self) {
      try DiscoveryDocument(parsing: Self.document(), expecting: issuer)
    }
    guard case .identity(let error)? = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
    #expect(error.reason == .foreign)
  }

  /// A generator that gives what it is told, to reproduce the example of RFC 7636, appendix B.
  struct Given: RandomNumberGenerator {
    var bytes: [UInt8]

    mutating func next() -> UInt64 { UInt64(bytes.removeFirst()) }
  }

  @Test func proofKeyOfTheSpecification() throws {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    var given = Given(bytes: try Base64.decodeURL(verifier))
    let key = ProofKey(using: &given)
    #expect(key.unsafelyRevealedVerifier == verifier)
    #expect(key.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains(verifier))
  }

  @Test func asks() throws {
    let request = try Self.request()
    #expect(request.state.utf8.count == 43)
    #expect(Set([request.state, request.nonce, request.proofKey.challenge]).count == 3)
    let start = "?response_type=code&client_id=sigstore&scope=openid%20email&redirect_uri="
    #expect(
      request.url(at: "https://i/a")
        == "https://i/a\(start)http%3A%2F%2F127.0.0.1%3A5%2Fauth%2Fcallback"
        + "&state=\(request.state)&nonce=\(request.nonce)"
        + "&code_challenge=\(request.proofKey.challenge)&code_challenge_method=S256")
    #expect(request.url(at: "https://i/a?x=1").hasPrefix("https://i/a?x=1&response_type=code&"))
    #expect(!request.url(at: "https://i/a").contains(request.proofKey.unsafelyRevealedVerifier))
  }

  @Test(arguments: [
    "code=a%2Fb&state=STATE", "state=STATE&code=a%2fb&unknown=%F0%9F%98%80&empty&x=",
    "code=a/b&state=STATE&iss=https%3A%2F%2Fi",
  ])
  func takesTheCode(_ query: String) throws {
    let request = try Self.request(namesIssuer: query.contains("iss="))
    let query = query.replacing("STATE", with: request.state)
    #expect(try request.code(from: query) == "a/b")
  }

  @Test(
    arguments: [
      ("", .foreign), ("code=a", .foreign), ("code=a&state=", .foreign),
      ("code=a&state=STATEx", .foreign), ("error=access_denied", .foreign),
      ("code=a&state=STATE&iss=https://j", .foreign), ("state=STATE", .malformed),
      ("code=&state=STATE", .malformed), ("code=a%20b&state=STATE", .malformed),
      ("code=a&code=b&state=STATE", .malformed), ("code=a&state=STATE&state=STATE", .malformed),
      ("code=%zz&state=STATE", .malformed), ("code=%&state=STATE", .malformed),
      ("code=%ff&state=STATE", .malformed), ("=x&state=STATE&code=a", .malformed),
      (String(repeating: "a=b&", count: 2_100), .malformed),
      ((0..<33).map { "a\($0)=b" }.joined(separator: "&") + "&code=a&state=STATE", .malformed),
      ("error=access_denied&state=STATE", .refused), ("error=x&code=a&state=STATE", .refused),
    ] as [(String, IdentityError.Reason)])
  func refusesAnAnswer(_ query: String, _ reason: IdentityError.Reason) throws {
    let request = try Self.request()
    let error = #expect(throws: IdentityError.self) {
      try request.code(from: query.replacing("STATE", with: request.state))
    }
    #expect(error?.reason == reason, "\(String(reflecting: error))")
  }

  static func device(_ changes: [String: JSONValue] = [:]) throws -> DeviceAuthorization {
    var all: [String: JSONValue] = [
      "device_code": "SECRET", "user_code": "AB-CD", "verification_uri": "https://i/d",
      "expires_in": 100,
    ]
    all.merge(changes) { $1 }
    return try DeviceAuthorization(
      parsing: Array(JSONValue.object(all.map { ($0.key, $0.value) }).compactText.utf8))
  }

  @Test func readsDeviceCodes() throws {
    let device = try Self.device()
    #expect(device.interval == 5)
    #expect(try Self.device(["interval": 0]).interval == 1)
    var dumped = ""
    dump(device, to: &dumped)
    #expect(!"\(device) \(String(reflecting: device)) \(dumped)".contains("SECRET"))
    #expect(dumped.contains("AB-CD"))
  }

  @Test func asksLessOftenWhenTold() throws {
    var polling = DevicePolling(try Self.device())
    #expect(try polling.pause(elapsed: 0, issuer: "i") == 5)
    try polling.heard(LoginRefusal(code: "authorization_pending", text: nil), issuer: "i")
    #expect(polling.interval == 5)
    try polling.heard(LoginRefusal(code: "slow_down", text: nil), issuer: "i")
    #expect(polling.interval == 10)
    polling.missed()
    #expect(polling.interval == 20)
    for _ in 0..<10 { polling.missed() }
    #expect(polling.interval == 60)
    #expect(throws: IdentityError.self) { try polling.pause(elapsed: 40, issuer: "i") }
    let error = #expect(throws: IdentityError.self) {
      try polling.heard(LoginRefusal(code: "unknown", text: "x\u{1b}[2Jy"), issuer: "i")
    }
    #expect(error?.notes == ["i says: unknown: x [2Jy"])
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"error":5}"#, #"{"error":""}"#, #"{"error":null}"#,
  ])
  func isNoRefusal(_ answer: String) {
    #expect(LoginRefusal(parsing: Array(answer.utf8)) == nil)
  }

  @Test func pageShowsNothingButText() {
    let page = LoginPage.failed("<script>alert('1')</script> & \"x\"\u{202e}\n")
    #expect(page.status == 400)
    let told = LoginPage.failed("it was refused", notes: ["the issuer says: no"])
    #expect(told.html.contains("<p>It was refused. The issuer says: no.</p>"))
    #expect(!page.html.contains("<script>"))
    #expect(!page.html.contains("\u{202e}"))
    #expect(
      page.html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"))
    let policy = page.headers.first { $0.name == "Content-Security-Policy" }?.value ?? ""
    let style = page.html.components("<style>", "</style>")
    let digest = SHA256Hash(hashing: Array(style.utf8)).base64
    #expect(policy.contains("default-src 'none'; style-src 'sha256-\(digest)'"))
    #expect(LoginPage.done(signer: "ada", issuer: "https://i").status == 200)
    #expect(LoginPage.nothing.status == 404)
  }
}

extension String {
  /// What stands between two texts.
  fileprivate func components(_ start: String, _ end: String) -> String {
    guard let first = utf8.firstRange(of: start.utf8),
      let last = utf8[first.upperBound...].firstRange(of: end.utf8)
    else { return "" }
    return String(self[first.upperBound..<last.lowerBound])
  }
}
