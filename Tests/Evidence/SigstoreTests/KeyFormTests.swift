// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Signatures in the form of P1363, keys that are none, and names of other kinds.
@Suite struct KeyFormTests {
  private static let message = Array("message".utf8)

  @Test func signaturesAsTwoNumbers() throws {
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()
    let p521 = P521.Signing.PrivateKey()
    let other = Array("other".utf8)
    for (der, signature) in [
      (
        p256.publicKey.derRepresentation,
        Array(try p256.signature(for: Self.message).rawRepresentation)
      ),
      (
        p384.publicKey.derRepresentation,
        Array(try p384.signature(for: Self.message).rawRepresentation)
      ),
      (
        p521.publicKey.derRepresentation,
        Array(try p521.signature(for: Self.message).rawRepresentation)
      ),
    ] {
      let key = try SignatureKey(subjectPublicKeyInfo: Array(der))
      #expect(key.isValidP1363Signature(signature, for: Self.message))
      #expect(!key.isValidP1363Signature(signature, for: other))
      #expect(!key.isValidP1363Signature(signature.dropLast(), for: Self.message))
      #expect(!key.isValidP1363Signature([], for: Self.message))
    }
    let ed25519 = Curve25519.Signing.PrivateKey()
    // As SubjectPublicKeyInfo (RFC 8410 §4).
    let key = try SignatureKey(
      subjectPublicKeyInfo: [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0]
        + ed25519.publicKey.rawRepresentation)
    let signature = Array(try ed25519.signature(for: Self.message))
    #expect(key.isValidSignature(signature, for: Self.message))
    #expect(!key.isValidP1363Signature(signature, for: Self.message))
  }

  /// The leaf with its alternative name replaced; nobody signs it again, and its profile is read
  /// before its signature.
  private func leaf(named name: DERTree) throws -> [UInt8] {
    let bundle = try TrustSimulator().sign(
      OneDefectTests.statement, artifact: OneDefectTests.artifact, form: .dsse)
    let certificate = try #require(bundle.certificate)
    let tree = try #require(DERTree(certificate))
    let identifier = DERTree.primitive(tag: 6, [0x55, 0x1d, 0x11])
    let place = try #require(
      tree.paths.first { path in
        path.reduce(tree) { node, index in
          if case .constructed(_, let children) = node { children[index] } else { node }
        } == identifier
      })
    let value = place.dropLast() + [place[place.count - 1] + 2]
    return tree.editing(Array(value)) { node in
      #expect(node.bytes.first == 4)
      return .primitive(tag: 4, DERTree.constructed(tag: 0x30, [name]).bytes)
    }.bytes
  }

  /// Fulcio's name for users: otherName 1.3.6.1.4.1.57264.1.7 with a UTF8String.
  private func username(_ type: [UInt8], _ value: DERTree) -> DERTree {
    .constructed(
      tag: 0xa0, [.primitive(tag: 6, type), .constructed(tag: 0xa0, [value])])
  }

  private static let usernameType: [UInt8] = [
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01, 0x07,
  ]

  @Test func namesOfUsers() throws {
    let text = DERTree.primitive(tag: 0x0c, Array("user@example".utf8))
    let good = try SigningCertificate(der: try leaf(named: username(Self.usernameType, text)))
    #expect(good.subjectAlternativeName == .username("user@example"))
    for name in [
      username(Self.usernameType, .primitive(tag: 2, [1])), username([0x2a, 0x03], text),
      .primitive(tag: 0x82, Array("host.example".utf8)),
    ] {
      let der = try leaf(named: name)
      #expect(throws: CertificateError.self) { try SigningCertificate(der: der) }
    }
  }

  /// A key of 1,024 bits is an RSA key, but none that counts.
  @Test func smallKeysAreRefused() throws {
    let modulus = [UInt8](repeating: 0xff, count: 128)
    let key = DERTree.constructed(
      tag: 0x30, [.primitive(tag: 2, [0] + modulus), .primitive(tag: 2, [1, 0, 1])])
    #expect(throws: CertificateError.self) { try SignatureKey(rsaPublicKey: key.bytes) }
    let info = DERTree.constructed(
      tag: 0x30,
      [
        .constructed(
          tag: 0x30,
          [
            .primitive(tag: 6, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]),
            .primitive(tag: 5, []),
          ]), .primitive(tag: 3, [0] + key.bytes),
      ])
    #expect(throws: CertificateError.self) { try SignatureKey(subjectPublicKeyInfo: info.bytes) }
  }
}
