// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Certificates
package import Encodings
package import Identity
package import Sigstore

/// Signs many items with one certificate, several at a time.
///
/// A certificate counts for minutes: it is renewed before it runs out, with a new key. What is signed
/// is handed out as soon as it is verified, so that a run that is interrupted has lost at most what
/// was under way; the next run is given what is there and signs the rest. When an item fails, no
/// further one is begun, those under way are finished, and then the failure is thrown.
///
/// How often a request is tried again is for the services' clients to decide; there is no hidden
/// second try here but for a signature that was dated after its certificate had run out, which is
/// made once more with a new one.
package struct SigningSession: Sendable {
  /// Items that are under way at one time.
  package static let parallel = 4

  private let source: SignerSource
  private let expected: SignerIdentity?
  private let verifier: Verifier
  private let now: @Sendable () -> Timestamp

  /// Prepares a session; nothing is asked for yet.
  ///
  /// - Parameters:
  ///   - services: the instance's services.
  ///   - trustedRoot: the instance's trusted root.
  ///   - tokens: where identity tokens come from; asked again when a token has expired.
  ///   - audience: the audience of the certificate authority.
  ///   - expected: whom certificates must name; `nil` means the token's holder.
  ///   - randomness: gives keys and nonces.
  ///   - now: the present.
  package init(
    services: SigningServices, trustedRoot: TrustedRoot, tokens: any IdentityTokenSource,
    audience: String = "sigstore", expected: SignerIdentity? = nil,
    randomness: any SigningRandomness, now: @escaping @Sendable () -> Timestamp
  ) {
    let verifier = Verifier(trusting: trustedRoot)
    source = SignerSource(
      services: services, verifier: verifier, tokens: tokens, audience: audience,
      expected: expected, randomness: randomness, now: now)
    self.expected = expected
    self.verifier = verifier
    self.now = now
  }

  /// Who the token says to sign for, with its claims.
  ///
  /// - Throws: what the token's source throws; `DocumentError` when the token cannot be read.
  package func tokenIdentity() async throws -> TokenIdentity {
    try TokenIdentity(token: try await source.token())
  }

  /// The certificate to sign with, for statements that name the signer; asks for it if need be.
  ///
  /// - Throws: `SigningError`, and what the clients throw.
  package func certificate() async throws -> SigningCertificate {
    try await source.signer(replacing: nil).certificate
  }

  /// Signs items.
  ///
  /// - Parameters:
  ///   - items: what to sign.
  ///   - progress: told of each item once it is done; when it throws, nothing further is done.
  /// - Returns: the items with their bundles, in the order given.
  /// - Throws: `SigningError`, also when something else than the wanted bundle is already there,
  ///   before anything is signed; what the clients and `progress` throw.
  package func sign(
    _ items: [SigningItem],
    progress: @Sendable (SigningEvent) async throws -> Void = { _ in }
  ) async throws -> [SignedItem] {
    var done = [SignedItem?](repeating: nil, count: items.count)
    let check = ExistingBundle(
      verifier: verifier, now: now().adding(seconds: Signer.clockTolerance))
    for (index, item) in items.enumerated() {
      guard let text = item.existing else { continue }
      let identity = expected == nil ? try await tokenIdentity() : nil
      done[index] = SignedItem(
        name: item.name,
        signed: try await check.bundle(text, of: item) { certificate in
          if let identity { return identity.problem(with: certificate) }
          let failed = expected?.checks(certificate).first { $0.outcome != .passed }
          return failed.map { "it is by `\($0.found ?? "")`, not by `\($0.expected ?? "")`" }
        }, wasPresent: true)
    }
    for (index, item) in done.enumerated() {
      if let item { try await progress(.present(index, item)) }
    }

    let missing = items.indices.filter { done[$0] == nil }
    try await withThrowingTaskGroup(of: (Int, SignedItem).self) { group in
      var begun = 0
      var failure: (any Error)?
      func begin() {
        guard failure == nil, begun < missing.count else { return }
        let index = missing[begun]
        begun += 1
        group.addTask {
          (
            index,
            SignedItem(
              name: items[index].name, signed: try await sign(items[index]), wasPresent: false)
          )
        }
      }
      for _ in 0..<Self.parallel { begin() }
      while let result = await group.nextResult() {
        switch result {
        case .success(let (index, item)):
          done[index] = item
          try await progress(.signed(index, item))
        case .failure(let error): failure = failure ?? error
        }
        begin()
      }
      if let failure { throw failure }
    }
    return done.compactMap { $0 }
  }

  private func sign(_ item: SigningItem) async throws -> SignedBundle {
    let signer = try await source.signer(replacing: nil)
    do {
      return try await signer.sign(item)
    } catch let error as SigningError where error.reason == .expired {
      return try await source.signer(replacing: signer.certificate).sign(item)
    }
  }
}

extension Signer {
  fileprivate func sign(_ item: SigningItem) async throws -> SignedBundle {
    switch item.content {
    case .statement(let payload): try await sign(payload: payload)
    case .file(let digest): try await sign(digest: digest)
    }
  }
}
