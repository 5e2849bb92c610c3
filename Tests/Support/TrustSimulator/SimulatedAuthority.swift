// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import FoundationEssentials
import SwiftASN1
import X509

/// A certificate authority and CT log in memory; the leaves are in `SimulatedLeaf.swift`.
struct SimulatedAuthority: Sendable {
  let rootKey = P256.Signing.PrivateKey()
  let intermediateKey = P256.Signing.PrivateKey()
  let logKey = P256.Signing.PrivateKey()
  let root: Certificate
  let intermediate: Certificate
  /// The root and intermediate of each lie about them.
  private let others: [Lie: [Certificate]]

  private static let chainLies: [Lie] = [
    .intermediateExpired, .rootExpired, .intermediateIsNoAuthority, .intermediateForServers,
    .intermediateCannotSign, .intermediateWithoutKeyUsage,
  ]

  init(start: Timestamp, signing: Timestamp) throws {
    let rootName = try DistinguishedName { CommonName("simulated root") }
    let intermediateName = try DistinguishedName { CommonName("simulated intermediate") }
    let end = start.adding(seconds: 10 * 365 * 86_400)
    func make(
      _ subject: DistinguishedName, _ key: P256.Signing.PublicKey, end: Timestamp,
      by issuerKey: P256.Signing.PrivateKey, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
      try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(key), notValidBefore: start.date,
        notValidAfter: end.date, issuer: rootName, subject: subject,
        signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
        issuerPrivateKey: .init(issuerKey))
    }
    let (rootKey, intermediateKey) = (rootKey, intermediateKey)
    // Between the leaf's first moment and the moment of signing.
    let early = signing.adding(seconds: 2)
    func chain(_ lie: Lie?) throws -> [Certificate] {
      let intermediate = try make(
        intermediateName, intermediateKey.publicKey, end: lie == .intermediateExpired ? early : end,
        by: rootKey,
        try Certificate.Extensions {
          if lie != .intermediateIsNoAuthority {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          }
          if lie != .intermediateWithoutKeyUsage {
            Critical(
              lie == .intermediateCannotSign
                ? KeyUsage(digitalSignature: true) : KeyUsage(keyCertSign: true, cRLSign: true))
          }
          try ExtendedKeyUsage([lie == .intermediateForServers ? .serverAuth : .codeSigning])
          SubjectKeyIdentifier(hash: Certificate.PublicKey(intermediateKey.publicKey))
          AuthorityKeyIdentifier(
            keyIdentifier: SubjectKeyIdentifier(hash: Certificate.PublicKey(rootKey.publicKey))
              .keyIdentifier)
        })
      let root = try make(
        rootName, rootKey.publicKey, end: lie == .rootExpired ? early : end, by: rootKey,
        try Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 1))
          Critical(KeyUsage(keyCertSign: true, cRLSign: true))
          SubjectKeyIdentifier(hash: Certificate.PublicKey(rootKey.publicKey))
        })
      return [intermediate, root]
    }
    let truth = try chain(nil)
    (intermediate, root) = (truth[0], truth[1])
    var others: [Lie: [Certificate]] = [:]
    for lie in Self.chainLies { others[lie] = try chain(lie) }
    self.others = others
  }

  /// The certificates that a trusted root lists, issuer of leaves first.
  func certificates(_ lie: Lie?) throws -> [[UInt8]] {
    let chain = lie.flatMap { others[$0] } ?? [intermediate, root]
    return try chain.map { try $0.derBytes }
  }
}
