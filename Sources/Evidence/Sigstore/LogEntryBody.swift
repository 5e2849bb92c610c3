// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// What a log entry's body says was signed, by which key and with which signature
/// (Rekor types `hashedrekord` 0.0.1 and `dsse` 0.0.1).
///
/// ```
/// {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{
///   "data":{"hash":{"algorithm":"sha256","value":"<hex>"}},
///   "signature":{"content":"<base64>","publicKey":{"content":"<base64 of PEM>"}}}}
/// {"apiVersion":"0.0.1","kind":"dsse","spec":{
///   "envelopeHash":{…},"payloadHash":{"algorithm":"sha256","value":"<hex>"},
///   "signatures":[{"signature":"<base64>","verifier":"<base64 of PEM>"}]}}
/// ```
package struct LogEntryBody: Hashable, Sendable {
  /// The kinds of entries that are understood.
  package enum Kind: String, Hashable, Sendable {
    /// A signature over an artifact's digest.
    case hashedrekord
    /// A DSSE envelope.
    case dsse
  }

  /// The kind.
  package let kind: Kind
  /// SHA-256 of the artifact (`hashedrekord`) or of the payload (`dsse`).
  package let digest: SHA256Hash
  /// The signature's bytes.
  package let signature: [UInt8]
  /// PEM of the certificate or public key that the log checked the signature with.
  package let verifierPEM: String

  /// Reads the body of an entry.
  ///
  /// - Throws: `DocumentError`, also for kinds and versions that are not understood.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes)
    let version = try node.required("apiVersion")
    guard try version.string() == "0.0.1" else { throw version.error("expected 0.0.1") }
    let kindNode = try node.required("kind")
    guard let kind = Kind(rawValue: try kindNode.string()) else {
      throw kindNode.error("not a kind of entry that is understood")
    }
    self.kind = kind
    let spec = try node.required("spec")
    let verifier: [UInt8]
    switch kind {
    case .hashedrekord:
      digest = try Self.sha256(try spec.required("data").required("hash"))
      let signatureNode = try spec.required("signature")
      signature = try signatureNode.required("content").bytes()
      verifier = try signatureNode.required("publicKey").required("content").bytes()
    case .dsse:
      digest = try Self.sha256(try spec.required("payloadHash"))
      let signatures = try spec.required("signatures").array(limit: 32)
      guard signatures.count == 1, let only = signatures.first else {
        throw spec.error("expected exactly one signature")
      }
      signature = try only.required("signature").bytes()
      verifier = try only.required("verifier").bytes()
    }
    guard let pem = String(validating: verifier, as: UTF8.self) else {
      throw spec.error("the verifier is not PEM text")
    }
    verifierPEM = pem
  }

  private static func sha256(_ node: JSONNode) throws(DocumentError) -> SHA256Hash {
    let algorithm = try node.required("algorithm")
    guard try algorithm.string() == "sha256" else { throw algorithm.error("expected sha256") }
    let value = try node.required("value")
    guard let digest = SHA256Hash(hexadecimal: try value.string()) else {
      throw value.error("expected 64 lower-case hexadecimal digits")
    }
    return digest
  }

  /// The canonical body of a `hashedrekord` entry.
  package static func hashedrekord(
    digest: SHA256Hash, signature: [UInt8], verifierPEM: String
  ) throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    try CanonicalJSON.encode([
      "apiVersion": "0.0.1", "kind": "hashedrekord",
      "spec": [
        "data": ["hash": ["algorithm": "sha256", "value": .string(digest.hexadecimal)]],
        "signature": [
          "content": .string(Base64.encode(signature)),
          "publicKey": ["content": .string(Base64.encode(Array(verifierPEM.utf8)))],
        ],
      ],
    ])
  }

  /// The canonical body of a `dsse` entry.
  ///
  /// - Parameter envelopeText: the envelope's JSON exactly as it was submitted.
  package static func dsse(
    _ envelope: DSSEEnvelope, envelopeText: [UInt8], verifierPEM: String
  ) throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    func hash(_ bytes: [UInt8]) -> JSONValue {
      ["algorithm": "sha256", "value": .string(SHA256Hash(hashing: bytes).hexadecimal)]
    }
    return try CanonicalJSON.encode([
      "apiVersion": "0.0.1", "kind": "dsse",
      "spec": [
        "envelopeHash": hash(envelopeText), "payloadHash": hash(envelope.payload),
        "signatures": [
          [
            "signature": .string(Base64.encode(envelope.signature)),
            "verifier": .string(Base64.encode(Array(verifierPEM.utf8))),
          ]
        ],
      ],
    ])
  }
}
