// SPDX-License-Identifier: Apache-2.0

import Certificates
package import Encodings
import Foundation
package import Storage
import SwiftASN1
package import TrustedPublishing
package import X509

/// A certificate authority that binds a key to the identity in a token, as Fulcio does.
///
/// A leaf lives ten minutes, has no subject name and exactly one critical alternative name, the
/// token's subject. Its precertificate is logged first, and the promise of the log is embedded.
package struct CertificateAuthority: Sendable {
  /// The audience that tokens must be made for.
  package static let audience = "sigstore"
  /// Seconds that a leaf counts.
  package static let lifetime: Int64 = 600

  let certificates: AuthorityCertificates
  let log: CertificateLog
  let tokenVerifier: any IdentityTokenVerifier
  let now: @Sendable () -> Timestamp
  private let issuerKeyHash: SHA256Hash

  /// Opens the authority of a data folder with its own log; made at the first start.
  ///
  /// - Parameters:
  ///   - folder: the server's data folder.
  ///   - host: the host of the stack's URL.
  ///   - tokenVerifier: checks identity tokens.
  ///   - now: the clock.
  /// - Throws: `StorageError`.
  package init(
    in folder: DataFolder, host: String, tokenVerifier: any IdentityTokenVerifier,
    now: @escaping @Sendable () -> Timestamp
  ) throws {
    certificates = try AuthorityCertificates(in: folder, now: now())
    log = try CertificateLog(in: folder, host: host)
    self.tokenVerifier = tokenVerifier
    self.now = now
    issuerKeyHash = try SignatureKey(certificates.intermediate.publicKey).keyID
  }

  /// Issues a certificate.
  ///
  /// - Parameters:
  ///   - key: the key to certify, which the caller has proved to hold.
  ///   - claims: the verified token.
  /// - Returns: leaf, intermediate and root.
  /// - Throws: `StorageError`, when the log cannot take the precertificate.
  package func issue(
    for key: Certificate.PublicKey, claims: IdentityClaims
  ) async throws -> [Certificate] {
    let time = now()
    let serial = CertificateSerial.random()
    let base = try leafExtensions(for: key, claims: claims)
    func certificate(with last: Certificate.Extension) throws -> Certificate {
      try Certificate(
        version: .v3, serialNumber: serial, publicKey: key,
        notValidBefore: Timestamp(unixSeconds: time.seconds).date,
        notValidAfter: time.adding(seconds: Self.lifetime).date,
        issuer: certificates.intermediate.subject, subject: DistinguishedName(),
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try Certificate.Extensions(base + [last]),
        issuerPrivateKey: certificates.intermediateKey)
    }
    // RFC 6962 §3.1: the poison makes sure that nobody takes the precertificate for the real one.
    let null: [UInt8] = [0x05, 0x00]
    let poison = Certificate.Extension(
      oid: PrecertificateBody.poison, critical: true, value: null[...])
    let promise = try await log.promise(
      for: try certificate(with: poison), issuerKeyHash: issuerKeyHash, at: time)
    let list = Certificate.Extension(
      oid: PrecertificateBody.timestampList, critical: false,
      value: try SignedCertificateTimestamp.extensionValue([promise])[...])
    return [try certificate(with: list), certificates.intermediate, certificates.root]
  }

  /// The extensions in Fulcio's order, without poison and timestamps.
  private func leafExtensions(
    for key: Certificate.PublicKey, claims: IdentityClaims
  ) throws -> [Certificate.Extension] {
    var extensions = Array(
      try Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.codeSigning])
        SubjectKeyIdentifier(hash: key)
        AuthorityKeyIdentifier(
          keyIdentifier: try certificates.intermediate.extensions.subjectKeyIdentifier?
            .keyIdentifier)
        Critical(SubjectAlternativeNames([.uniformResourceIdentifier(claims.subject)]))
      })
    let fields: [(FulcioExtension, String?)] = [
      (.issuerV1, claims.issuer), (.issuer, claims.issuer),
      (.sourceRepositoryDigest, claims.sourceCommit), (.sourceRepositoryRef, claims.sourceRef),
      (.tokenSubject, claims.subject),
    ]
    for (field, text) in fields {
      guard let text, !text.isEmpty else { continue }
      extensions.append(
        Certificate.Extension(
          oid: field.objectIdentifier, critical: false,
          value: try field.encodedValue(text)[...]))
    }
    return extensions
  }
}
