// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@testable import Certificates

/// Who may issue signing certificates: each case is a hierarchy that is right but for one thing.
///
/// Where a rule is RFC 5280's, the X.509 library's own chain building must come to the same answer.
@Suite struct CertificatePathTests {
  enum Case: CaseIterable, Sendable {
    case right, issuedByRoot, twoIntermediates, selfIssuedIntermediate
    case rootLimitsDepth, intermediateLimitsDepth
    case intermediateIsNoAuthority, intermediateCannotSign, intermediateWithoutKeyUsage
    case intermediateForServers, intermediateForAnything, rootCannotSign
    case criticalUnknownInIntermediate, criticalUnknownInRoot, criticalUnknownInLeaf
    case otherKey, otherName, otherRoot
    case allowedName, forbiddenName

    var isRight: Bool {
      switch self {
      case .right, .issuedByRoot, .twoIntermediates, .selfIssuedIntermediate, .allowedName,
        .intermediateForAnything:
        true
      default: false
      }
    }

    /// Key usages are rules here, the library leaves them open.
    var isLibrarys: Bool {
      switch self {
      case .intermediateCannotSign, .intermediateWithoutKeyUsage, .intermediateForServers,
        .rootCannotSign:
        false
      default: true
      }
    }
  }

  static let start = Timestamp(unixSeconds: 1_767_225_600)

  /// A certificate authority's key and name.
  struct Authority {
    let key: P256.Signing.PrivateKey
    let name: DistinguishedName

    init(_ name: String, key: P256.Signing.PrivateKey = P256.Signing.PrivateKey()) throws {
      self.key = key
      self.name = try DistinguishedName { CommonName(name) }
    }
  }

  private static func certificate(
    _ subject: DistinguishedName, _ key: P256.Signing.PublicKey, by issuer: Authority,
    seconds: Double = 86_400, _ extensions: Certificate.Extensions
  ) throws -> Certificate {
    try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key),
      notValidBefore: Date(timeIntervalSince1970: Double(start.seconds)),
      notValidAfter: Date(timeIntervalSince1970: Double(start.seconds) + seconds),
      issuer: issuer.name, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: extensions, issuerPrivateKey: .init(issuer.key))
  }

  private static let unknown = Certificate.Extension(
    oid: [1, 2, 3, 4, 5], critical: true, value: [5, 0])

  /// Intermediates, root and leaf of a case.
  private static func hierarchy(
    _ told: Case
  ) throws -> (authorities: [Certificate], leaf: Certificate) {
    let root = try Authority("root")
    let middle = try Authority("middle")
    let issuer = try Authority(told == .selfIssuedIntermediate ? "middle" : "issuer")
    let depth: Int? = told == .rootLimitsDepth ? 0 : nil
    let rootCertificate = try certificate(
      root.name, root.key.publicKey, by: root,
      try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: depth))
        Critical(told == .rootCannotSign ? KeyUsage(cRLSign: true) : KeyUsage(keyCertSign: true))
        if told == .criticalUnknownInRoot { unknown }
      })
    let isDeep =
      [.twoIntermediates, .selfIssuedIntermediate, .intermediateLimitsDepth].contains(told)
    let middleCertificate = try certificate(
      middle.name, middle.key.publicKey, by: root,
      try Certificate.Extensions {
        Critical(
          BasicConstraints.isCertificateAuthority(
            maxPathLength: told == .intermediateLimitsDepth || told == .selfIssuedIntermediate
              ? 0 : nil))
        Critical(KeyUsage(keyCertSign: true))
      })
    let issuerCertificate = try certificate(
      issuer.name, issuer.key.publicKey, by: isDeep ? middle : root, seconds: 3_600,
      try Certificate.Extensions {
        if told == .intermediateIsNoAuthority {
          Critical(BasicConstraints.notCertificateAuthority)
        } else {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        }
        if told != .intermediateWithoutKeyUsage {
          Critical(
            told == .intermediateCannotSign
              ? KeyUsage(digitalSignature: true) : KeyUsage(keyCertSign: true))
        }
        if told == .intermediateForServers { try ExtendedKeyUsage([.serverAuth]) }
        if told == .intermediateForAnything { try ExtendedKeyUsage([.any]) }
        if told == .criticalUnknownInIntermediate { unknown }
        if told == .allowedName || told == .forbiddenName {
          Critical(
            NameConstraints(
              permittedURIDomains: [told == .allowedName ? ".example" : ".elsewhere"]))
        }
      })
    var signer = told == .issuedByRoot ? root : issuer
    if told == .otherKey { signer = try Authority("issuer") }
    if told == .otherName { signer = try Authority("somebody else", key: issuer.key) }
    let leaf = try certificate(
      DistinguishedName(), P256.Signing.PrivateKey().publicKey, by: signer, seconds: 600,
      try Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.codeSigning])
        Critical(SubjectAlternativeNames([.uniformResourceIdentifier("https://stack.example/a")]))
        if told == .criticalUnknownInLeaf { unknown }
      })
    var authorities = [issuerCertificate]
    if isDeep { authorities.append(middleCertificate) }
    if told == .otherRoot {
      let other = try Authority("root")
      authorities.append(
        try certificate(
          other.name, other.key.publicKey, by: other,
          try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true))
          }))
    } else {
      authorities.append(rootCertificate)
    }
    return (authorities, leaf)
  }

  private static func der(_ certificate: Certificate) throws -> [UInt8] {
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return serializer.serializedBytes
  }

  @Test(arguments: Case.allCases)
  func issuance(told: Case) async throws {
    let (authorities, leaf) = try Self.hierarchy(told)
    let chain = try CertificateAuthorityChain(der: try authorities.map(Self.der))
    let time = Self.start.adding(seconds: 5)
    let issuance = await chain.issuance(of: try SigningCertificate(der: try Self.der(leaf)))
    let key = try? issuance.issuerKey(at: time)
    #expect((key != nil) == told.isRight)

    guard told.isLibrarys else { return }
    var library = X509.Verifier(rootCertificates: CertificateStore(authorities.suffix(1))) {
      RFC5280Policy(
        fixedExpiryValidationTime: Date(timeIntervalSince1970: Double(time.seconds)))
      LeafExtensions()
    }
    let result = await library.validate(
      leaf: leaf, intermediates: CertificateStore(authorities.dropLast()))
    guard case .validCertificate(let path) = result else {
      #expect(key == nil)
      return
    }
    #expect(key == (try SignatureKey(path[1].publicKey)).subjectPublicKeyInfo)
  }

  /// Whatever is changed in a certificate: one that is read here, the X.509 library reads too, and
  /// with the same parts. The issuer's name is only compared with the authority's, byte by byte, and
  /// the signature is read where it is checked.
  @Test(arguments: [0x01, 0x20, 0x80, 0xff] as [UInt8])
  func nothingIsReadThatTheLibraryRefuses(change: UInt8) throws {
    let der = try Self.der(try Self.hierarchy(.right).leaf)
    let fields = try SigningCertificate(der: der).fields
    for place in der.indices
    where !fields.issuer.indices.contains(place) && !fields.signature.indices.contains(place) {
      var changed = der
      changed[place] ^= change
      guard let own = try? SigningCertificate(der: changed) else { continue }
      let library = try #require(
        try? Certificate(derEncoded: changed), "byte \(place) of \(der.count)")
      #expect(library.tbsCertificateBytes == own.tbsCertificate)
      #expect(Int64(library.notValidBefore.timeIntervalSince1970) == own.notBefore.seconds)
      #expect(Int64(library.notValidAfter.timeIntervalSince1970) == own.notAfter.seconds)
      #expect(try SignatureKey(library.publicKey) == own.publicKey)
    }
  }

  /// One answer, asked for several moments: leaf 600 s, issuer an hour, root a day.
  @Test func validityCountsEachTime() async throws {
    let (authorities, leaf) = try Self.hierarchy(.right)
    let chain = try CertificateAuthorityChain(der: try authorities.map(Self.der))
    let issuance = await chain.issuance(of: try SigningCertificate(der: try Self.der(leaf)))
    for (offset, isValid) in [(0, true), (600, true), (-1, false), (601, false), (300, true)] {
      let time = Self.start.adding(seconds: Int64(offset))
      #expect(((try? issuance.issuerKey(at: time)) != nil) == isValid, "\(offset)")
    }
  }

  /// An issuer that expires before the leaf does.
  @Test func validityOfTheIssuerCounts() async throws {
    let root = try Authority("root")
    let rootCertificate = try Self.certificate(
      root.name, root.key.publicKey, by: root, seconds: 60,
      try Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        Critical(KeyUsage(keyCertSign: true))
      })
    let leaf = try Self.certificate(
      DistinguishedName(), P256.Signing.PrivateKey().publicKey, by: root, seconds: 600,
      try Certificate.Extensions {
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.codeSigning])
        Critical(SubjectAlternativeNames([.uniformResourceIdentifier("https://stack.example/a")]))
      })
    let chain = try CertificateAuthorityChain(der: [try Self.der(rootCertificate)])
    let issuance = await chain.issuance(of: try SigningCertificate(der: try Self.der(leaf)))
    #expect(throws: Never.self) { try issuance.issuerKey(at: Self.start.adding(seconds: 60)) }
    #expect(throws: Certificates.CertificateError.self) {
      try issuance.issuerKey(at: Self.start.adding(seconds: 61))
    }
  }
}

/// The extensions of leaves that the rules here look at.
private struct LeafExtensions: VerifierPolicy {
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
    .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
  ]

  func chainMeetsPolicyRequirements(
    chain: UnverifiedCertificateChain
  ) async -> PolicyEvaluationResult { .meetsPolicy }
}
