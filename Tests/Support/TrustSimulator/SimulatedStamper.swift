// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
import SwiftASN1
import X509

/// A private key on one of the two curves of timestamp authorities.
enum StampKey: Sendable {
  case p256(P256.Signing.PrivateKey)
  case p384(P384.Signing.PrivateKey)

  var certificateKey: Certificate.PrivateKey {
    switch self {
    case .p256(let key): .init(key)
    case .p384(let key): .init(key)
    }
  }

  var publicKey: Certificate.PublicKey { certificateKey.publicKey }

  /// An ECDSA signature over the SHA-256 of bytes, in DER; P-384 keys too, as RFC 5753 §2.1.1
  /// wants the hash of the attributes and of the signature to be one.
  func signature(for bytes: [UInt8]) throws -> [UInt8] {
    let digest = SHA256.hash(data: bytes)
    return switch self {
    case .p256(let key): Array(try key.signature(for: digest).derRepresentation)
    case .p384(let key): Array(try key.signature(for: digest).derRepresentation)
    }
  }
}

/// A timestamp authority in memory (RFC 3161), with a root, a signing leaf, and the leaves of
/// the lies about it.
struct SimulatedStamper: Sendable {
  /// The curve of its keys; tokens are signed with SHA-256 on both.
  enum Curve: Sendable { case p256, p384 }

  let key: StampKey
  let rootKey: StampKey
  let leaf: Certificate
  let root: Certificate
  /// A certificate of the same root for another key and another purpose.
  let siblingKey: StampKey
  let sibling: Certificate
  private let otherLeaves: [Lie: Certificate]
  private let otherRoots: [Lie: Certificate]

  private static let leafLies: [Lie] = [
    .stamperIsAuthority, .stamperTwoUsages, .stamperUsageNotCritical, .stamperNoUsage,
    .stamperKeyUsage, .stamperExpired, .stamperOtherUsage,
    .stamperNotYetValid, .stamperUnknownCritical, .stamperNameForbidden,
  ]

  init(curve: Curve, name: String, start: Timestamp, signing: Timestamp) throws {
    func fresh() -> StampKey {
      curve == .p256 ? .p256(P256.Signing.PrivateKey()) : .p384(P384.Signing.PrivateKey())
    }
    let (key, rootKey, siblingKey) = (fresh(), fresh(), fresh())
    (self.key, self.rootKey, self.siblingKey) = (key, rootKey, siblingKey)
    let algorithm: Certificate.SignatureAlgorithm =
      curve == .p256 ? .ecdsaWithSHA256 : .ecdsaWithSHA384
    let rootName = try DistinguishedName { CommonName("\(name) root") }
    let leafName = try DistinguishedName { CommonName(name) }
    let end = start.adding(seconds: 10 * 365 * 86_400)
    func make(
      _ subject: DistinguishedName, _ key: Certificate.PublicKey, from: Timestamp? = nil,
      end: Timestamp,
      by signer: StampKey, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
      // The top bit is set, so that the INTEGER has a leading zero.
      try Certificate(
        version: .v3,
        serialNumber: .init(bytes: [0xf0] + (0..<15).map { _ in UInt8.random(in: 0...255) }),
        publicKey: key, notValidBefore: (from ?? start).date,
        notValidAfter: end.date, issuer: rootName, subject: subject,
        signatureAlgorithm: algorithm, extensions: extensions,
        issuerPrivateKey: signer.certificateKey)
    }
    func makeLeaf(_ lie: Lie?) throws -> Certificate {
      let usage = try ExtendedKeyUsage(
        lie == .stamperTwoUsages
          ? [.timeStamping, .codeSigning]
          : lie == .stamperOtherUsage ? [.codeSigning] : [.timeStamping])
      return try make(
        leafName, key.publicKey,
        from: lie == .stamperNotYetValid ? signing.adding(seconds: 60) : nil,
        end: lie == .stamperExpired ? signing.adding(seconds: 2) : end,
        by: rootKey,
        try Certificate.Extensions {
          if lie == .stamperIsAuthority {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
          }
          Critical(
            lie == .stamperKeyUsage
              ? KeyUsage(keyAgreement: true) : KeyUsage(digitalSignature: true))
          if lie == .stamperUnknownCritical {
            Certificate.Extension(oid: [1, 2, 3, 4, 5], critical: true, value: [5, 0])
          }
          if lie == .stamperNameForbidden {
            SubjectAlternativeNames([.uniformResourceIdentifier("https://stamper.example/")])
          }
          if lie == .stamperUsageNotCritical {
            usage
          } else if lie != .stamperNoUsage {
            Critical(usage)
          }
        })
    }
    func makeRoot(_ lie: Lie?) throws -> Certificate {
      let signer = lie == .stamperOtherRoot ? fresh() : rootKey
      return try make(
        rootName, signer.publicKey, end: end, by: signer,
        try Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          if lie == .stamperNameForbidden {
            Critical(NameConstraints(permittedURIDomains: [".elsewhere"]))
          }
          Critical(
            lie == .stamperIssuerCannotSign
              ? KeyUsage(digitalSignature: true) : KeyUsage(keyCertSign: true))
        })
    }
    leaf = try makeLeaf(nil)
    root = try makeRoot(nil)
    sibling = try make(
      try DistinguishedName { CommonName("\(name) sibling") }, siblingKey.publicKey, end: end,
      by: rootKey,
      try Certificate.Extensions { Critical(KeyUsage(digitalSignature: true)) })
    otherLeaves = try Dictionary(
      uniqueKeysWithValues: Self.leafLies.map { ($0, try makeLeaf($0)) })
    otherRoots = try Dictionary(
      uniqueKeysWithValues: [
        Lie.stamperIssuerCannotSign, .stamperOtherRoot, .stamperNameForbidden,
      ].map {
        ($0, try makeRoot($0))
      })
  }

  /// The leaf that signs, and that the trusted root lists.
  func leaf(_ lie: Lie?) -> Certificate {
    lie.flatMap { otherLeaves[$0] } ?? leaf
  }

  /// The certificates that a trusted root lists, the signing one first.
  func certificates(_ lie: Lie?) throws -> [[UInt8]] {
    [try leaf(lie).derBytes, try (lie.flatMap { otherRoots[$0] } ?? root).derBytes]
  }
}
