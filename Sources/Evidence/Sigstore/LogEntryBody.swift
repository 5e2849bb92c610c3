// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// What a log entry's body says was signed, by which key and with which signature.
///
/// The Rekor types that are understood:
/// ```
/// {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{
///   "data":{"hash":{"algorithm":"sha256","value":"<hex>"}},
///   "signature":{"content":"<base64>","publicKey":{"content":"<base64 of PEM>"}}}}
/// {"apiVersion":"0.0.1","kind":"dsse","spec":{
///   "envelopeHash":{…},"payloadHash":{"algorithm":"sha256","value":"<hex>"},
///   "signatures":[{"signature":"<base64>","verifier":"<base64 of PEM>"}]}}
/// {"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{
///   "envelope":{"payloadType":"…","signatures":[{"sig":"<base64 of base64>",
///     "publicKey":"<base64 of PEM>"}]},"payloadHash":{…}}}}
/// {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{
///   "data":{"algorithm":"SHA2_256","digest":"<base64>"},
///   "signature":{"content":"<base64>","verifier":{"keyDetails":"…",
///     "x509Certificate":{"rawBytes":"<base64>"}}}}}}
/// ```
package struct LogEntryBody: Hashable, Sendable {
  /// The kinds of entries that are understood.
  package enum Kind: Hashable, Sendable {
    /// Rekor v1: a signature over an artifact's digest.
    case hashedrekordV1
    /// Rekor v1: a DSSE envelope.
    case dsse
    /// Rekor v1, older: a DSSE envelope with an in-toto statement.
    case intoto
    /// Rekor v1, oldest: the hashes of an envelope and of its payload, without the signature.
    case intotoV1
    /// Rekor v2: a signature over a digest, of an artifact or of an envelope's signed bytes.
    case hashedrekordV2

    init?(kind: String, version: String) {
      switch (kind, version) {
      case ("hashedrekord", "0.0.1"): self = .hashedrekordV1
      case ("dsse", "0.0.1"): self = .dsse
      case ("intoto", "0.0.2"): self = .intoto
      case ("intoto", "0.0.1"): self = .intotoV1
      case ("hashedrekord", "0.0.2"): self = .hashedrekordV2
      default: return nil
      }
    }
  }

  /// With what the log checked the signature, in DER.
  package enum VerificationMaterial: Hashable, Sendable {
    /// A certificate.
    case certificate([UInt8])
    /// A SubjectPublicKeyInfo.
    case publicKey([UInt8])
  }

  /// The kind.
  package let kind: Kind
  /// Digest of the artifact, of the envelope's signed bytes (`hashedrekord` 0.0.2 for an envelope),
  /// or SHA-256 of the payload (`dsse`, `intoto`).
  package let digest: ArtifactDigest
  /// SHA-256 of the envelope's JSON text as it was submitted, where the entry has it (`dsse` and
  /// `intoto` 0.0.1).
  package let envelopeHash: SHA256Hash?
  /// The signature's bytes; `nil` for `intoto` 0.0.1, which has only ``envelopeHash``.
  package let signature: [UInt8]?
  /// With what the log checked the signature.
  package let verifier: VerificationMaterial

  /// Reads the body of an entry.
  ///
  /// - Throws: `DocumentError`, also for kinds and versions that are not understood.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes)
    let kindNode = try node.required("kind")
    guard
      let kind = Kind(
        kind: try kindNode.string(), version: try node.required("apiVersion").string())
    else { throw kindNode.error("not a kind and version of entry that is understood") }
    self.kind = kind
    let spec = try node.required("spec")
    envelopeHash = try Self.envelopeHash(spec, kind: kind)
    switch kind {
    case .hashedrekordV1:
      digest = try Self.artifactDigest(try spec.required("data").required("hash"))
      let signatureNode = try spec.required("signature")
      signature = try signatureNode.required("content").bytes()
      verifier = try Self.pem(try signatureNode.required("publicKey").required("content"))
    case .dsse:
      digest = ArtifactDigest(try Self.sha256(try spec.required("payloadHash")))
      let only = try Self.only(try spec.required("signatures"))
      signature = try only.required("signature").bytes()
      verifier = try Self.pem(try only.required("verifier"))
    case .intoto:
      let content = try spec.required("content")
      digest = ArtifactDigest(try Self.sha256(try content.required("payloadHash")))
      let only = try Self.only(try content.required("envelope").required("signatures"))
      let sig = try only.required("sig")
      guard let text = String(validating: try sig.bytes(), as: UTF8.self),
        let bytes = try? Base64.decode(text)
      else { throw sig.error("expected base64 of base64") }
      signature = bytes
      verifier = try Self.pem(try only.required("publicKey"))
    case .intotoV1:
      digest = ArtifactDigest(
        try Self.sha256(try spec.required("content").required("payloadHash")))
      signature = nil
      verifier = try Self.pem(try spec.required("publicKey"))
    case .hashedrekordV2:
      let record = try spec.required("hashedRekordV002")
      let data = try record.required("data")
      digest = try ArtifactDigest(
        protobufAlgorithm: try data.required("algorithm"), digest: try data.required("digest"))
      let signatureNode = try record.required("signature")
      signature = try signatureNode.required("content").bytes()
      verifier = try Self.material(try signatureNode.required("verifier"))
    }
  }

  private static func envelopeHash(
    _ spec: JSONNode, kind: Kind
  ) throws(DocumentError) -> SHA256Hash? {
    switch kind {
    case .dsse: try spec.optional("envelopeHash").map(sha256)
    case .intotoV1: try sha256(try spec.required("content").required("hash"))
    case .hashedrekordV1, .intoto, .hashedrekordV2: nil
    }
  }

  private static func only(_ node: JSONNode) throws(DocumentError) -> JSONNode {
    let items = try node.array(limit: 32)
    guard items.count == 1, let only = items.first else {
      throw node.error("expected exactly one signature")
    }
    return only
  }

  private static func artifactDigest(_ node: JSONNode) throws(DocumentError) -> ArtifactDigest {
    let name = try node.required("algorithm")
    guard let algorithm = ArtifactDigest.Algorithm(rawValue: try name.string()) else {
      throw name.error("expected sha256, sha384 or sha512")
    }
    let value = try node.required("value")
    guard let digest = ArtifactDigest(algorithm, hexadecimal: try value.string()) else {
      throw value.error("expected the lower-case hexadecimal digits of a \(algorithm.rawValue)")
    }
    return digest
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

  private static func pem(_ node: JSONNode) throws(DocumentError) -> VerificationMaterial {
    let text = try node.bytes()
    guard let blocks = try? PEM.decode(text), blocks.count == 1, let block = blocks.first else {
      throw node.error("expected base64 of one PEM block")
    }
    switch block.label {
    case "CERTIFICATE": return .certificate(block.bytes)
    case "PUBLIC KEY": return .publicKey(block.bytes)
    default: throw node.error("expected a certificate or public key in PEM")
    }
  }

  private static func material(_ node: JSONNode) throws(DocumentError) -> VerificationMaterial {
    switch (try node.optional("x509Certificate"), try node.optional("publicKey")) {
    case (let certificate?, nil):
      return .certificate(try certificate.required("rawBytes").bytes())
    case (nil, let key?): return .publicKey(try key.required("rawBytes").bytes())
    default: throw node.error("expected exactly one of `x509Certificate` and `publicKey`")
    }
  }

  /// The canonical body of a `hashedrekord` 0.0.1 entry.
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

  /// The canonical body of an `intoto` 0.0.1 entry.
  ///
  /// - Parameters:
  ///   - envelope: the signed envelope.
  ///   - envelopeText: the envelope's JSON exactly as it was submitted.
  ///   - verifierPEM: the certificate or public key.
  /// - Returns: RFC 8785 JSON.
  /// - Throws: `CanonicalJSON.UnsupportedNumber`, which no entry of this kind has.
  package static func intotoV1(
    _ envelope: DSSEEnvelope, envelopeText: [UInt8], verifierPEM: String
  ) throws(CanonicalJSON.UnsupportedNumber) -> [UInt8] {
    func hash(_ bytes: [UInt8]) -> JSONValue {
      ["algorithm": "sha256", "value": .string(SHA256Hash(hashing: bytes).hexadecimal)]
    }
    return try CanonicalJSON.encode([
      "apiVersion": "0.0.1", "kind": "intoto",
      "spec": [
        "content": ["hash": hash(envelopeText), "payloadHash": hash(envelope.payload)],
        "publicKey": .string(Base64.encode(Array(verifierPEM.utf8))),
      ],
    ])
  }

  /// The canonical body of a `dsse` entry.
  ///
  /// - Parameters:
  ///   - envelope: the signed envelope.
  ///   - envelopeText: the envelope's JSON exactly as it was submitted.
  ///   - verifierPEM: the certificate or public key.
  /// - Returns: RFC 8785 JSON.
  /// - Throws: `CanonicalJSON.UnsupportedNumber`, which no entry of this kind has.
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

extension ArtifactDigest {
  /// Reads a digest as bundles and Rekor v2 have it: the hash by its name, the bytes in base64.
  ///
  /// - Throws: `DocumentError`.
  init(protobufAlgorithm name: JSONNode, digest node: JSONNode) throws(DocumentError) {
    let text = try name.string()
    guard let algorithm = Algorithm.allCases.first(where: { $0.protobufName == text }) else {
      throw name.error("expected SHA2_256, SHA2_384 or SHA2_512")
    }
    guard let digest = ArtifactDigest(algorithm, bytes: try node.bytes()) else {
      throw node.error("not as long as a \(text)")
    }
    self = digest
  }
}
