// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
package import Crypto
package import Encodings
import SwiftASN1
import X509

/// Why something was not signed.
package enum SigningError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The authority's answer cannot be used.
  case certificate(String)
  /// What was made does not verify; nothing of it may be written.
  case unverifiable(String)

  /// One sentence for a person.
  package var description: String {
    switch self {
    case .certificate(let reason): "the certificate authority's answer is not usable: \(reason)"
    case .unverifiable(let reason): "what was just signed does not verify: \(reason)"
    }
  }
}

/// Signs statements with one ephemeral key and one certificate (Sigstore client specification §2).
///
/// Every bundle is verified, as a stranger would, before the caller sees it.
package struct Signer: Sendable {
  private let key: P256.Signing.PrivateKey
  private let logSubmitter: any LogSubmitter
  private let verifier: Verifier
  private let now: @Sendable () -> Timestamp
  /// The certificate that every signature of this signer carries.
  package let certificate: SigningCertificate

  /// Gets a certificate for a fresh key.
  ///
  /// - Parameters:
  ///   - key: an ephemeral key that the caller forgets afterwards.
  ///   - identityToken: an OIDC token for the certificate authority.
  ///   - certificateIssuer: the authority.
  ///   - logSubmitter: the log that takes the entries.
  ///   - verifier: verifies what was made, with the trust root of the instance.
  ///   - now: the present.
  /// - Throws: ``SigningError`` and what the authority's client throws.
  package init(
    key: P256.Signing.PrivateKey, identityToken: String,
    certificateIssuer: some CertificateIssuer, logSubmitter: some LogSubmitter,
    verifier: Verifier, now: @escaping @Sendable () -> Timestamp
  ) async throws {
    let request = try Self.certificateRequest(for: key)
    let chain = try await certificateIssuer.issueCertificate(
      for: request, identityToken: identityToken)
    guard let leaf = chain.first else { throw SigningError.certificate("it is empty") }
    do {
      certificate = try SigningCertificate(der: leaf)
    } catch {
      throw SigningError.certificate("\(error)")
    }
    guard
      certificate.publicKey.subjectPublicKeyInfo == Array(key.publicKey.derRepresentation)
    else { throw SigningError.certificate("it is for another key") }
    self.key = key
    self.logSubmitter = logSubmitter
    self.verifier = verifier
    self.now = now
  }

  /// Signs and logs a statement, and verifies the bundle for each of its subjects.
  ///
  /// - Throws: ``SigningError`` and what the log's client throws.
  package func sign(_ statement: Statement) async throws -> Bundle {
    let payload = try statement.payload()
    let type = DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let signature = try key.signature(for: signed)
    let envelope = DSSEEnvelope(
      payloadType: type, payload: payload, signature: Array(signature.derRepresentation))
    let entry = try await logSubmitter.submit(envelope, certificate: certificate.der)
    let bundle = Bundle(
      certificate: certificate.der, content: .envelope(envelope), logEntries: [entry])

    // What is verified is the text that will be written, not the values in memory.
    let written = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    for subject in statement.subjects {
      guard let digest = subject.sha256 else {
        throw SigningError.unverifiable("a subject has no SHA-256")
      }
      let result = await verifier.verify(written, artifact: digest, now: now())
      if let failure = result.report.primaryFailure,
        case .failed(let sentence) = failure.outcome
      {
        throw SigningError.unverifiable("\(sentence) (\(failure.rule.rawValue))")
      }
      guard result.verified != nil else { throw SigningError.unverifiable("no verdict") }
    }
    return written
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
