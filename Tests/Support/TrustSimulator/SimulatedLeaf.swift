// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import FoundationEssentials
import SwiftASN1
import X509

extension SimulatedAuthority {
  /// Issues a leaf, with the lies that concern certificates.
  ///
  /// - Parameters:
  ///   - claims: what else the identity token said.
  ///   - decoy: an authority of the same names and other keys.
  func issue(
    for key: P256.Signing.PublicKey, name: String, issuer: String,
    claims: [FulcioExtension: String] = [:], at time: Timestamp, lie: Lie?,
    decoy: SimulatedAuthority
  ) throws -> [UInt8] {
    switch lie {
    case .notACertificate: return Array("not a certificate".utf8)
    case .keyInPlaceOfCertificate: return Array(key.derRepresentation)
    default: break
    }
    var extensions = try self.extensions(for: key, name: name, lie: lie)
    let old = lie == .issuersDisagree ? "https://other.example" : issuer
    for (item, text) in [(FulcioExtension.issuerV1, old), (.issuer, issuer)] {
      try extensions.append(
        Certificate.Extension(
          oid: item.objectIdentifier, critical: false,
          value: (lie == .unreadableClaim && item == .issuer
            ? [0xff] : try item.encodedValue(text))[...]))
    }
    for (item, text) in claims.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      try extensions.append(
        Certificate.Extension(
          oid: item.objectIdentifier, critical: false, value: try item.encodedValue(text)[...]))
    }
    let serial = Certificate.SerialNumber()
    let issuerKey = lie == .untrustedAuthority ? P256.Signing.PrivateKey() : intermediateKey
    func make(_ extensions: Certificate.Extensions) throws -> Certificate {
      try Certificate(
        version: .v3, serialNumber: serial, publicKey: .init(key), notValidBefore: time.date,
        notValidAfter: time.adding(seconds: 600).date, issuer: intermediate.subject,
        subject: DistinguishedName(), signatureAlgorithm: .ecdsaWithSHA256,
        extensions: extensions, issuerPrivateKey: .init(issuerKey))
    }
    guard lie != .noCertificateTimestamp else { return try make(extensions).derBytes }
    let body = try PrecertificateBody.bytes(
      tbsCertificate: try make(extensions).tbsCertificateBytes)
    try extensions.append(
      Certificate.Extension(
        oid: PrecertificateBody.timestampList, critical: false,
        value: try timestampList(body, at: time, lie: lie, decoy: decoy)[...]))
    return try make(extensions).derBytes
  }

  private func extensions(
    for key: P256.Signing.PublicKey, name: String, lie: Lie?
  ) throws -> Certificate.Extensions {
    var extensions = try Certificate.Extensions {
      if lie == .leafIsAuthority {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
      }
      if lie == .noDigitalSignature {
        Critical(KeyUsage(keyAgreement: true))
      } else if lie != .noKeyUsage {
        Critical(KeyUsage(digitalSignature: true))
      }
      if lie != .noExtendedUsage {
        try ExtendedKeyUsage([lie == .serverCertificate ? .serverAuth : .codeSigning])
      }
      SubjectKeyIdentifier(hash: Certificate.PublicKey(key))
      try AuthorityKeyIdentifier(
        keyIdentifier: intermediate.extensions.subjectKeyIdentifier?.keyIdentifier)
    }
    // What is no URI is an e-mail address.
    let uri: GeneralName =
      name.contains("://") ? .uniformResourceIdentifier(name) : .rfc822Name(name)
    switch lie {
    case .noName: break
    case .twoNames:
      try extensions.append(
        Critical(
          SubjectAlternativeNames([uri, .uniformResourceIdentifier("https://b.example")])
        )
        .makeCertificateExtension())
    case .nameOfServer:
      try extensions.append(
        Critical(SubjectAlternativeNames([.dnsName("stack.example")])).makeCertificateExtension())
    default:
      try extensions.append(Critical(SubjectAlternativeNames([uri])).makeCertificateExtension())
    }
    if lie == .unknownCriticalExtension {
      try extensions.append(
        Certificate.Extension(oid: [1, 2, 3, 4, 5], critical: true, value: [5, 0]))
    }
    return extensions
  }

  /// The extension value with one timestamp, or what a lie makes of it.
  private func timestampList(
    _ body: [UInt8], at time: Timestamp, lie: Lie?, decoy: SimulatedAuthority
  ) throws -> [UInt8] {
    let issuer =
      switch lie {
      case .certificateTimestampOfOtherIssuer: root.publicKey
      case .certificateTimestampOfDecoy: decoy.intermediate.publicKey
      default: intermediate.publicKey
      }
    let key = lie == .unknownCertificateLog ? P256.Signing.PrivateKey() : logKey
    let milliseconds: UInt64 =
      switch lie {
      case .certificateTimestampBeforeLog: 1_000
      case .certificateTimestampTime: 253_402_300_799_001
      default: UInt64(time.seconds * 1_000)
      }
    func timestamp(_ signature: [UInt8]) -> SignedCertificateTimestamp {
      SignedCertificateTimestamp(
        logID: SHA256Hash(hashing: Array(key.publicKey.derRepresentation)),
        milliseconds: milliseconds, extensions: [], signature: signature)
    }
    var signed = timestamp([]).signedBytes(
      precertificate: body,
      issuerKeyHash: SHA256Hash(hashing: try der { try $0.serialize(issuer) }))
    if lie == .certificateTimestampForged { signed[5] ^= 1 }
    let promise = timestamp(Array(try key.signature(for: signed).derRepresentation))
    let count = lie == .certificateTimestampsTooMany ? 17 : 1
    let value = try SignedCertificateTimestamp.extensionValue(
      Array(repeating: promise, count: count))
    var list = Array(try ASN1OctetString(derEncoded: value).bytes)
    // Two bytes of length, two of the item's length, then version, log, time, extensions, hash.
    switch lie {
    case .certificateTimestampListEmpty: list = [0, 0]
    case .certificateTimestampListTrailing: list.append(0)
    case .certificateTimestampTrailing:
      list.append(0)
      list[1] += 1
      list[3] += 1
    case .certificateTimestampVersion: list[4] = 1
    case .certificateTimestampHash: list[4 + 1 + 32 + 8 + 2] = 2
    case .certificateTimestampAlgorithm: list[4 + 1 + 32 + 8 + 2 + 1] = 2
    case .certificateTimestampTruncated: list.removeLast()
    case .certificateTimestampNotOctets: return [5, 0]
    default: return value
    }
    return try der { try $0.serialize(ASN1OctetString(contentBytes: list[...])) }
  }
}
