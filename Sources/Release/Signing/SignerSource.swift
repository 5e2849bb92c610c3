// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Identity
import Sigstore

/// The one signer of a session, renewed before its certificate runs out.
actor SignerSource {
  private let services: SigningServices
  private let verifier: Verifier
  private let tokens: any IdentityTokenSource
  private let audience: String
  private let expected: SignerIdentity?
  private let randomness: any SigningRandomness
  private let now: @Sendable () -> Timestamp

  private var current: Signer?
  // Several items may notice at once that the certificate is too old; one asks, all wait.
  private var renewal: Task<Signer, any Error>?
  private var knownToken: String?

  /// Seconds before its end at which a certificate is not used any more: a log may take its time.
  static let margin: Int64 = 120

  init(
    services: SigningServices, verifier: Verifier, tokens: any IdentityTokenSource,
    audience: String, expected: SignerIdentity?, randomness: any SigningRandomness,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.services = services
    self.verifier = verifier
    self.tokens = tokens
    self.audience = audience
    self.expected = expected
    self.randomness = randomness
    self.now = now
  }

  /// The signer to use now.
  ///
  /// - Parameter old: a certificate that turned out to be too old.
  /// - Returns: the signer of the session, or a new one.
  /// - Throws: what the identity and the authority have to say.
  func signer(replacing old: SigningCertificate?) async throws -> Signer {
    if let current, current.certificate.der != old?.der, isUsable(current.certificate) {
      return current
    }
    if let renewal { return try await renewal.value }
    let task = Task { try await renewed() }
    renewal = task
    defer { renewal = nil }
    let signer = try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
    current = signer
    return signer
  }

  private func isUsable(_ certificate: SigningCertificate) -> Bool {
    let lifetime = certificate.notAfter.seconds - certificate.notBefore.seconds
    return now().adding(seconds: min(Self.margin, lifetime / 3)) < certificate.notAfter
  }

  private func renewed() async throws -> Signer {
    try await Signer(
      identityToken: try await token(), expected: expected, services: services,
      verifier: verifier, randomness: randomness, now: now)
  }

  /// A token; the one that was used before, as long as it has half a minute left.
  func token() async throws -> String {
    if let knownToken, let end = (try? TokenIdentity(token: knownToken))?.expiresAt,
      now().adding(seconds: 30) < end
    {
      return knownToken
    }
    let token = try await tokens.token(audience: audience).unsafelyRevealedText
    knownToken = token
    return token
  }
}
