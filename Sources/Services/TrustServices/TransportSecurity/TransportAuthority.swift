// SPDX-License-Identifier: Apache-2.0

import Crypto
package import Encodings
import Foundation
package import Storage
import SwiftASN1
import X509

/// The stack's private authority for TLS on this machine, and the listener's certificate.
///
/// It is separate from the authority for signatures. A name constraint keeps it from vouching for
/// any host name but `localhost`, for users who add it to a trust store.
package struct TransportAuthority: Sendable {
  /// Where the authority's certificate is in the data folder.
  package static let certificateFile = "tls/ca.pem"
  private static let serverFile = "tls/server.pem"

  /// The authority's certificate in PEM.
  package let authorityPEM: String
  /// The listener's certificate in PEM.
  package let serverPEM: String
  /// The listener's private key in PEM; a secret.
  package let serverKeyPEM: String

  private static let authorityDays: Int64 = 3_650
  private static let serverDays: Int64 = 397
  private static let renewalDays: Int64 = 30

  /// Reads authority and certificate of a data folder.
  ///
  /// They are made at the first start; the certificate is made again in the last 30 days of its 397.
  ///
  /// - Throws: `StorageError`.
  package init(in folder: DataFolder, now: Timestamp) throws {
    let authorityKey = try KeyFile.p256("tls-authority.pem", in: folder)
    let serverKey = try KeyFile.p256("tls-server.pem", in: folder)
    let signer = Certificate.PrivateKey(authorityKey)
    authorityPEM = try folder.text(Self.certificateFile) {
      PEM.encode(try Self.makeAuthority(signer, now).der, label: "CERTIFICATE")
    }
    guard let authority = Self.certificate(authorityPEM),
      authority.publicKey == signer.publicKey
    else {
      throw StorageError(
        "`\(folder.absolute(Self.certificateFile))` does not belong to the keys in `secrets`",
        help: "restore the data folder from a backup, or begin with a new one")
    }
    let publicKey = Certificate.PrivateKey(serverKey).publicKey
    if let bytes = try folder.read(Self.serverFile),
      let text = String(validating: bytes, as: UTF8.self), let known = Self.certificate(text),
      known.publicKey == publicKey, known.issuer == authority.subject,
      authority.publicKey.isValidSignature(known.signature, for: known),
      known.notValidBefore <= now.date,
      known.notValidAfter > now.adding(seconds: Self.renewalDays * 86_400).date
    {
      serverPEM = text
    } else {
      let made = try Self.makeServer(publicKey, authority, signer, now)
      serverPEM = PEM.encode(try made.der, label: "CERTIFICATE")
      try folder.write(Array(serverPEM.utf8), to: Self.serverFile)
    }
    serverKeyPEM = serverKey.pemRepresentation
  }

  private static func certificate(_ pem: String) -> Certificate? {
    guard let der = try? PEM.decodeOne(pem, label: "CERTIFICATE") else { return nil }
    return try? Certificate(derEncoded: der)
  }

  private static func makeAuthority(
    _ key: Certificate.PrivateKey, _ now: Timestamp
  ) throws -> Certificate {
    let name = try DistinguishedName {
      OrganizationName("Hallmark embedded stack")
      CommonName("Hallmark embedded stack TLS for localhost")
    }
    return try Certificate(
      version: .v3, serialNumber: CertificateSerial.random(), publicKey: key.publicKey,
      notValidBefore: now.date,
      notValidAfter: now.adding(seconds: authorityDays * 86_400).date,
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        SubjectKeyIdentifier(hash: key.publicKey)
        Critical(
          NameConstraints(permittedSubtrees: [.dnsName("localhost")], excludedSubtrees: []))
      },
      issuerPrivateKey: key)
  }

  private static func makeServer(
    _ key: Certificate.PublicKey, _ authority: Certificate, _ signer: Certificate.PrivateKey,
    _ now: Timestamp
  ) throws -> Certificate {
    let end = min(now.adding(seconds: serverDays * 86_400).date, authority.notValidAfter)
    return try Certificate(
      version: .v3, serialNumber: CertificateSerial.random(), publicKey: key,
      notValidBefore: now.date, notValidAfter: end, issuer: authority.subject,
      subject: try DistinguishedName { CommonName("localhost") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectKeyIdentifier(hash: key)
        AuthorityKeyIdentifier(
          keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
        SubjectAlternativeNames([
          .dnsName("localhost"),
          .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
          .ipAddress(
            ASN1OctetString(contentBytes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])),
        ])
      },
      issuerPrivateKey: signer)
  }
}
