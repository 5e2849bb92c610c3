// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

/// What a log writes down about a signature, in each form.
struct SimulatedBody {
  let form: SigningForm
  let content: Bundle.Content
  /// Digest of the artifact, for signatures over files.
  let artifact: SHA256Hash
  /// The certificate or key, in DER.
  let material: [UInt8]
  let isKey: Bool
  let lie: Lie?

  /// The canonical body.
  func bytes(otherMaterial: [UInt8]) throws -> [UInt8] {
    if lie == .bodyNotJSON { return Array("{".utf8) }
    if lie == .bodyUnknownKind {
      return Array(#"{"apiVersion":"0.0.1","kind":"rpm","spec":{}}"#.utf8)
    }
    let signature: [UInt8] =
      switch (lie, content) {
      case (.bodyOfOtherSignature, _): [1, 2, 3]
      case (_, .messageSignature(_, let signature)): signature
      case (_, .envelope(let envelope)): envelope.signature
      }
    let der = lie == .bodyOfOtherCertificate ? otherMaterial : material
    let label =
      lie == .bodyVerifierLabel ? "RSA KEY" : isKey ? "PUBLIC KEY" : "CERTIFICATE"
    let pem =
      lie == .bodyVerifierNotPEM ? "no PEM" : PEM.encode(der, label: label)
    let pemText = JSONValue.string(Base64.encode(Array(pem.utf8)))

    switch bodyForm {
    case .dsse:
      return try encode("dsse", "0.0.1") {
        let item: JSONValue = [
          "signature": .string(Base64.encode(signature)), "verifier": pemText,
        ]
        return [
          "envelopeHash": hash(envelopeDigest), "payloadHash": hash(payloadDigest),
          "signatures": .array(lie == .bodyTwoSignatures ? [item, item] : [item]),
        ]
      }
    case .intoto:
      let text =
        lie == .bodySignatureText ? "no base64" : Base64.encode(signature)
      return try encode("intoto", "0.0.2") {
        let item: JSONValue = [
          "sig": .string(Base64.encode(Array(text.utf8))), "publicKey": pemText,
        ]
        return [
          "content": [
            "envelope": [
              "payloadType": .string(DSSEEnvelope.inTotoPayloadType),
              "signatures": .array(lie == .bodyTwoSignatures ? [item, item] : [item]),
            ],
            "hash": hash(SHA256Hash(hashing: [])), "payloadHash": hash(payloadDigest),
          ]
        ]
      }
    case .blob:
      return try encode("hashedrekord", "0.0.1") {
        [
          "data": ["hash": hash(signedDigest)],
          "signature": [
            "content": .string(Base64.encode(signature)), "publicKey": ["content": pemText],
          ],
        ]
      }
    case .dsseV2, .blobV2:
      let raw: JSONValue = ["rawBytes": .string(Base64.encode(der))]
      var verifier = JSONObject([("keyDetails", "PKIX_ECDSA_P256_SHA_256")])
      verifier[isKey ? "publicKey" : "x509Certificate"] = raw
      if lie == .bodyTwoVerifiers { verifier[isKey ? "x509Certificate" : "publicKey"] = raw }
      let digest = Base64.encode(
        lie == .bodyHashText ? Array(signedDigest.bytes.dropLast()) : signedDigest.bytes)
      return try encode("hashedrekord", "0.0.2") {
        [
          "hashedRekordV002": [
            "data": [
              "algorithm": lie == .bodyHashAlgorithm ? "SHA2_512" : "SHA2_256",
              "digest": .string(digest),
            ],
            "signature": [
              "content": .string(Base64.encode(signature)), "verifier": .object(verifier),
            ],
          ]
        ]
      }
    }
  }

  /// How the entry is announced.
  var kindVersion: (kind: String, version: String) {
    switch lie {
    case .kindMisannounced: ("hashedrekord", form == .blob ? "0.0.2" : "0.0.1")
    case .bodyUnknownKind: ("rpm", "0.0.1")
    default: bodyForm.kindVersion
    }
  }

  private var bodyForm: SigningForm {
    guard lie == .bodyOfOtherKind else { return form }
    return form.isEnvelope ? .blob : .dsse
  }

  private func encode(
    _ kind: String, _ version: String, _ spec: () -> JSONValue
  ) throws -> [UInt8] {
    try CanonicalJSON.encode([
      "apiVersion": .string(version), "kind": .string(kind), "spec": spec(),
    ])
  }

  private func hash(_ digest: SHA256Hash) -> JSONValue {
    [
      "algorithm": lie == .bodyHashAlgorithm ? "sha512" : "sha256",
      "value": .string(
        lie == .bodyHashText ? digest.hexadecimal.uppercased() : digest.hexadecimal),
    ]
  }

  private var envelopeDigest: SHA256Hash {
    guard case .envelope(let envelope) = content else { return SHA256Hash(hashing: []) }
    return SHA256Hash(hashing: Array(envelope.json.compactText.utf8))
  }

  private var payloadDigest: SHA256Hash {
    guard lie != .bodyOfOtherPayload, case .envelope(let envelope) = content else {
      return SHA256Hash(hashing: [7])
    }
    return SHA256Hash(hashing: envelope.payload)
  }

  private var signedDigest: SHA256Hash {
    if lie == .bodyOfOtherPayload { return SHA256Hash(hashing: [7]) }
    switch content {
    case .messageSignature(let digest, _): return digest?.sha256 ?? artifact
    case .envelope(let envelope):
      return SHA256Hash(hashing: envelope.preAuthenticationEncoding)
    }
  }
}
