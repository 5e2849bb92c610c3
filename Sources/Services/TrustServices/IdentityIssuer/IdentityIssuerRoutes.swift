// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import PythonPackaging

/// The issuer's HTTP side: discovery (OpenID Connect Discovery §4), key set (RFC 7517 §5), and a
/// token endpoint of the shape that CI systems offer to their jobs.
extension IdentityIssuer {
  /// Seconds that clients may keep discovery and keys.
  private static let cacheControl = "max-age=300"

  func addReadRoutes(to routes: ServiceRoutes) {
    let discovery = self.discovery
    let keySet = self.keySet
    routes.add(
      "/.well-known/openid-configuration",
      get: { _, _ in .json(discovery, headers: [.cacheControl: Self.cacheControl]) })
    routes.add(
      "/.well-known/jwks.json",
      get: { _, _ in .json(keySet, headers: [.cacheControl: Self.cacheControl]) })
  }

  func addTokenRoute(to routes: ServiceRoutes) {
    routes.add("/identity/token", get: { request, _ in try await answer(request) })
  }

  private var discovery: JSONValue {
    [
      "issuer": .string(url),
      "jwks_uri": .string("\(url)/.well-known/jwks.json"),
      "response_types_supported": ["id_token"],
      "subject_types_supported": ["public"],
      "id_token_signing_alg_values_supported": ["RS256"],
      "claims_supported": [
        "iss", "sub", "aud", "iat", "nbf", "exp", "jti", "project", "sha", "ref",
      ],
    ]
  }

  /// `GET /identity/token?audience=AUD&project=NAME[&sha=HEX][&ref=REF]` → `{"value":"<token>"}`.
  private func answer(_ request: Request) async throws -> Response {
    guard let credentials = request.bearerToken, requestToken.matches(credentials) else {
      throw ServiceRefusal(
        401, "the request token is missing or wrong", headers: [.wwwAuthenticate: "Bearer"])
    }
    guard let audience = try request.query("audience") else {
      throw ServiceRefusal.invalid("the parameter `audience` is missing")
    }
    guard Self.isPlain(audience) else {
      throw ServiceRefusal.invalid("the parameter `audience` must be 1 to 255 visible characters")
    }
    guard let name = try request.query("project"), let project = try? ProjectName(name) else {
      throw ServiceRefusal.invalid("the parameter `project` must be the name of a Python project")
    }
    let commit = try request.query("sha")
    if let commit, !Self.isCommit(commit) {
      throw ServiceRefusal.invalid(
        "the parameter `sha` must be 40 or 64 lower-case hexadecimal digits")
    }
    let ref = try request.query("ref")
    if let ref, !Self.isPlain(ref) {
      throw ServiceRefusal.invalid("the parameter `ref` must be 1 to 255 visible characters")
    }
    let token = try await token(
      audience: audience, project: project, sourceCommit: commit, sourceRef: ref)
    return .json(["value": .string(token)], headers: [.cacheControl: "no-store"])
  }

  private static func isPlain(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
  }

  private static func isCommit(_ text: String) -> Bool {
    guard text.utf8.count == 40 || text.utf8.count == 64 else { return false }
    return (try? Hexadecimal.decode(text)) != nil
  }
}
