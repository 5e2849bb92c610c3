// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import TestSupport
import Testing
import TrustSimulator

/// Keys of every kind: what they accept, and that they accept nothing else.
@Suite struct SignatureKeyTests {
  static let message = Array("message".utf8)

  struct Signed: Sendable {
    let key: SignatureKey
    let signature: [UInt8]
  }

  /// A key of each elliptic kind with a signature over the message by its own hash.
  static func elliptic() throws -> [Signed] {
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()
    let p521 = P521.Signing.PrivateKey()
    func key(_ der: some Sequence<UInt8>) throws -> SignatureKey {
      try SignatureKey(subjectPublicKeyInfo: Array(der))
    }
    return [
      Signed(
        key: try key(p256.publicKey.derRepresentation),
        signature: Array(try p256.signature(for: message).derRepresentation)),
      Signed(
        key: try key(p384.publicKey.derRepresentation),
        signature: Array(try p384.signature(for: message).derRepresentation)),
      Signed(
        key: try key(p521.publicKey.derRepresentation),
        signature: Array(try p521.signature(for: message).derRepresentation)),
    ]
  }

  static func ed25519() throws -> Signed {
    let key = Curve25519.Signing.PrivateKey()
    let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    return Signed(
      key: try SignatureKey(
        subjectPublicKeyInfo: prefix + Array(key.publicKey.rawRepresentation)),
      signature: Array(try key.signature(for: message)))
  }

  private func spoilt(_ signature: [UInt8]) -> [[UInt8]] {
    var flipped = signature
    flipped[flipped.count - 1] ^= 1
    return [flipped, [], [0x30, 0x00], Array(signature.dropLast()), signature + [0]]
  }

  @Test func ownHash() throws {
    for (signed, hash) in zip(try Self.elliptic(), [.sha256, .sha384, .sha512] as [SignatureHash]) {
      let bytes = hash.digest(of: Self.message)
      #expect(signed.key.isValidSignature(signed.signature, forDigest: bytes, hash: hash))
      #expect(
        !signed.key.isValidSignature(signed.signature, forDigest: bytes.reversed(), hash: hash))
      #expect(!signed.key.isValidSignature(signed.signature, forDigest: bytes + [0], hash: hash))
    }
    for signed in try Self.elliptic() + [try Self.ed25519()] {
      #expect(signed.key.isValidSignature(signed.signature, for: Self.message))
      #expect(!signed.key.isValidSignature(signed.signature, for: Self.message + [0]))
      for other in spoilt(signed.signature) {
        #expect(!signed.key.isValidSignature(other, for: Self.message))
      }
    }
  }

  @Test func namedHash() throws {
    let hashes: [SignatureHash] = [.sha256, .sha384, .sha512]
    for (signed, own) in zip(try Self.elliptic(), hashes) {
      for hash in hashes {
        #expect(
          signed.key.isValidSignature(signed.signature, for: Self.message, hash: hash)
            == (hash == own))
        for other in spoilt(signed.signature) {
          #expect(!signed.key.isValidSignature(other, for: Self.message, hash: hash))
        }
      }
    }
    let signed = try Self.ed25519()
    #expect(!signed.key.isValidSignature(signed.signature, for: Self.message, hash: .sha512))
  }

  /// A signature in DER has one form: other encodings of the same numbers are refused.
  @Test func otherEncodingsOfASignatureAreRefused() throws {
    for signed in try Self.elliptic().prefix(2) {
      let der = signed.signature
      // SEQUENCE, length, INTEGER, length, r, INTEGER, length, s.
      let r = Array(der[4..<4 + Int(der[3])])
      let s = Array(der[(6 + r.count)...])
      func encoded(_ r: [UInt8], _ s: [UInt8], more: [UInt8] = []) -> [UInt8] {
        let numbers = [2, UInt8(r.count)] + r + [2, UInt8(s.count)] + s + more
        return [0x30, UInt8(numbers.count)] + numbers
      }
      #expect(encoded(r, s) == der)
      #expect(signed.key.isValidSignature(encoded(r, s), for: Self.message))
      let negative = [r[0] | 0x80] + r.dropFirst()
      for other in [
        encoded([0] + r, s), encoded(r, [0] + s), encoded(negative, s), encoded([], s),
        encoded(r, []), encoded([0], s), encoded(r, [0]), encoded(r, s, more: [2, 1, 1]),
        encoded([1] + Array(repeating: 0, count: 48), s), der + [0], [0x31] + der.dropFirst(),
        [0x30, 0x81] + der.dropFirst(),
      ] {
        #expect(!signed.key.isValidSignature(other, for: Self.message), "\(other)")
      }
    }
  }

  @Test func digest() throws {
    let digest = SHA256Hash(hashing: Self.message)
    let key = P384.Signing.PrivateKey()
    let public384 = try SignatureKey(
      subjectPublicKeyInfo: Array(key.publicKey.derRepresentation))
    let old = try key.signature(for: SHA256.hash(data: Self.message)).derRepresentation
    #expect(public384.isValidSignature(Array(old), forDigest: digest))
    #expect(!public384.isValidSignature(Array(old), for: Self.message))
    for signed in try Self.elliptic() + [try Self.ed25519()] {
      for other in spoilt(signed.signature) {
        #expect(!signed.key.isValidSignature(other, forDigest: digest))
      }
    }
    // Ed25519 signs messages.
    let edwards = try Self.ed25519()
    #expect(!edwards.key.isValidSignature(edwards.signature, forDigest: digest))
  }

  @Test(.enabled(if: OpenSSL.isPresent, "not run: no openssl on PATH"))
  func rsa() throws {
    let made = try OpenSSL.rsa(bits: 2048, signing: Self.message)
    let key = try SignatureKey(pem: made.publicKey)
    #expect(key.isValidSignature(made.signature, for: Self.message))
    #expect(key.isValidSignature(made.signature, for: Self.message, hash: .sha256))
    #expect(!key.isValidSignature(made.signature, for: Self.message, hash: .sha384))
    #expect(!key.isValidSignature(made.signature, for: Self.message + [0]))
    #expect(key.isValidSignature(made.signature, forDigest: SHA256Hash(hashing: Self.message)))
    #expect(!key.isValidSignature(made.signature, forDigest: SHA256Hash(hashing: [0])))
    // The padding names the hash: the same bytes as another hash's are refused.
    let bytes = SHA256Hash(hashing: Self.message).bytes
    #expect(!key.isValidSignature(made.signature, forDigest: bytes, hash: .sha384))
    #expect(!key.isValidSignature(made.signature, forDigest: bytes + bytes, hash: .sha512))
    #expect(!key.isValidSignature(made.signature, forDigest: [], hash: .sha256))
    let pkcs1 = try #require(DERTree(key.subjectPublicKeyInfo))
    guard case .constructed(_, let parts) = pkcs1, case .primitive(_, let bits) = parts[1] else {
      Issue.record("not a SubjectPublicKeyInfo")
      return
    }
    #expect(try SignatureKey(rsaPublicKey: Array(bits.dropFirst())) == key)
    let short = try OpenSSL.rsa(bits: 1024, signing: Self.message)
    #expect(throws: CertificateError.self) { try SignatureKey(pem: short.publicKey) }
  }

  @Test func otherKeysAreRefused() throws {
    let good = Array(P256.Signing.PrivateKey().publicKey.derRepresentation)
    var offCurve = good
    offCurve[offCurve.count - 1] ^= 1
    for der in [[], [0x30, 0x00], Array(good.dropLast()), good + [0], offCurve] {
      #expect(throws: CertificateError.self) { try SignatureKey(subjectPublicKeyInfo: der) }
    }
    #expect(throws: CertificateError.self) { try SignatureKey(rsaPublicKey: good) }
    #expect(throws: CertificateError.self) { try SignatureKey(pem: "no PEM") }
    #expect(throws: CertificateError.self) {
      try SignatureKey(pem: PEM.encode(good, label: "CERTIFICATE"))
    }
  }
}

extension OpenSSL {
  /// A fresh RSA key as PEM, and its PKCS #1 v1.5 signature with SHA-256.
  static func rsa(
    bits: Int, signing message: [UInt8]
  ) throws -> (publicKey: String, signature: [UInt8]) {
    let scratch = try Scratch()
    func run(_ arguments: [String]) throws {
      let outcome = try self.run(arguments, in: scratch.path)
      guard outcome.status == 0 else { throw Failure(outcome: outcome) }
    }
    _ = try scratch.write("message", message)
    try run([
      "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)", "-out", "key",
    ])
    try run(["pkey", "-in", "key", "-pubout", "-out", "public"])
    try run(["dgst", "-sha256", "-sign", "key", "-out", "signature", "message"])
    return (
      String(decoding: try TestData.read("\(scratch.path)/public"), as: UTF8.self),
      try TestData.read("\(scratch.path)/signature")
    )
  }
}
