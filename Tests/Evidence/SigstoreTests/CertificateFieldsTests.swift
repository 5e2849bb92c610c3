// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import Sigstore
import Testing
import TrustSimulator

@testable import Certificates

/// DER and certificates read by ranges: every form that is not the one form is refused.
@Suite struct CertificateFieldsTests {
  @Test(
    arguments: [
      ([], false), ([4], false), ([4, 0], true), ([4, 1, 7], true), ([4, 2, 7], false),
      // The high form of tags; the indefinite length; too many and too few length bytes.
      ([0x1f, 1, 0], false), ([4, 0x80], false), ([4, 0x80, 0, 0], false),
      ([4, 0x85, 0, 0, 0, 0, 1, 7], false), ([4, 0x82, 1], false), ([4, 0x84], false),
      // Lengths that would fit into fewer bytes.
      ([4, 0x81, 1, 7], false), ([4, 0x82, 0, 0x80] + [UInt8](repeating: 0, count: 128), false),
      ([4, 0x81, 0x80] + [UInt8](repeating: 0, count: 128), true),
      ([4, 0x81, 0x80] + [UInt8](repeating: 0, count: 127), false),
    ] as [([UInt8], Bool)])
  func elementsHaveOneForm(bytes: [UInt8], isRead: Bool) {
    var reader = DERReader(bytes, in: bytes.indices)
    #expect(((try? reader.next()) != nil) == isRead)
  }

  private static let leaf = Result {
    try TrustSimulator().sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: .dsse
    ).certificate
  }

  private func tree() throws -> DERTree {
    let leaf = try #require(try Self.leaf.get())
    return try #require(DERTree(leaf))
  }

  private func children(_ node: DERTree) -> [DERTree] {
    if case .constructed(_, let children) = node { children } else { [] }
  }

  private func isRead(_ tree: DERTree) -> Bool {
    (try? CertificateFields(der: tree.bytes)) != nil
  }

  @Test func signaturesAreWholeBytes() throws {
    let tree = try tree()
    #expect(isRead(tree))
    for content in [[], [0], [1, 7], [7, 0]] as [[UInt8]] {
      #expect(!isRead(tree.editing([2]) { _ in .primitive(tag: 3, content) }), "\(content)")
    }
  }

  @Test(
    arguments: [
      ([5], true), ([0x7f, 0xff], true), ([0, 0x80], true), ([], false), ([0x80], false),
      ([0, 1], false),
    ] as [([UInt8], Bool)])
  func serialNumbersArePositive(content: [UInt8], isPositive: Bool) throws {
    let changed = try tree().editing([0, 1]) { _ in .primitive(tag: 2, content) }
    #expect(isRead(changed) == isPositive)
  }

  @Test func extensionsAreDistinctAndFew() throws {
    let tree = try tree()
    let body = children(children(tree)[0])
    let path = [0, body.count - 1, 0]
    func changed(_ change: ([DERTree]) -> [DERTree]) -> DERTree {
      tree.editing(path) { .constructed(tag: 0x30, change(children($0))) }
    }
    func numbered(_ number: UInt8) -> DERTree {
      .constructed(
        tag: 0x30, [.primitive(tag: 6, [0x2a, 3, number]), .primitive(tag: 4, [])])
    }
    #expect(isRead(changed { $0 }))
    #expect(isRead(changed { $0 + [numbered(1), numbered(2)] }))
    #expect(!isRead(changed { _ in [] }))
    #expect(!isRead(changed { $0 + [$0[0]] }))
    #expect(!isRead(changed { $0 + [numbered(1), numbered(2), numbered(1)] }))
    #expect(isRead(changed { _ in (0..<64).map(numbered) }))
    #expect(!isRead(changed { _ in (0..<65).map(numbered) }))
    let nameless = DERTree.constructed(
      tag: 0x30, [.primitive(tag: 6, []), .primitive(tag: 4, [])])
    #expect(!isRead(changed { $0 + [nameless] }))
  }

  /// A claim is one UTF8String and nothing after it.
  @Test func claimsEndWithTheirText() throws {
    let tree = try tree()
    // 1.3.6.1.4.1.57264.1.8, the issuer.
    let issuer = DERTree.primitive(
      tag: 6, [0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 8])
    let count = children(children(tree)[0]).count
    let list = children(children(children(children(tree)[0])[count - 1])[0])
    let index = try #require(list.firstIndex { children($0).first == issuer })
    #expect(throws: Never.self) { try SigningCertificate(der: tree.bytes) }
    let changed = tree.editing([0, count - 1, 0, index, 1]) { value in
      guard case .primitive(let tag, let content) = value else { return nil }
      return .primitive(tag: tag, content + [5, 0])
    }
    #expect(throws: CertificateError.self) { try SigningCertificate(der: changed.bytes) }
  }

  /// An identifier below a claim's is not that claim.
  @Test func claimsHaveTheirWholeIdentifier() throws {
    let tree = try tree()
    let count = children(children(tree)[0]).count
    let text = DERTree.primitive(tag: 12, Array("x".utf8))
    let other = DERTree.constructed(
      tag: 0x30,
      [
        .primitive(tag: 6, [0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, 99, 9]),
        .primitive(tag: 4, text.bytes),
      ])
    let changed = tree.editing([0, count - 1, 0]) { list in
      .constructed(tag: 0x30, children(list) + [other])
    }
    let claims = try SigningCertificate(der: changed.bytes).claims
    #expect(claims[.buildSignerURI] == nil)
    #expect(claims[.issuer] == TrustSimulator.issuer)
  }

  /// A list of timestamps, with its two lengths, that ends too early or too late.
  @Test func timestampListsAreWhole() throws {
    let tree = try tree()
    let count = children(children(tree)[0]).count
    let list = children(children(children(children(tree)[0])[count - 1])[0])
    // 1.3.6.1.4.1.11129.2.4.2
    let identifier = DERTree.primitive(tag: 6, [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2])
    let index = try #require(list.firstIndex { children($0).first == identifier })
    func timestamps(_ change: ([UInt8]) -> [UInt8]) throws -> Int {
      let changed = tree.editing([0, count - 1, 0, index, 1]) { value in
        guard case .primitive(let tag, let content) = value else { return nil }
        return .primitive(tag: tag, change(content))
      }
      return try SignedCertificateTimestamp.embedded(
        in: try SigningCertificate(der: changed.bytes)
      ).count
    }
    #expect(try timestamps { $0 } == 1)
    #expect(throws: CertificateError.self) { try timestamps { $0 + [5, 0] } }
    for bytes in [[], [0], [0, 9], [0, 1, 0], [0, 3, 0, 1, 1], [0, 2, 0, 0], [0, 3, 0, 1, 0]]
      as [[UInt8]]
    {
      let octets = DERTree.primitive(tag: 4, bytes).bytes
      #expect(throws: CertificateError.self) { try timestamps { _ in octets } }
    }
    // Version and log, and half of the time.
    let short: [UInt8] = [0] + [UInt8](repeating: 7, count: 36)
    let octets = DERTree.primitive(
      tag: 4, [0, UInt8(short.count + 2), 0, UInt8(short.count)] + short)
    #expect(throws: CertificateError.self) { try timestamps { _ in octets.bytes } }
  }

  @Test func keysSignByTheirOwnAlgorithm() throws {
    let tree = try tree()
    let other = try SignatureKey(
      subjectPublicKeyInfo: Array(P256.Signing.PrivateKey().publicKey.derRepresentation))
    let ed25519 = try SignatureKey(
      subjectPublicKeyInfo: [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0]
        + Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
    let fields = try CertificateFields(der: tree.bytes)
    #expect(!fields.isSigned(by: other))
    #expect(!fields.isSigned(by: ed25519))
    let algorithm = DERTree.constructed(tag: 0x30, [.primitive(tag: 6, [0x2b, 0x65, 0x70])])
    let renamed = tree.editing([0, 2]) { _ in algorithm }.editing([1]) { _ in algorithm }
    let second = try CertificateFields(der: renamed.bytes)
    #expect(!second.isSigned(by: ed25519))
    #expect(!second.isSigned(by: other))
  }

  /// The numbers of a signature are positive and in the fewest bytes.
  @Test func signaturesHaveOneForm() throws {
    let message = Array("message".utf8)
    let privateKey = P256.Signing.PrivateKey()
    let key = try SignatureKey(
      subjectPublicKeyInfo: Array(privateKey.publicKey.derRepresentation))
    var isTried = false
    for _ in 0..<64 where !isTried {
      let signature = Array(try privateKey.signature(for: message).derRepresentation)
      let tree = try #require(DERTree(signature))
      guard case .primitive(_, let number)? = children(tree).first, number.first == 0 else {
        continue
      }
      isTried = true
      #expect(key.isValidSignature(tree.bytes, for: message))
      // Without the zero that keeps it positive, and with one too many.
      for content in [Array(number.dropFirst()), [0] + number, []] {
        let changed = tree.editing([0]) { _ in .primitive(tag: 2, content) }
        #expect(!key.isValidSignature(changed.bytes, for: message))
      }
    }
    #expect(isTried)
  }
}
