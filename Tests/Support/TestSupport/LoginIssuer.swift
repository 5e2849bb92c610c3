// SPDX-License-Identifier: Apache-2.0

package import Encodings
import Foundation

/// Makes identity tokens that nobody signed, which is all that a client looks at.
package enum PlainToken {
  /// A token with these claims over some that are good for five minutes.
  package static func text(_ claims: [String: JSONValue] = [:]) -> String {
    let now = Int64(Date().timeIntervalSince1970)
    var all: [String: JSONValue] = [
      "iss": "https://issuer.example", "sub": "me", "aud": "sigstore", "iat": .integer(now),
      "exp": .integer(now + 300),
    ]
    all.merge(claims) { $1 }
    return text(payload: JSONValue.object(all.map { ($0.key, $0.value) }).compactText)
  }

  /// A token with this payload.
  package static func text(payload: String, header: String = #"{"alg":"RS256"}"#) -> String {
    [header, payload, "not a signature"].map { Base64.encodeURL(Array($0.utf8)) }
      .joined(separator: ".")
  }
}

/// An OpenID Connect issuer on this machine, at which the one person says yes to everything: the
/// code flow with its proof key checked, and the device flow.
package final class LoginIssuer: Sendable {
  /// What is wrong with it.
  package struct Lies: Sendable {
    /// Members of the discovery document that are other, or `null` for none.
    package var discovery: [String: JSONValue] = [:]
    /// Claims of the token that are other.
    package var claims: [String: JSONValue] = [:]
    /// Fields of the redirect that are other.
    package var redirect: [String: String] = [:]
    /// What the token endpoint answers, in order, before it does what it should.
    package var tokenAnswers: [AnsweringServer.Answer] = []
    /// Members of the answer with the device's codes that are other.
    package var device: [String: JSONValue] = [:]

    /// No lies.
    package init() {}
  }

  /// The server behind it.
  package let server: AnsweringServer
  /// The tokens that it gave out.
  package var tokens: [String] { state.tokens }
  /// The issuer's URL.
  package var url: String { server.url }

  private let state: State

  /// Starts an issuer.
  package init(_ lies: Lies = Lies()) throws {
    let state = State(lies)
    self.state = state
    server = try AnsweringServer { state.answer($0) }
    state.url = server.url
  }

  deinit { server.stop() }
}

/// What an issuer remembers, and how it answers.
private final class State: @unchecked Sendable {
  var url: String {
    get { lock.withLock { address } }
    set { lock.withLock { address = newValue } }
  }
  var tokens: [String] { lock.withLock { given } }

  private let lock = NSLock()
  private let lies: LoginIssuer.Lies
  private var address = ""
  private var given: [String] = []
  private var pending: [String: (challenge: String, redirectURI: String, nonce: String?)] = [:]
  private var questions = 0

  init(_ lies: LoginIssuer.Lies) {
    self.lies = lies
  }

  func answer(_ call: AnsweringServer.Call) -> AnsweringServer.Answer? {
    switch call.path {
    case "/.well-known/openid-configuration": return discovery()
    case "/authorize": return authorize(call.fields)
    case "/device/code": return device(call.fields)
    case "/token": return token(call.fields)
    default: return nil
    }
  }

  private func json(_ status: Int, _ members: [String: JSONValue]) -> AnsweringServer.Answer {
    let present = members.filter { $0.value != .null }
    return .init(status, JSONValue.object(present.map { ($0.key, $0.value) }).compactText)
  }

  private func discovery() -> AnsweringServer.Answer {
    let members: [String: JSONValue] = [
      "issuer": .string(url), "authorization_endpoint": .string("\(url)/authorize"),
      "token_endpoint": .string("\(url)/token"),
      "device_authorization_endpoint": .string("\(url)/device/code"),
      "code_challenge_methods_supported": ["S256", "plain"],
    ]
    return json(200, members.merging(lies.discovery) { $1 })
  }

  private func authorize(_ fields: [String: String]) -> AnsweringServer.Answer {
    guard let challenge = fields["code_challenge"], fields["code_challenge_method"] == "S256",
      let redirectURI = fields["redirect_uri"], let state = fields["state"],
      fields["response_type"] == "code", fields["client_id"] == "sigstore",
      fields["scope"] == "openid email"
    else { return json(400, ["error": "invalid_request"]) }
    let code = UUID().uuidString
    lock.withLock { pending[code] = (challenge, redirectURI, fields["nonce"]) }
    var components = URLComponents()
    components.queryItems = ["code": code, "state": state].merging(lies.redirect) { $1 }
      .filter { !$0.value.isEmpty }.map { URLQueryItem(name: $0.key, value: $0.value) }
    return .init(
      303, "", headers: ["Location": "\(redirectURI)?\(components.percentEncodedQuery ?? "")"])
  }

  private func device(_ fields: [String: String]) -> AnsweringServer.Answer {
    guard let challenge = fields["code_challenge"] else {
      return json(400, ["error": "invalid_request"])
    }
    let code = UUID().uuidString
    lock.withLock { pending[code] = (challenge, "", nil) }
    let members: [String: JSONValue] = [
      "device_code": .string(code), "user_code": "WDJB-MJHT",
      "verification_uri": .string("\(url)/device"), "expires_in": 600, "interval": 1,
    ]
    return json(200, members.merging(lies.device) { $1 })
  }

  private func token(_ fields: [String: String]) -> AnsweringServer.Answer {
    let isDevice = fields["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
    let lie: AnsweringServer.Answer? = lock.withLock {
      defer { questions += 1 }
      return questions < lies.tokenAnswers.count ? lies.tokenAnswers[questions] : nil
    }
    if let lie { return lie }
    let code = fields[isDevice ? "device_code" : "code"] ?? ""
    guard let login = lock.withLock({ pending.removeValue(forKey: code) }),
      isDevice || fields["redirect_uri"] == login.redirectURI
    else { return json(400, ["error": "invalid_grant", "error_description": "unknown code"]) }
    let digest = SHA256Hash(hashing: Array((fields["code_verifier"] ?? "").utf8))
    guard Base64.encodeURL(digest.bytes) == login.challenge else {
      return json(400, ["error": "invalid_grant", "error_description": "wrong verifier"])
    }
    var claims: [String: JSONValue] = [
      "iss": .string(url), "email": "ada@example.org", "email_verified": true,
    ]
    if let nonce = login.nonce { claims["nonce"] = .string(nonce) }
    let token = PlainToken.text(claims.merging(lies.claims) { $1 })
    lock.withLock { given.append(token) }
    return json(
      200, ["access_token": "x", "token_type": "Bearer", "id_token": .string(token)])
  }
}
