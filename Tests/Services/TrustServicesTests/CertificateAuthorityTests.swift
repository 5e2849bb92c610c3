// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import CryptoExtras
import Encodings
import Foundation
import HTTPTypes
import PythonPackaging
import Sigstore
import Storage
import SwiftASN1
import Testing
import TransparencyLog
import X509

@testable import TrustServices

/// Certificates: their profile, their promise by the log, and who gets none.
struct CertificateAuthorityTests {
  @Test func profile() async throws {
    try await TestStack.run { stack in
      let sha = String(repeating: "0f", count: 20)
      let key = P256.Signing.PrivateKey()
      let chain = try await stack.certificate(
        for: .init(key), token: try await stack.token(sha: sha))
      #expect(chain.count == 3)
      let subject = "\(TestStack.baseURL)/workspace/greeting"
      let leaf = try SigningCertificate(der: chain[0])
      #expect(leaf.subjectAlternativeName == .uri(subject))
      #expect(leaf.publicKey.subjectPublicKeyInfo == Array(key.publicKey.derRepresentation))
      #expect(
        leaf.claims == [
          .issuerV1: TestStack.baseURL, .issuer: TestStack.baseURL,
          .sourceRepositoryDigest: sha, .sourceRepositoryRef: "refs/heads/main",
          .tokenSubject: subject,
        ])
      #expect(leaf.notBefore == Timestamp(unixSeconds: TestStack.start.seconds))
      #expect(leaf.notAfter == leaf.notBefore.adding(seconds: 600))
      let certificate = try Certificate(derEncoded: leaf.der)
      #expect(certificate.subject.isEmpty)
      #expect(certificate.serialNumber.bytes.count == 20)
      #expect(certificate.signatureAlgorithm == .ecdsaWithSHA256)
      let expected: [(ASN1ObjectIdentifier, Bool)] = [
        ([2, 5, 29, 15], true), ([2, 5, 29, 37], false), ([2, 5, 29, 14], false),
        ([2, 5, 29, 35], false), ([2, 5, 29, 17], true),
        ([1, 3, 6, 1, 4, 1, 57264, 1, 1], false), ([1, 3, 6, 1, 4, 1, 57264, 1, 8], false),
        ([1, 3, 6, 1, 4, 1, 57264, 1, 13], false), ([1, 3, 6, 1, 4, 1, 57264, 1, 14], false),
        ([1, 3, 6, 1, 4, 1, 57264, 1, 24], false), (PrecertificateBody.timestampList, false),
      ]
      #expect(certificate.extensions.map(\.oid) == expected.map(\.0))
      #expect(certificate.extensions.map(\.critical) == expected.map(\.1))
      let root = stack.services.material.trustedRoot
      let issuance = await root.certificateAuthorities[0].chain.issuance(of: leaf)
      let issuer = try issuance.issuerKey(at: stack.now)
      let intermediate = try Certificate(derEncoded: chain[1])
      #expect(issuer == (try SignatureKey(intermediate.publicKey)).subjectPublicKeyInfo)
      #expect(throws: Certificates.CertificateError.self) {
        try issuance.issuerKey(at: stack.now.adding(seconds: 601))
      }
    }
  }

  @Test func promiseOfTheLog() async throws {
    try await TestStack.run { stack in
      let log = stack.services.authority.log
      for number in 0..<3 {
        let chain = try await stack.certificate(for: .init(P384.Signing.PrivateKey()))
        let leaf = try Certificate(derEncoded: chain[0])
        let promises = try SignedCertificateTimestamp.embedded(
          in: try SigningCertificate(der: chain[0]))
        #expect(promises.count == 1)
        #expect(promises[0].logID == log.key.logID)
        #expect(promises[0].milliseconds == UInt64(TestStack.start.seconds) * 1_000 + 250)
        let issuerKey = try SignatureKey(try Certificate(derEncoded: chain[1]).publicKey)
        let signed = promises[0].signedBytes(
          precertificate: try PrecertificateBody.bytes(tbsCertificate: leaf.tbsCertificateBytes),
          issuerKeyHash: issuerKey.keyID)
        let trusted = stack.services.material.trustedRoot.certificateLogs[0]
        #expect(trusted.key?.isValidSignature(promises[0].signature, for: signed) == true)
        // The promise is kept before it is given.
        let entry = try #require(try await log.store.entry(leafHash: MerkleHash.leaf(signed)))
        #expect(entry.entry.index == UInt64(number))
        try entry.proof.check(leaf: entry.entry.leafHash, root: entry.head.rootHash)
      }
    }
  }

  @Test func keyWithProofOfPossession() async throws {
    try await TestStack.run { stack in
      let key = P256.Signing.PrivateKey()
      let subject = "\(TestStack.baseURL)/workspace/greeting"
      func request(signing text: String) async throws -> Answer {
        let proof = try key.signature(for: Array(text.utf8)).derRepresentation
        return try await stack.post(
          "/api/v2/signingCert",
          [
            "credentials": ["oidcIdentityToken": .string(try await stack.token())],
            "publicKeyRequest": [
              "publicKey": [
                "algorithm": "ECDSA", "content": .string(key.publicKey.pemRepresentation + "\n"),
              ],
              "proofOfPossession": .string(Base64.encode(Array(proof))),
            ],
          ])
      }
      let answer = try await request(signing: subject)
      #expect(answer.status == 200, "\(answer.text)")
      let refused = try await request(signing: "somebody else")
      #expect(refused.status == 400)
      #expect(try refused.message.contains("proof of possession"))
    }
  }

  @Test func refusals() async throws {
    try await TestStack.run { stack in
      let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
      let good = try TestRequest.base64(key: key)
      // The signature is the end of a request.
      var broken = try TestRequest.der(key: key)
      broken[broken.count - 1] ^= 1
      var other = try TestRequest.der(key: key)
      other[0] = 0x31
      let rsa = Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
      let table: [(String, String)] = [
        (TestRequest.base64(der: broken), "signature"),
        (TestRequest.base64(der: other), "PKCS #10"),
        (try TestRequest.base64(key: .init(P521.Signing.PrivateKey())), "P-256 or P-384"),
        (try TestRequest.base64(key: .init(Curve25519.Signing.PrivateKey())), "P-256 or P-384"),
        (try TestRequest.base64(key: rsa), "P-256 or P-384"),
        (Base64.encode(Array("text".utf8)), "PKCS #10"), ("*", "base64"),
      ]
      let token = try await stack.token()
      for (request, words) in table {
        let answer = try await stack.post(
          "/api/v2/signingCert", ["certificateSigningRequest": .string(request)], token: token)
        #expect(answer.status == 400)
        #expect(try answer.json.required("code").integer() == 3)
        #expect(try answer.message.contains(words), "\(answer.text)")
      }
      let wrongAudience = try await stack.token(audience: "hallmark")
      for (secret, words) in [
        (nil, "no identity token"), (wrongAudience, "audience `hallmark`"), ("a.b.c", "header"),
      ] as [(String?, String)] {
        let answer = try await stack.post(
          "/api/v2/signingCert", ["certificateSigningRequest": .string(good)], token: secret)
        #expect(answer.status == 400)
        #expect(try answer.json.required("code").integer() == 3)
        #expect(try answer.message.contains(words), "\(answer.text)")
        if let secret { #expect(!answer.text.contains(secret)) }
      }
      let large = try await stack.send(
        .post, "/api/v2/signingCert", body: [UInt8](repeating: 0x20, count: (64 << 10) + 1))
      #expect(large.status == 413)
      // None of these left a trace in the log.
      #expect(try await stack.services.authority.log.store.head().size == 0)
    }
  }
}
