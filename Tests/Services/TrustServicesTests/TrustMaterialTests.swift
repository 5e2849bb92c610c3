// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Foundation
import HTTPTypes
import Sigstore
import Storage
import TestSupport
import Testing
import X509

@testable import TrustServices

/// The files for clients, and that they stay true over restarts.
struct TrustMaterialTests {
  @Test func restartKeepsTheTrustRoot() async throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/data"
    let files = [
      TrustMaterial.trustedRootFile, TrustMaterial.signingConfigFile,
      TrustMaterial.trustConfigFile, "trust/certificate-authority.pem", RequestToken.file,
    ]
    let before = Box<[[UInt8]?]>([])
    let token = Box("")
    try await TestStack.run(in: path) { stack in
      before.value = try files.map { try stack.folder.read($0) }
      token.value = try await stack.token()
    }
    #expect(before.value.allSatisfy { $0 != nil })
    try await TestStack.run(in: path) { stack in
      #expect(try files.map { try stack.folder.read($0) } == before.value)
      _ = try await stack.services.issuer.verify(
        token.value, audience: "sigstore", at: stack.now)
      for file in files.prefix(3) {
        let answer = try await stack.send(.get, "/\(file)")
        #expect(answer.bytes == (try stack.folder.read(file)))
      }
    }
  }

  @Test func documentsAreReadable() async throws {
    try await TestStack.run { stack in
      let bytes = try #require(try stack.folder.read(TrustMaterial.trustedRootFile))
      let root = try TrustedRoot(parsing: bytes)
      #expect(root == stack.services.material.trustedRoot)
      #expect(root.transparencyLogs[0].host == "localhost")
      #expect(root.transparencyLogs[0].logID == stack.services.log.key.logID.bytes)
      let config = try SigningConfig(
        parsing: try #require(try stack.folder.read(TrustMaterial.signingConfigFile)))
      for services in [
        config.certificateAuthorities, config.identityIssuers, config.transparencyLogs,
      ] {
        #expect(services.map(\.url) == [TestStack.baseURL])
        #expect(services.map(\.majorAPIVersion) == [1])
      }
      let both = try JSONNode(
        parsing: try #require(try stack.folder.read(TrustMaterial.trustConfigFile)))
      #expect(try both.required("trustedRoot").value == root.json)
      #expect(try both.required("signingConfig").value == config.json)
    }
  }

  @Test(arguments: [
    "transparency-log.pem", "certificate-log.pem", "certificate-authority-root.pem",
    "certificate-authority-intermediate.pem",
  ])
  func otherKeysAreNotSignedWith(name: String) async throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/data"
    try await TestStack.run(in: path) { stack in
      try stack.folder.write(
        Array(P256.Signing.PrivateKey().pemRepresentation.utf8), to: "secrets/\(name)")
    }
    await #expect(throws: StorageError.self) { try await TestStack.run(in: path) { _ in } }
    do {
      let folder = try DataFolder(opening: path)
      try folder.write(Array("secret text".utf8), to: "secrets/\(name)")
    }
    let error = await #expect(throws: StorageError.self) {
      try await TestStack.run(in: path) { _ in }
    }
    #expect(error?.problem.contains("not usable") == true)
    #expect(error?.problem.contains("secret text") == false)
  }

  /// The whole way: what our signer makes with these services, a verifier of this root accepts.
  @Test func signedHereVerifiesHere() async throws {
    try await TestStack.run { stack in
      let verifier = Verifier(trusting: stack.services.material.trustedRoot)
      let services = Services(stack: stack)
      let signer = try await Signer(
        identityToken: try await stack.token(),
        services: SigningServices(
          certificateIssuer: services, logs: [services], timestampSources: []),
        verifier: verifier, randomness: services, now: { stack.now })
      let digest = SHA256Hash(hashing: Array("wheel".utf8))
      let bundle = try await signer.sign(
        Statement(
          subjects: [Subject(name: "a.whl", sha256: digest)],
          predicateType: PredicateType.publish, predicate: [:])
      ).bundle
      let result = await verifier.verify(bundle, artifact: digest, now: stack.now)
      #expect(result.report.passed)
      #expect(
        result.verified?.signingTimes == [Timestamp(unixSeconds: TestStack.start.seconds)])
    }
  }

  private struct Services: CertificateIssuer, LogSubmitter, SigningRandomness {
    let stack: TestStack
    let address = "https://stack.example"
    let promisesTime = true

    func key() -> P256.Signing.PrivateKey { P256.Signing.PrivateKey() }
    func nonce() -> UInt64 { 1 }

    func issueCertificate(
      for request: String, identityToken: String
    ) async throws -> [[UInt8]] {
      let answer = try await stack.post(
        "/api/v2/signingCert",
        ["certificateSigningRequest": .string(Base64.encode(Array(request.utf8)))],
        token: identityToken)
      return try answer.json.required("signedCertificateEmbeddedSct").required("chain")
        .required("certificates").array(limit: 8).map {
          try PEM.decodeOne(try $0.string(), label: "CERTIFICATE")
        }
    }

    func submit(
      _ content: Sigstore.Bundle.Content, certificate: [UInt8]
    ) async throws -> TransparencyLogEntry {
      guard case .envelope(let envelope) = content else { throw DuplicateEntry("") }
      let pem = PEM.encode(certificate, label: "CERTIFICATE")
      let answer = try await stack.post(
        "/api/v1/log/entries",
        [
          "apiVersion": "0.0.1", "kind": "dsse",
          "spec": [
            "proposedContent": [
              "envelope": .string(envelope.json.compactText),
              "verifiers": [.string(Base64.encode(Array(pem.utf8)))],
            ]
          ],
        ])
      let entry = JSONNode(try answer.json.object().members[0].value)
      let proof = try entry.required("verification").required("inclusionProof")
      return TransparencyLogEntry(
        logIndex: try entry.required("logIndex").unsigned64(),
        logID: try Hexadecimal.decode(try entry.required("logID").string()), kind: "dsse",
        version: "0.0.1", integratedTime: try entry.required("integratedTime").integer(),
        signedEntryTimestamp: try entry.required("verification")
          .required("signedEntryTimestamp").bytes(),
        inclusion: .init(
          logIndex: try proof.required("logIndex").unsigned64(),
          rootHash: try #require(
            SHA256Hash(hexadecimal: try proof.required("rootHash").string())),
          treeSize: try proof.required("treeSize").unsigned64(),
          hashes: try proof.required("hashes").array(limit: 64).map {
            try #require(SHA256Hash(hexadecimal: try $0.string()))
          }, checkpoint: try proof.required("checkpoint").string()),
        canonicalizedBody: try entry.required("body").bytes())
    }
  }
}

/// A value that closures share; the tests use it from one task after another.
private final class Box<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) {
    self.value = value
  }
}
