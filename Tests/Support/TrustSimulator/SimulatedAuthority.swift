// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate authority and CT log in memory.
struct SimulatedAuthority: Sendable {
  let rootKey = P256.Signing.PrivateKey()
  let rootName: DistinguishedName
  let intermediateKey = P256.Signing.PrivateKey()
  let root: Certificate
  let intermediate: Certificate
  let logKey = P256.Signing.PrivateKey()

  init(start: Timestamp) throws {
    rootName = try DistinguishedName { CommonName("simulated root") }
    let intermediateName = try DistinguishedName { CommonName("simulated intermediate") }
    let begin = Date(timeIntervalSince1970: Double(start.seconds))
    let end = begin.addingTimeInterval(10 * 365 * 86_400)
    root = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(rootKey.publicKey),
      notValidBefore: begin, notValidAfter: end, issuer: rootName, subject: rootName,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
      }, issuerPrivateKey: .init(rootKey))
    intermediate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(intermediateKey.publicKey),
      notValidBefore: begin, notValidAfter: end, issuer: rootName, subject: intermediateName,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        try ExtendedKeyUsage([.codeSigning])
      }, issuerPrivateKey: .init(rootKey))
  }

  static func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  /// Issues a leaf, with the lies that concern certificates.
  func issue(
    for key: P256.Signing.PublicKey, name: String, issuer: String, at time: Timestamp, lie: Lie?
  ) throws -> [UInt8] {
    let begin = Date(timeIntervalSince1970: Double(time.seconds))
    var extensions = try Certificate.Extensions {
      if lie == .leafIsAuthority {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      }
      if lie == .noDigitalSignature {
        Critical(KeyUsage(keyAgreement: true))
      } else {
        Critical(KeyUsage(digitalSignature: true))
      }
      try ExtendedKeyUsage([lie == .serverCertificate ? .serverAuth : .codeSigning])
      Critical(
        SubjectAlternativeNames(
          lie == .twoNames
            ? [.uniformResourceIdentifier(name), .uniformResourceIdentifier("https://b.example")]
            : [.uniformResourceIdentifier(name)]))
    }
    let old = lie == .issuersDisagree ? "https://other.example" : issuer
    for (item, text) in [(FulcioExtension.issuerV1, old), (.issuer, issuer)] {
      try extensions.append(
        Certificate.Extension(
          oid: item.objectIdentifier, critical: false,
          value: (lie == .unreadableClaim && item == .issuer
            ? [0xff] : try item.encodedValue(text))[...]))
    }
    let serial = Certificate.SerialNumber()
    func make(_ extensions: Certificate.Extensions) throws -> Certificate {
      try Certificate(
        version: .v3, serialNumber: serial, publicKey: .init(key), notValidBefore: begin,
        notValidAfter: begin.addingTimeInterval(600), issuer: intermediate.subject,
        subject: DistinguishedName(), signatureAlgorithm: .ecdsaWithSHA256,
        extensions: extensions,
        issuerPrivateKey: .init(
          lie == .untrustedAuthority ? P256.Signing.PrivateKey() : intermediateKey))
    }
    guard lie != .noCertificateTimestamp else { return try Self.der(try make(extensions)) }

    let body = try PrecertificateBody.bytes(
      tbsCertificate: try make(extensions).tbsCertificateBytes)
    var spki = DER.Serializer()
    try spki.serialize(
      lie == .certificateTimestampOfOtherIssuer ? root.publicKey : intermediate.publicKey)
    let key = lie == .unknownCertificateLog ? P256.Signing.PrivateKey() : logKey
    func timestamp(_ signature: [UInt8]) -> SignedCertificateTimestamp {
      SignedCertificateTimestamp(
        logID: SHA256Hash(hashing: Array(key.publicKey.derRepresentation)),
        milliseconds: UInt64(
          lie == .certificateTimestampBeforeLog ? 1_000 : time.seconds * 1_000),
        extensions: [], signature: signature)
    }
    var signed = timestamp([]).signedBytes(
      precertificate: body, issuerKeyHash: SHA256Hash(hashing: spki.serializedBytes))
    if lie == .certificateTimestampForged { signed[5] ^= 1 }
    let signature = try key.signature(for: signed)
    try extensions.append(
      Certificate.Extension(
        oid: PrecertificateBody.timestampList, critical: false,
        value: try SignedCertificateTimestamp.extensionValue([
          timestamp(Array(signature.derRepresentation))
        ])[...]))
    return try Self.der(try make(extensions))
  }
}
