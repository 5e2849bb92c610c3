// SPDX-License-Identifier: Apache-2.0

import JWTKit

/// The claims of the tokens that the issuer makes (RFC 7519 §4.1, OpenID Connect Core §2).
struct IdentityToken: JWTPayload, Hashable {
  /// Seconds that a token counts.
  static let lifetime: Int64 = 600

  let iss: String
  let sub: String
  /// One audience; a list would let one token work in several places.
  let aud: String
  let iat: Int64
  let nbf: Int64
  let exp: Int64
  let jti: String
  let project: String
  let sha: String?
  let ref: String?

  // The times are checked against the server's clock, not the system's.
  func verify(using algorithm: some JWTAlgorithm) {}
}

/// Stands for any JSON object while only the signature of a token is checked.
struct UnreadClaims: JWTPayload {
  func verify(using algorithm: some JWTAlgorithm) {}
}
