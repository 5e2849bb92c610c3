// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What a token must say before it is sent anywhere.
package struct TokenExpectation: Hashable, Sendable {
  /// The one audience for which it must be made.
  package var audience: String
  /// The issuer, where it is known.
  package var issuer: String?
  /// The value that ties it to a login (OpenID Connect Core §3.1.2.1).
  package var nonce: String?

  /// Expects an audience, and perhaps more.
  package init(audience: String, issuer: String? = nil, nonce: String? = nil) {
    self.audience = audience
    self.issuer = issuer
    self.nonce = nonce
  }
}

extension IdentityToken {
  /// How far the clocks of an issuer and of this machine may be apart, in seconds.
  package static let clockTolerance: Int64 = 60

  /// Checks that a token is from whom, for whom and for when it should be.
  ///
  /// - Parameters:
  ///   - expectation: what it must say.
  ///   - now: the time of this machine's clock.
  /// - Throws: ``IdentityError`` of reason `foreign`, `audience` or `time`.
  package func check(
    _ expectation: TokenExpectation, at now: Timestamp
  ) throws(IdentityError) {
    if let issuer = expectation.issuer, !claims.issuer.utf8.elementsEqual(issuer.utf8) {
      throw IdentityError(
        .foreign, "the identity token is from the issuer `\(claims.issuer)`, not `\(issuer)`",
        help: ["name the issuer that you mean by --oidc-issuer, or use its token"])
    }
    if let nonce = expectation.nonce {
      guard let found = claims.string("nonce"), found.utf8.elementsEqual(nonce.utf8) else {
        throw IdentityError(
          .foreign, "the identity token does not answer this login: its nonce is another",
          notes: ["issuer \(claims.issuer)"], help: ["log in again"])
      }
    }
    // More audiences than the one would let each of them use the token at the others.
    guard claims.audiences.count == 1,
      claims.audiences[0].utf8.elementsEqual(expectation.audience.utf8)
    else {
      let found = claims.audiences.map { "`\($0)`" }.joined(separator: ", ")
      throw IdentityError(
        .audience,
        "the identity token is for the audience \(found), not for `\(expectation.audience)` alone",
        notes: ["a service accepts only tokens that were made for it"],
        help: ["get a token whose audience is `\(expectation.audience)`"])
    }
    try checkTime(at: now)
  }

  private func checkTime(at now: Timestamp) throws(IdentityError) {
    let start = max(claims.issuedAt ?? now, claims.notBefore ?? now)
    if start > now.adding(seconds: Self.clockTolerance) {
      throw IdentityError(
        .time, "the identity token is from the future: it begins at \(start)",
        notes: ["this machine's clock says \(now.wholeSeconds)"],
        help: ["check this machine's clock and its time zone (`date -u`)"])
    }
    guard claims.expiresAt > now else {
      throw IdentityError(
        .time, "the identity token has expired at \(claims.expiresAt)",
        notes: ["this machine's clock says \(now.wholeSeconds)"],
        help: ["get a new token; if it is new, check this machine's clock (`date -u`)"])
    }
  }
}
