// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Hummingbird
import TrustedPublishing
import X509

/// The authority's HTTP side, the JSON form of Fulcio's API v2.
extension CertificateAuthority {
  /// Bytes of a request.
  private static let requestLimit = 64 << 10

  func addReadRoutes(to routes: ServiceRoutes, issuer: String) {
    routes.add(
      "/api/v2/trustBundle",
      get: { _, _ in
        let chain = try [certificates.intermediate, certificates.root].map { try Self.pem($0) }
        return .json(["chains": [["certificates": .array(chain)]]])
      })
    routes.add(
      "/api/v2/configuration",
      get: { _, _ in
        .json([
          "issuers": [
            [
              "issuerUrl": .string(issuer), "audience": .string(Self.audience),
              "challengeClaim": "sub", "spiffeTrustDomain": "", "issuerType": "uri",
              "subjectDomain": .string(issuer),
            ]
          ]
        ])
      })
  }

  func addIssueRoute(to routes: ServiceRoutes) {
    routes.add("/api/v2/signingCert", post: { request, _ in try await answer(request) })
  }

  /// Fulcio answers what is wrong with a request with 400 and the gRPC code 3, invalid argument.
  private func answer(_ request: Request) async throws -> Response {
    let bytes = try await request.bytes(limit: Self.requestLimit)
    let parsed: CertificateRequest
    do {
      parsed = try CertificateRequest(parsing: bytes)
    } catch {
      throw ServiceRefusal(400, code: 3, "the request is not acceptable: \(error)")
    }
    guard let token = parsed.token ?? request.bearerToken else {
      throw ServiceRefusal(400, code: 3, "the request has no identity token")
    }
    let claims: IdentityClaims
    do {
      claims = try await tokenVerifier.verify(token, audience: Self.audience, at: now())
    } catch let error as IdentityTokenError {
      throw ServiceRefusal(
        400, code: 3, "there was an error processing the identity token: \(error.reason)")
    }
    let key = try parsed.provedKey(subject: claims.subject)
    let chain = try await issue(for: key, claims: claims).map { try Self.pem($0) }
    return .json(
      ["signedCertificateEmbeddedSct": ["chain": ["certificates": .array(chain)]]],
      headers: [.cacheControl: "no-store"])
  }

  private static func pem(_ certificate: Certificate) throws -> JSONValue {
    .string(PEM.encode(try certificate.der, label: "CERTIFICATE"))
  }
}
