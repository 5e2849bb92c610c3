// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The claims of an OIDC identity token that was verified (OpenID Connect Core §2, RFC 7519 §4.1).
///
/// Only a token verifier makes these; an unverified token is a plain string.
package struct IdentityClaims: Hashable, Sendable {
  /// `iss`: the issuer's URL.
  package let issuer: String
  /// `sub`: whom the token is about.
  package let subject: String
  /// `aud`: the one audience that it was made for.
  package let audience: String
  /// `jti`: the token's own identifier, unique for the issuer.
  package let tokenIdentifier: String
  /// `iat`.
  package let issuedAt: Timestamp
  /// `exp`.
  package let expiresAt: Timestamp
  /// `project`: the normalised project name (own issuer only).
  package let project: String?
  /// `sha`: the source commit, as the caller of the issuer asserted it.
  package let sourceCommit: String?
  /// `ref`: the source ref, as the caller of the issuer asserted it.
  package let sourceRef: String?

  /// Collects verified claims.
  package init(
    issuer: String, subject: String, audience: String, tokenIdentifier: String,
    issuedAt: Timestamp, expiresAt: Timestamp, project: String? = nil,
    sourceCommit: String? = nil, sourceRef: String? = nil
  ) {
    self.issuer = issuer
    self.subject = subject
    self.audience = audience
    self.tokenIdentifier = tokenIdentifier
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.project = project
    self.sourceCommit = sourceCommit
    self.sourceRef = sourceRef
  }
}

/// Why an identity token was refused; the sentence never contains the token.
package struct IdentityTokenError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the token, for a log or the token's own holder.
  package let reason: String

  /// Makes a refusal with its reason.
  package init(_ reason: String) {
    self.reason = reason
  }

  /// The reason.
  package var description: String { reason }
}

/// Something that can check identity tokens, such as an issuer's key set.
package protocol IdentityTokenVerifier: Sendable {
  /// Checks signature (RS256 only), issuer, the single audience, and the times of a token.
  ///
  /// - Throws: ``IdentityTokenError``.
  func verify(_ token: String, audience: String, at now: Timestamp) async throws -> IdentityClaims
}
