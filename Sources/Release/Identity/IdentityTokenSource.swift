// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Where a client gets an identity token for an audience, such as a CI system's ambient endpoint.
package protocol IdentityTokenSource: Sendable {
  /// Asks for a token for one audience.
  ///
  /// - Throws: ``IdentityError``, or what a transport throws, when the source cannot be reached or
  ///   refuses.
  func token(audience: String) async throws -> IdentityToken

  /// Asks for a token that was not given out before, for services that take each only once.
  ///
  /// - Throws: as ``token(audience:)``.
  func freshToken(audience: String) async throws -> IdentityToken
}

extension IdentityTokenSource {
  /// What a source that keeps nothing gives anyway.
  package func freshToken(audience: String) async throws -> IdentityToken {
    try await token(audience: audience)
  }
}

/// Checks what another source gives, and keeps it by audience until shortly before it expires.
///
/// Several askers for one audience wait for one request: a person is not asked to log in twice.
package actor CheckedTokenSource: IdentityTokenSource {
  private let source: any IdentityTokenSource
  private let issuer: String?
  private let now: @Sendable () -> Timestamp
  private var kept: [String: IdentityToken] = [:]
  private var running: [String: Task<IdentityToken, any Error>] = [:]

  /// Wraps a source.
  ///
  /// - Parameters:
  ///   - source: where tokens come from.
  ///   - issuer: from whom they must be, where that is known.
  ///   - now: the machine's clock.
  package init(
    _ source: any IdentityTokenSource, issuer: String? = nil,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.source = source
    self.issuer = issuer
    self.now = now
  }

  /// A token that is for this audience only and good now.
  ///
  /// - Throws: ``IdentityError``, or what the source throws.
  package func token(audience: String) async throws -> IdentityToken {
    guard VisibleASCII.holds(audience), audience.utf8.count <= 255 else {
      throw IdentityError(
        .audience, "an audience must be of 1 to 255 visible ASCII characters")
    }
    if let token = kept[audience], isFresh(token) { return token }
    if let task = running[audience] { return try await task.value }
    let expectation = TokenExpectation(audience: audience, issuer: issuer)
    let task = Task { [source, now] in
      let token = try await source.token(audience: audience)
      try token.check(expectation, at: now())
      return token
    }
    running[audience] = task
    defer { running[audience] = nil }
    let token = try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
    kept[audience] = token
    return token
  }

  /// A token that is not one of those that were given out, as far as the source has others.
  package func freshToken(audience: String) async throws -> IdentityToken {
    kept[audience] = nil
    return try await token(audience: audience)
  }

  /// Whether a kept token still has half a minute, or the last quarter of a short life, left.
  private func isFresh(_ token: IdentityToken) -> Bool {
    let end = token.claims.expiresAt
    let life = end.seconds - (token.claims.issuedAt ?? end).seconds
    let margin = life > 0 ? min(30, life / 4) : 30
    return now().adding(seconds: margin) < end
  }
}
