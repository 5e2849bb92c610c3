// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Foundation
import Storage
import SwiftASN1
import X509

/// The certificates of an authority and how they are made (Fulcio's profile): root and one
/// intermediate, ECDSA on P-256 with SHA-256.
struct AuthorityCertificates: Sendable {
  /// `O` of both subjects.
  static let organization = "Hallmark embedded stack"
  /// `CN` of the root.
  static let rootName = "Hallmark embedded stack root"
  private static let intermediateName = "Hallmark embedded stack intermediate"

  /// The anchor.
  let root: Certificate
  /// The issuer of leaves.
  let intermediate: Certificate
  /// The intermediate's key.
  let intermediateKey: Certificate.PrivateKey

  /// Reads the authority of a data folder, or makes one at the first start.
  ///
  /// - Throws: `StorageError` when the certificates are not those of the keys.
  init(in folder: DataFolder, now: Timestamp) throws {
    let rootKey = Certificate.PrivateKey(
      try KeyFile.p256("certificate-authority-root.pem", in: folder))
    let intermediateKey = Certificate.PrivateKey(
      try KeyFile.p256("certificate-authority-intermediate.pem", in: folder))
    let file = "trust/certificate-authority.pem"
    let text = try folder.text(file) {
      let root = try Self.makeRoot(rootKey, now)
      let intermediate = try Self.makeIntermediate(intermediateKey, root, rootKey, now)
      return try [intermediate, root].map { try PEM.encode($0.der, label: "CERTIFICATE") }.joined()
    }
    let certificates = (try? PEM.decode(text, limit: 2))?.compactMap {
      try? Certificate(derEncoded: $0.bytes)
    }
    guard let certificates, certificates.count == 2, certificates[1].publicKey == rootKey.publicKey,
      certificates[0].publicKey == intermediateKey.publicKey
    else {
      throw StorageError(
        "`\(folder.absolute(file))` does not belong to the keys in `secrets`",
        help: "restore the data folder from a backup, or begin with a new one")
    }
    intermediate = certificates[0]
    root = certificates[1]
    self.intermediateKey = intermediateKey
  }

  private static func name(_ commonName: String) throws -> DistinguishedName {
    try DistinguishedName {
      OrganizationName(organization)
      CommonName(commonName)
    }
  }

  private static func makeRoot(
    _ key: Certificate.PrivateKey, _ now: Timestamp
  ) throws -> Certificate {
    let subject = try name(rootName)
    return try Certificate(
      version: .v3, serialNumber: CertificateSerial.random(), publicKey: key.publicKey,
      notValidBefore: now.date, notValidAfter: now.adding(seconds: years(10)).date,
      issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
        SubjectKeyIdentifier(hash: key.publicKey)
      },
      issuerPrivateKey: key)
  }

  private static func makeIntermediate(
    _ key: Certificate.PrivateKey, _ root: Certificate, _ rootKey: Certificate.PrivateKey,
    _ now: Timestamp
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: CertificateSerial.random(), publicKey: key.publicKey,
      notValidBefore: now.date, notValidAfter: now.adding(seconds: years(10)).date,
      issuer: root.subject, subject: try name(intermediateName),
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        try ExtendedKeyUsage([.codeSigning])
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        SubjectKeyIdentifier(hash: key.publicKey)
        AuthorityKeyIdentifier(
          keyIdentifier: try root.extensions.subjectKeyIdentifier?.keyIdentifier)
      },
      issuerPrivateKey: rootKey)
  }

  private static func years(_ count: Int64) -> Int64 { count * 365 * 86_400 }
}

/// Serial numbers of certificates (RFC 5280 §4.1.2.2).
enum CertificateSerial {
  /// 160 bits, positive and always 20 bytes long; 158 of them random.
  static func random() -> Certificate.SerialNumber {
    var bytes = SymmetricKey(size: .init(bitCount: 160)).withUnsafeBytes { Array($0) }
    bytes[0] = bytes[0] & 0x3f | 0x40
    return Certificate.SerialNumber(bytes: bytes)
  }
}

extension Certificate {
  /// The certificate in DER.
  var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}
