// SPDX-License-Identifier: Apache-2.0

package import Encodings
import JWTKit
package import TrustedPublishing

/// Checks the issuer's own tokens, for the certificate authority and the package index.
extension IdentityIssuer: IdentityTokenVerifier {
  /// Bytes that a token may have at most.
  private static let limit = 16 << 10
  /// Seconds that clocks may differ.
  private static let leeway: Int64 = 30

  /// Checks that a token is one of this issuer, for this audience and in force.
  ///
  /// The header must name RS256 and the issuer's key: neither the algorithm nor the key is ever
  /// taken from the token. Claims are only read once the signature holds.
  package func verify(
    _ token: String, audience: String, at now: Timestamp
  ) async throws -> IdentityClaims {
    let parts = try Self.parts(of: token)
    try checkHeader(try Self.object(parts[0], "header"))
    do {
      let _: UnreadClaims = try await keys.verify(token, as: UnreadClaims.self)
    } catch {
      throw IdentityTokenError("the identity token's signature is not valid")
    }
    let node = try Self.object(parts[1], "payload")
    do {
      return try check(node, audience: audience, at: now)
    } catch let error as DocumentError {
      throw IdentityTokenError("the identity token's claims are not acceptable: \(error)")
    }
  }

  private static func parts(of token: String) throws(IdentityTokenError) -> [String] {
    guard token.utf8.count <= limit else {
      throw IdentityTokenError("the identity token is larger than \(limit) bytes")
    }
    let parts = token.utf8.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw IdentityTokenError("the identity token is not a JWT") }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  private static func object(
    _ part: String, _ name: String
  ) throws(IdentityTokenError) -> JSONNode {
    do {
      let node = try JSONNode(
        parsing: try Base64.decodeURL(part), limits: JSONLimits(size: limit, depth: 8, values: 256))
      _ = try node.object()
      return node
    } catch {
      throw IdentityTokenError("the identity token's \(name) is not a JSON object in base64url")
    }
  }

  private func checkHeader(_ node: JSONNode) throws(IdentityTokenError) {
    do {
      guard try node.required("alg").string() == "RS256" else {
        throw node.error("the algorithm must be RS256")
      }
      guard try node.required("kid").string().utf8.elementsEqual(keyID.utf8) else {
        throw node.error("the key is not one of this issuer")
      }
      // RFC 7515 §4.1.11: an extension that is not understood must be refused.
      guard try node.object()["crit"] == nil else {
        throw node.error("critical extensions are not supported")
      }
      if let type = try node.optional("typ")?.string(), type.lowercased() != "jwt" {
        throw node.error("the type must be JWT")
      }
    } catch {
      throw IdentityTokenError("the identity token's header is not acceptable: \(error)")
    }
  }

  private func check(
    _ node: JSONNode, audience: String, at now: Timestamp
  ) throws -> IdentityClaims {
    let issuer = try node.required("iss").string()
    guard issuer.utf8.elementsEqual(url.utf8) else {
      throw IdentityTokenError("the identity token is of another issuer")
    }
    let audienceNode = try node.required("aud")
    guard case .string(let found) = audienceNode.value else {
      throw audienceNode.error("expected a single audience, a string")
    }
    guard found.utf8.elementsEqual(audience.utf8) else {
      throw IdentityTokenError(
        "the identity token is for the audience `\(found)`, not `\(audience)`")
    }
    let issuedAt = try node.required("iat").integer()
    let notBefore = try node.required("nbf").integer()
    let expiresAt = try node.required("exp").integer()
    guard now.seconds < expiresAt.addingLeeway(Self.leeway) else {
      throw IdentityTokenError("the identity token has expired")
    }
    guard now.seconds >= max(issuedAt, notBefore).addingLeeway(-Self.leeway) else {
      throw IdentityTokenError("the identity token is not valid yet")
    }
    let subject = try node.required("sub").string()
    let identifier = try node.required("jti").string()
    guard !subject.isEmpty, !identifier.isEmpty else {
      throw IdentityTokenError("the identity token has an empty subject or identifier")
    }
    return IdentityClaims(
      issuer: issuer, subject: subject, audience: found, tokenIdentifier: identifier,
      issuedAt: Timestamp(unixSeconds: issuedAt), expiresAt: Timestamp(unixSeconds: expiresAt),
      project: try node.optional("project")?.string(),
      sourceCommit: try node.optional("sha")?.string(),
      sourceRef: try node.optional("ref")?.string())
  }
}

extension Int64 {
  /// A sum that stops at the ends of the range: the times are a stranger's numbers.
  fileprivate func addingLeeway(_ seconds: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(seconds)
    return overflow ? (seconds < 0 ? .min : .max) : sum
  }
}
