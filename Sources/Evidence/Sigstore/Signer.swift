// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
import Crypto
package import Encodings
import SwiftASN1
import X509

/// Signs with one ephemeral key and one certificate (Sigstore client specification §2).
///
/// No answer of a service is taken on trust: the certificate is verified when it arrives, each
/// timestamp and log entry too, so that an error can name the service; and the bytes that will be
/// written are read again and verified as a stranger would before the caller sees them.
package struct Signer: Sendable {
  /// How far this machine's clock may be from the services'.
  package static let clockTolerance: Int64 = 60

  let key: P256.Signing.PrivateKey
  let services: SigningServices
  let verifier: Verifier
  let randomness: any SigningRandomness
  private let now: @Sendable () -> Timestamp
  /// The certificate that every signature of this signer carries.
  package let certificate: SigningCertificate

  /// Gets a certificate for a fresh key.
  ///
  /// - Parameters:
  ///   - identityToken: an OIDC token for the certificate authority.
  ///   - expected: whom the certificate must name; `nil` means the token's holder.
  ///   - services: the instance's services.
  ///   - verifier: verifies what is answered and made, with the trusted root of the instance.
  ///   - randomness: gives key and nonces.
  ///   - now: the present.
  /// - Throws: ``SigningError`` and what the authority's client throws.
  package init(
    identityToken: String, expected: SignerIdentity? = nil, services: SigningServices,
    verifier: Verifier, randomness: any SigningRandomness,
    now: @escaping @Sendable () -> Timestamp
  ) async throws {
    guard let first = services.logs.first else {
      throw SigningError(.configuration, "the instance has no transparency log")
    }
    guard !services.timestampSources.isEmpty || services.logs.contains(where: \.promisesTime)
    else {
      throw SigningError(
        .configuration,
        "the log at \(first.address) promises no time, and the instance has no timestamp authority")
    }
    let key = randomness.key()
    let issuer = services.certificateIssuer
    let chain = try await issuer.issueCertificate(
      for: try Self.certificateRequest(for: key), identityToken: identityToken)
    certificate = try await CertificateAnswer(
      chain: chain, service: issuer.address, verifier: verifier
    ).certificate(
      for: key.publicKey, token: identityToken, expected: expected, now: now())
    self.key = key
    self.services = services
    self.verifier = verifier
    self.randomness = randomness
    self.now = now
  }

  /// The present as answers are held against it: a service's clock may be a little ahead.
  var latest: Timestamp { now().adding(seconds: Self.clockTolerance) }

  /// Signs and logs a statement.
  ///
  /// - Throws: ``SigningError`` and what the services' clients throw.
  package func sign(_ statement: Statement) async throws -> SignedBundle {
    try await sign(payload: try statement.payload())
  }

  /// Signs and logs a statement as it is written, byte by byte.
  ///
  /// - Parameter payload: an in-toto statement; each subject has a digest by which files are found.
  /// - Returns: the bundle that was verified for each subject, and its bytes.
  /// - Throws: ``SigningError`` and what the services' clients throw.
  package func sign(payload: [UInt8]) async throws -> SignedBundle {
    let statement: Statement
    do {
      statement = try Statement(parsing: payload)
    } catch {
      throw SigningError(.content, "the statement cannot be signed: \(error)")
    }
    for subject in statement.subjects {
      let algorithms = ArtifactDigest.Algorithm.allCases
      guard
        algorithms.contains(where: { algorithm in
          subject.digests[algorithm.rawValue].flatMap {
            ArtifactDigest(algorithm, hexadecimal: $0)
          } != nil
        })
      else {
        throw SigningError(
          .content, "the subject `\(subject.name)` has no SHA-256, SHA-384 or SHA-512")
      }
    }
    let type = DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let bundle = try await bundle {
      .envelope(
        DSSEEnvelope(
          payloadType: type, payload: payload,
          signature: Array(try key.signature(for: signed).derRepresentation)))
    }
    return try await verified(bundle) { written in
      let result = await verifier.verifyStatement(in: written, now: latest)
      return result.verified == nil ? result.report : nil
    }
  }

  /// Signs and logs a file by its digest.
  ///
  /// - Throws: ``SigningError`` and what the services' clients throw.
  package func sign(digest: SHA256Hash) async throws -> SignedBundle {
    let bundle = try await bundle {
      .messageSignature(
        digest: ArtifactDigest(digest), signature: try key.signature(forDigest: digest))
    }
    return try await verified(bundle) { written in
      let result = await verifier.verify(written, artifact: digest, now: latest)
      return result.verified == nil ? result.report : nil
    }
  }

  /// Signs, and has the signature dated and logged; once more if the log has that very entry.
  private func bundle(_ sign: () throws -> Bundle.Content) async throws -> Bundle {
    do {
      return try await bundle(try sign())
    } catch is DuplicateEntry {
      // Each signature is another one, so this is another entry.
      return try await bundle(try sign())
    }
  }

  /// Has a signature dated and logged.
  ///
  /// Timestamps come first: what cannot be dated is not logged.
  private func bundle(_ content: Bundle.Content) async throws -> Bundle {
    let signature =
      switch content {
      case .messageSignature(_, let signature): signature
      case .envelope(let envelope): envelope.signature
      }
    var timestamps: [[UInt8]] = []
    for source in services.timestampSources {
      timestamps.append(try await timestamp(over: signature, from: source))
    }
    var entries: [TransparencyLogEntry] = []
    for log in services.logs { entries.append(try await entry(for: content, in: log)) }
    return Bundle(
      certificate: certificate.der, content: content, logEntries: entries, timestamps: timestamps)
  }

  /// Reads and verifies what will be written, not the values in memory.
  ///
  /// - Parameters:
  ///   - bundle: what was made.
  ///   - check: the report of what is wrong with the bundle; `nil` if nothing is.
  /// - Returns: the bundle as it was read from its bytes, and these.
  /// - Throws: ``SigningError`` for one that does not verify.
  private func verified(
    _ bundle: Bundle, check: (Bundle) async -> VerificationReport?
  ) async throws -> SignedBundle {
    let bytes = Array(bundle.json.compactText.utf8)
    let written = try Bundle(parsing: bytes)
    guard let report = await check(written) else {
      return SignedBundle(bundle: written, bytes: bytes)
    }
    throw SigningError(.unverifiable, report.primaryProblem ?? "there is no verdict")
  }

  /// A PKCS #10 request with an empty subject, as PEM; the authority takes the name from the token.
  private static func certificateRequest(for key: P256.Signing.PrivateKey) throws -> String {
    let request = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName(), privateKey: Certificate.PrivateKey(key),
      attributes: CertificateSigningRequest.Attributes(),
      signatureAlgorithm: .ecdsaWithSHA256)
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return PEM.encode(serializer.serializedBytes, label: "CERTIFICATE REQUEST")
  }
}

/// A bundle that was signed and verified here, with the bytes that were verified.
package struct SignedBundle: Hashable, Sendable {
  /// The bundle, as it was read from ``bytes``.
  package let bundle: Bundle
  /// The bundle's JSON text, without a newline: what is to be written.
  package let bytes: [UInt8]

  /// Takes over a bundle that was verified.
  package init(bundle: Bundle, bytes: [UInt8]) {
    self.bundle = bundle
    self.bytes = bytes
  }
}
