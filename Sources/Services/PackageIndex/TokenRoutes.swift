// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import Logging
import TrustedPublishing

/// The token exchange of Trusted Publishing, in the shape of PyPI's API.
///
/// - `GET /_/oidc/audience`: what an identity token must be made for.
/// - `POST /_/oidc/mint-token` `{"token": "<JWT>"}`: exchanges an identity token for an upload token
///   of 15 minutes. Each identity token can be exchanged once.
/// - `POST /_/oidc/burn-token` `{"token": "<upload token>"}`: 204, whatever the token was.
extension IndexService {
  func addTokenRoutes(to table: RouteTable) {
    table.get("/_/oidc/audience") { _, _ in
      .json(["audience": .string(configuration.audience)], headers: [.cacheControl: "no-store"])
    }
    table.post("/_/oidc/mint-token") { request, context in
      do {
        return try await mint(request)
      } catch let refusal as MintRefusal {
        context.logger.info("token request refused: \(refusal.reason ?? refusal.description)")
        return refusal.response
      }
    }
    table.post("/_/oidc/burn-token") { request, _ in
      // Whether the token was any good is nobody's business.
      if let text = try? await Self.tokenField(of: request), let token = UploadToken(text) {
        try await database.burn(token)
      }
      return Response(status: .noContent)
    }
  }

  private func mint(_ request: Request) async throws -> Response {
    let text = try await Self.tokenField(of: request)
    guard let issuer = Self.unverifiedIssuer(of: text) else {
      throw MintRefusal(.invalidPayload, "malformed JWT")
    }
    let isKnown = try await database.knows(issuer: issuer)
    guard isKnown || issuer.utf8.elementsEqual(baseURL.utf8) else {
      throw MintRefusal(.invalidPayload, "unknown trusted publishing issuer")
    }
    let now = now()
    let claims: IdentityClaims
    do {
      claims = try await tokenVerifier.verify(text, audience: configuration.audience, at: now)
    } catch let error as IdentityTokenError {
      // One text for all reasons: the log has the reason, a guesser does not need it.
      throw MintRefusal(.invalidToken, "malformed or invalid token", reason: error.reason)
    }
    let token = UploadToken()
    let expiresAt = now.adding(seconds: UploadToken.lifetime)
    do {
      try await database.mint(token, for: claims, expiresAt: expiresAt, at: now)
    } catch IndexDatabase.MintRefusal.noPublisher {
      throw MintRefusal(
        .invalidPublisher,
        "valid token, but no corresponding publisher (Publisher with matching claims was not found)",
        reason: "no publisher for \(claims.subject)")
    } catch IndexDatabase.MintRefusal.usedAlready {
      throw MintRefusal(.invalidReuseToken, "invalid token: already used")
    }
    return .json(
      [
        "success": true, "token": .string(token.text), "expires": .integer(expiresAt.seconds),
      ], headers: [.cacheControl: "no-store"])
  }

  private static func tokenField(of request: Request) async throws -> String {
    do {
      let body = try await request.body.collect(upTo: 64 << 10)
      let root = try JSONNode(
        parsing: Array(body.readableBytesView), limits: JSONLimits(size: 64 << 10, depth: 8))
      return try root.required("token").string()
    } catch let error as DocumentError {
      throw MintRefusal(.invalidPayload, "\(error)")
    } catch {
      throw MintRefusal(.invalidPayload, "the request is too large or ended early")
    }
  }

  // Read before the signature is checked, and used for nothing but the choice of an error.
  private static func unverifiedIssuer(of token: String) -> String? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let payload = try? Base64.decodeURL(parts[1]),
      let claims = try? JSONNode(parsing: payload),
      let issuer = try? claims.required("iss").string()
    else { return nil }
    return issuer
  }
}

/// Why an identity token was not exchanged: status 422 and PyPI's error document.
private struct MintRefusal: Error, CustomStringConvertible {
  enum Code: String {
    case invalidPayload = "invalid-payload"
    case invalidToken = "invalid-token"
    case invalidPublisher = "invalid-publisher"
    case invalidReuseToken = "invalid-reuse-token"
  }

  let code: Code
  let description: String
  // For the log only.
  let reason: String?

  init(_ code: Code, _ description: String, reason: String? = nil) {
    self.code = code
    self.description = description
    self.reason = reason
  }

  var response: Response {
    .json(
      [
        "message": "Token request failed",
        "errors": [["code": .string(code.rawValue), "description": .string(description)]],
      ], status: .unprocessableContent, headers: [.cacheControl: "no-store"])
  }
}
