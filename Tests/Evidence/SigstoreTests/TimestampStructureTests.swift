// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Timestamps and certificates with parts that are missing, doubled, or of another type.
@Suite struct TimestampStructureTests {
  static let message = Array("a signature's bytes".utf8)

  /// What a node becomes.
  enum Change: CaseIterable, Sendable {
    case gone, twice, null, emptySequence, octets, context, otherValue

    func callAsFunction(_ node: DERTree) -> DERTree? {
      switch self {
      case .gone: nil
      case .twice: .constructed(tag: 0x30, [node, node])
      case .null: .primitive(tag: 0x05, [])
      case .emptySequence: .constructed(tag: 0x30, [])
      case .octets: .primitive(tag: 0x04, [1])
      case .context: .constructed(tag: 0xa5, [])
      case .otherValue:
        if case .primitive(let tag, let value) = node {
          .primitive(tag: tag, value.dropLast() + [(value.last ?? 0) ^ 2])
        } else {
          .constructed(tag: 0x31, [node])
        }
      }
    }
  }

  private static func isAccepted(_ bytes: [UInt8], _ chain: TimestampAuthorityChain) async -> Bool {
    do {
      let timestamp = try RFC3161Timestamp(parsing: bytes)
      try await chain.check(timestamp, message: message)
      return true
    } catch {
      return false
    }
  }

  /// No part of an answer can be changed but those that nobody signs and nothing depends on:
  /// version numbers, the list of digest algorithms, their parameters.
  @Test(arguments: Change.allCases)
  func everyPartOfAnAnswerCounts(change: Change) async throws {
    let simulator = try TrustSimulator()
    let chain = try TimestampAuthorityChain(der: try simulator.timestampAuthority())
    let tree = try #require(
      DERTree(try simulator.timestamp(for: Self.message, withCertificates: false)))
    #expect(await Self.isAccepted(tree.bytes, chain))
    var harmless: [[Int]] = []
    for path in tree.paths {
      let changed = tree.editing(path, change.callAsFunction)
      if await Self.isAccepted(changed.bytes, chain) { harmless.append(path) }
    }
    // [1, 1, 0, 0 or 1] are SignedData's version and digestAlgorithms,
    // [1, 1, 0, 3, 0, 0] the SignerInfo's version.
    for path in harmless {
      #expect(
        path.starts(with: [1, 1, 0, 0]) || path.starts(with: [1, 1, 0, 1])
          || path == [1, 1, 0, 3, 0, 0], "\(path) \(change)")
    }
  }

  /// The content is signed; so it is changed before it is signed again.
  @Test(arguments: [
    Lie.stampVersion, .stampContentOther, .stampNoToken, .stampTooLarge, .stampTrailing,
    .stampRefused, .stampNotDER, .stampNoSigner, .stampTwoSigners, .stampNoAttributes,
    .stampAttributeTwice, .stampAttributesTooMany, .stampImprintSHA1, .stampDigestSHA1,
  ])
  func unreadableAnswersAreErrors(lie: Lie) throws {
    let bytes = try TrustSimulator().timestamp(for: Self.message, lie: lie)
    #expect(throws: CertificateError.self) { try RFC3161Timestamp(parsing: bytes) }
  }

  /// A token without certificates by an authority that its issuer and number do not name.
  @Test(arguments: [Lie.stampOfOtherIssuer, .stampOfOtherSerial, .stampNamesOtherCertificate])
  func otherNamesAreRefused(lie: Lie) async throws {
    let simulator = try TrustSimulator()
    let chain = try TimestampAuthorityChain(der: try simulator.timestampAuthority())
    let timestamp = try RFC3161Timestamp(
      parsing: try simulator.timestamp(for: Self.message, lie: lie))
    await #expect(throws: CertificateError.self) {
      try await chain.check(timestamp, message: Self.message)
    }
  }

  @Test func chainsHaveLimits() throws {
    let chain = try TrustSimulator().timestampAuthority()
    #expect(throws: CertificateError.self) { try TimestampAuthorityChain(der: []) }
    #expect(throws: CertificateError.self) { try TimestampAuthorityChain(der: [chain[0]]) }
    #expect(throws: CertificateError.self) { try TimestampAuthorityChain(der: [chain[0], [0]]) }
    #expect(throws: CertificateError.self) {
      try TimestampAuthorityChain(der: [chain[0]] + Array(repeating: chain[1], count: 8))
    }
    #expect(throws: CertificateError.self) { try CertificateAuthorityChain(der: []) }
    #expect(throws: CertificateError.self) { try CertificateAuthorityChain(der: [[0]]) }
    #expect(throws: CertificateError.self) {
      try CertificateAuthorityChain(der: Array(repeating: chain[1], count: 9))
    }
  }

  /// Every part of a certificate taken out or changed: an error, or a certificate that is not
  /// the same; never a crash.
  @Test(arguments: Change.allCases)
  func changedCertificates(change: Change) throws {
    let bundle = try TrustSimulator().sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: .dsse)
    let leaf = try #require(bundle.certificate)
    let tree = try #require(DERTree(leaf))
    for path in tree.paths {
      let der = tree.editing(path, change.callAsFunction).bytes
      guard let certificate = try? SigningCertificate(der: der) else { continue }
      #expect(certificate.der == der)
      // Whoever signed such a certificate: its timestamps can be looked for.
      CertificateParts.read(certificate)
    }
  }

  @Test func bodiesThatAreNoBodies() {
    for bytes: [UInt8] in [
      [], [0x04, 0x00], [0x30, 0x02, 0xa3, 0x00], [0x30, 0x04, 0xa3, 0x02, 0x04, 0x00],
      [0x30, 0x06, 0xa3, 0x04, 0x30, 0x02, 0x04, 0x00],
      [0x30, 0x06, 0xa3, 0x04, 0x30, 0x02, 0x30, 0x00],
      [0x30, 0x03, 0x83, 0x01, 0x00], [0x30, 0x02, 0x83, 0x00],
    ] {
      #expect(throws: CertificateError.self) {
        try PrecertificateBody.bytes(tbsCertificate: bytes)
      }
    }
  }

  @Test func largeCertificatesAreRefused() {
    #expect(throws: CertificateError.malformedCertificate("larger than 64 KiB")) {
      try SigningCertificate(der: [UInt8](repeating: 0, count: 64 << 10 + 1))
    }
  }
}
