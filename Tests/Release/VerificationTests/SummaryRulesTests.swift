// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Crypto
import Encodings
import Testing
import TrustSimulator

@testable import Verification

/// Verification summaries: everything as expected but one thing.
@Suite struct SummaryRulesTests {
  private static let key = P256.Signing.PrivateKey()
  private static let digest = "sha256:" + SHA256Hash(hashing: [1]).hexadecimal
  private static let truth: JSONValue = [
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [
      ["name": "x", "digest": ["sha256": .string(SHA256Hash(hashing: [1]).hexadecimal)]]
    ],
    "predicateType": "https://slsa.dev/verification_summary/v1",
    "predicate": [
      "verifier": ["id": "https://verifier.example"], "resourceUri": "pkg:x",
      "verificationResult": "PASSED", "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "REVIEWED"],
    ],
  ]

  private func reason(
    _ change: ([JSONStep], JSONValue?)? = nil, digests: [String] = [digest],
    verifier: String = "https://verifier.example", resource: String = "pkg:x",
    levels: [String] = ["SLSA_BUILD_LEVEL_2", "REVIEWED"], keyID: String = "",
    expectedKey: String? = nil, type: String = DSSEEnvelope.inTotoPayloadType,
    signing: P256.Signing.PrivateKey = key, isPlain: Bool = false
  ) throws -> String {
    let document = change.map { change in Self.truth.editing(change.0) { _ in change.1 } }
    let payload = Array((document ?? Self.truth).compactText.utf8)
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    let signature = try signing.signature(for: signed)
    let envelope = try DSSEEnvelope(
      JSONNode([
        "payloadType": .string(type), "payload": .string(Base64.encode(payload)),
        "signatures": [
          [
            "keyid": .string(keyID),
            "sig": .string(
              Base64.encode(
                Array(isPlain ? signature.rawRepresentation : signature.derRepresentation))),
          ]
        ],
      ]))
    return ProvenanceVerifier.verifySummary(
      envelope,
      signedBy: try SignatureKey(
        subjectPublicKeyInfo: Array(Self.key.publicKey.derRepresentation)),
      SummaryExpectations(
        subjectDigests: digests, verifierID: verifier, resourceURI: resource,
        verifiedLevels: levels, publicKeyID: expectedKey)
    ).decision.name
  }

  @Test func truthIsAccepted() throws {
    #expect(try reason() == "pass")
    #expect(try reason(isPlain: true) == "pass")
    #expect(try reason(levels: []) == "pass")
    #expect(try reason(keyID: "a", expectedKey: "a") == "pass")
    let name = "SHA256:" + SHA256Hash(hashing: Array(Self.key.publicKey.derRepresentation)).base64
    #expect(try reason(keyID: name) == "pass")
  }

  @Test func expectationsAreCompared() throws {
    #expect(try reason(digests: []) == "ErrorEmptyRequiredField")
    #expect(try reason(digests: ["sha256"]) == "ErrorInvalidDssePayload")
    #expect(try reason(digests: [Self.digest, "sha256:00"]) == "ErrorMissingSubjectDigest")
    #expect(try reason(digests: ["sha512:00"]) == "ErrorMissingSubjectDigest")
    #expect(try reason(verifier: "https://other.example") == "ErrorMismatchVerifierID")
    #expect(try reason(resource: "pkg:y") == "ErrorMismatchResourceURI")
    for (level, name) in [
      ("SLSA_BUILD_LEVEL_3", "pass"), ("SLSA_BUILD_LEVEL_4", "ErrorMismatchVerifiedLevels"),
      ("SLSA_SOURCE_LEVEL_1", "ErrorMismatchVerifiedLevels"),
      ("SIGNED", "ErrorMismatchVerifiedLevels"), ("SLSA_BUILD_LEVEL", "ErrorInvalidSLSALevel"),
      ("SLSA_BUILD_LEVEL_x", "ErrorInvalidSLSALevel"),
      ("SLSA_BUILD_GRADE_3", "ErrorInvalidSLSALevel"),
      ("SLSA_BÜILD_LEVEL_3", "ErrorInvalidSLSALevel"),
      ("SLSA_BUILD_LEVEL_3_4", "ErrorInvalidSLSALevel"),
    ] {
      #expect(try reason(levels: [level]) == name, "\(level)")
    }
  }

  @Test(
    arguments: [
      (["predicate", "verifier"], nil, "ErrorEmptyRequiredField"),
      (["predicate", "resourceUri"], "", "ErrorEmptyRequiredField"),
      (["predicate", "verificationResult"], "FAILED", "ErrorInvalidVerificationResult"),
      (["predicate", "verificationResult"], nil, "ErrorInvalidVerificationResult"),
      (["predicate", "verifiedLevels"], nil, "ErrorMismatchVerifiedLevels"),
      (["predicate", "verifiedLevels"], ["SLSA_x"], "ErrorInvalidSLSALevel"),
      (["predicate", "verifiedLevels"], 7, "ErrorInvalidDssePayload"),
      (["predicateType"], "https://slsa.dev/provenance/v1", "ErrorInvalidDssePayload"),
      (["_type"], "https://example.com", "ErrorInvalidDssePayload"),
    ] as [([JSONStep], JSONValue?, String)])
  func theSummaryIsCompared(path: [JSONStep], value: JSONValue?, name: String) throws {
    #expect(try reason((path, value)) == name)
  }

  /// The artifact's digest is expected only where no other is.
  @Test func expectedDigestsAreKept() {
    let digest = ArtifactDigest(SHA256Hash(hashing: [1]))
    for (given, expected) in [(["sha1:00"], ["sha1:00"]), ([], [digest.description])] {
      let expectations = SummaryExpectations(
        subjectDigests: given, verifierID: "a", resourceURI: "b", verifiedLevels: [],
        publicKeyID: nil)
      #expect(expectations.about(digest).subjectDigests == expected)
    }
  }

  @Test func theEnvelopeIsCompared() throws {
    #expect(try reason(type: "text/plain") == "ErrorInvalidDssePayload")
    #expect(try reason(signing: P256.Signing.PrivateKey()) == "ErrorNoValidSignature")
    #expect(try reason(keyID: "a") == "ErrorNoValidSignature")
    #expect(try reason(keyID: "a", expectedKey: "b") == "ErrorNoValidSignature")
  }
}
