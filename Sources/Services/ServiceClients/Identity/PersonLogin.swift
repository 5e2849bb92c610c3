// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Identity

/// What a person is told while a login goes on.
package enum LoginPrompt: Hashable, Sendable {
  /// A page to open in a browser on this machine.
  case browser(url: String)
  /// A code to enter on any device, within so many seconds.
  case device(code: String, address: String, completeAddress: String?, seconds: Int64)
}

/// A person who logs in, in a browser on this machine or on another device.
///
/// The token comes from the issuer itself over TLS, which OpenID Connect Core §3.1.3.7 lets stand
/// for a check of its signature; issuer, audience, time and nonce are checked.
package struct PersonLogin: IdentityTokenSource {
  /// The way to log in.
  package enum Way: Hashable, Sendable {
    /// In a browser on this machine.
    case browser
    /// With a code on another device.
    case device
    /// With a code where the issuer offers that, else in a browser.
    case deviceOrBrowser
  }

  private let issuer: IssuerClient
  private let way: Way
  private let timeout: Duration
  private let now: @Sendable () -> Timestamp
  private let pause: @Sendable (Int64) async throws -> Void
  private let show: @Sendable (LoginPrompt) async -> Void

  /// Prepares a login; nothing happens until a token is asked for.
  ///
  /// - Parameters:
  ///   - issuer: where the person logs in.
  ///   - way: how.
  ///   - timeout: how long a browser may take.
  ///   - now: the machine's clock.
  ///   - pause: waits for some seconds.
  ///   - show: tells the person what to do.
  package init(
    at issuer: IssuerClient, way: Way, timeout: Duration = .seconds(300),
    now: @escaping @Sendable () -> Timestamp,
    pause: @escaping @Sendable (Int64) async throws -> Void = {
      try await Task.sleep(for: .seconds($0))
    },
    show: @escaping @Sendable (LoginPrompt) async -> Void
  ) {
    self.issuer = issuer
    self.way = way
    self.timeout = timeout
    self.now = now
    self.pause = pause
    self.show = show
  }

  /// Lets the person log in.
  ///
  /// - Throws: ``IdentityError``, ``TransportError``, `CancellationError`.
  package func token(audience: String) async throws -> IdentityToken {
    guard audience.utf8.elementsEqual(issuer.clientIdentifier.utf8) else {
      throw IdentityError(
        .audience,
        "a login gives tokens for the audience `\(issuer.clientIdentifier)` only, not for "
          + "`\(audience)`",
        help: ["publish from a CI system that the index trusts, or name another --oidc-client-id"])
    }
    let document = try await issuer.discover()
    if way != .browser, let endpoint = document.deviceAuthorizationEndpoint {
      return try await device(document, at: endpoint)
    }
    guard way != .device else {
      throw IdentityError(
        .notConfigured, "the issuer `\(issuer.issuer)` offers no login with a code",
        help: ["use --login browser"])
    }
    guard let endpoint = document.authorizationEndpoint else {
      throw IdentityError(
        .notConfigured, "the issuer `\(issuer.issuer)` offers no login in a browser",
        help: ["use --login device"])
    }
    return try await browser(document, at: endpoint)
  }

  private func browser(
    _ document: DiscoveryDocument, at endpoint: String
  ) async throws -> IdentityToken {
    let pending = PendingRequest()
    return try await LoopbackListener.receive(within: timeout) { address in
      var random = SystemRandomNumberGenerator()
      let request = AuthorizationRequest(
        to: document, clientIdentifier: issuer.clientIdentifier, redirectURI: address,
        using: &random)
      await pending.set(request)
      await show(.browser(url: request.url(at: endpoint)))
    } handle: { query in
      do {
        // Nobody knows the address before the request is there.
        guard let request = await pending.request else { throw CancellationError() }
        let code = try request.code(from: query)
        let token = try await issuer.token(
          document, fields: request.exchange(code: code),
          secrets: [code, request.proofKey.unsafelyRevealedVerifier])
        try check(token, nonce: request.nonce)
        return LoopbackListener.Ending(
          page: .done(signer: token.claims.signer, issuer: issuer.issuer), result: .success(token))
      } catch {
        let notes = (error as? IdentityError)?.notes ?? []
        return LoopbackListener.Ending(
          page: .failed("\(error)", notes: notes), result: .failure(error))
      }
    }
  }

  private actor PendingRequest {
    private(set) var request: AuthorizationRequest?

    func set(_ request: AuthorizationRequest) { self.request = request }
  }

  private func device(
    _ document: DiscoveryDocument, at endpoint: String
  ) async throws -> IdentityToken {
    var random = SystemRandomNumberGenerator()
    let proofKey = ProofKey(using: &random)
    let authorization = try await issuer.authorizeDevice(at: endpoint, proofKey: proofKey)
    let start = ContinuousClock.now
    await show(
      .device(
        code: authorization.userCode, address: authorization.verificationURI,
        completeAddress: authorization.completeURI, seconds: authorization.lifetime))
    let fields = authorization.question(
      clientIdentifier: issuer.clientIdentifier, proofKey: proofKey)
    let secrets = [
      authorization.unsafelyRevealedDeviceCode, proofKey.unsafelyRevealedVerifier,
    ]
    var polling = DevicePolling(authorization)
    var waited: Int64 = 0
    while true {
      let elapsed = max(start.duration(to: .now).components.seconds, waited)
      let seconds = try polling.pause(elapsed: elapsed, issuer: issuer.issuer)
      try await pause(seconds)
      waited += seconds
      do {
        switch try await issuer.ask(document, fields: fields, secrets: secrets) {
        case .token(let token):
          try check(token, nonce: nil)
          return token
        case .refusal(let refusal): try polling.heard(refusal, issuer: issuer.issuer)
        }
      } catch let error as TransportError where error.isTemporary {
        polling.missed()
      }
    }
  }

  private func check(_ token: IdentityToken, nonce: String?) throws(IdentityError) {
    try token.check(
      TokenExpectation(
        audience: issuer.clientIdentifier, issuer: issuer.issuer, nonce: nonce), at: now())
  }
}
