// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// A Sigstore bundle: a signature with everything needed to verify it offline (sigstore
/// protobuf-specs, Bundle v0.1 to v0.3), parsed and not verified.
package struct Bundle: Hashable, Sendable {
  /// Limits of the reader.
  package struct Limits: Hashable, Sendable {
    /// Bytes of the JSON text.
    package var size = 16 << 20
    /// Log entries.
    package var logEntries = 32

    /// The defaults: 16 MiB, 32 entries.
    package init() {}
  }

  /// The versions of the format, by media type.
  package enum Version: String, Hashable, Sendable, CaseIterable {
    /// Version 0.1.
    case v01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"
    /// Version 0.2.
    case v02 = "application/vnd.dev.sigstore.bundle+json;version=0.2"
    /// Version 0.3 with the older media type.
    case v03Parameter = "application/vnd.dev.sigstore.bundle+json;version=0.3"
    /// Version 0.3.
    case v03 = "application/vnd.dev.sigstore.bundle.v0.3+json"
  }

  /// What was signed.
  package enum Content: Hashable, Sendable {
    /// A signature over the artifact's digest; the digest that the bundle repeats, if any.
    case messageSignature(digest: ArtifactDigest?, signature: [UInt8])
    /// An envelope whose statement names the artifact.
    case envelope(DSSEEnvelope)
  }

  /// With what the signature is to be checked.
  package enum VerificationMaterial: Hashable, Sendable {
    /// A signing certificate in DER.
    case certificate([UInt8])
    /// A key that the verifier must already have; the hint may say which.
    case publicKey(hint: String)
  }

  /// The version of the format.
  package let version: Version
  /// With what the signature is to be checked.
  package let material: VerificationMaterial
  /// What was signed.
  package let content: Content
  /// The envelope's JSON text as it was signed and logged, where the form keeps it (cosign layers);
  /// entries of the kind `intoto` 0.0.1 have nothing else to bind to.
  package let envelopeText: [UInt8]?
  /// The log entries.
  package let logEntries: [TransparencyLogEntry]
  /// RFC 3161 answers in DER, over the signature's bytes.
  package let timestamps: [[UInt8]]

  /// Puts a version 0.3 bundle together.
  package init(
    certificate: [UInt8], content: Content, logEntries: [TransparencyLogEntry],
    timestamps: [[UInt8]] = []
  ) {
    version = .v03
    material = .certificate(certificate)
    self.content = content
    envelopeText = nil
    self.logEntries = logEntries
    self.timestamps = timestamps
  }

  /// Puts a bundle together from an envelope's text and what is kept beside it.
  ///
  /// - Throws: `DocumentError` when the text is not an envelope.
  package init(
    certificate: [UInt8], envelopeText: [UInt8], logEntries: [TransparencyLogEntry]
  ) throws(DocumentError) {
    version = .v03
    material = .certificate(certificate)
    content = .envelope(try DSSEEnvelope(try JSONNode(parsing: envelopeText)))
    self.envelopeText = envelopeText
    self.logEntries = logEntries
    timestamps = []
  }

  /// Puts a version 0.3 bundle together that is signed by a bare key.
  package init(
    keyHint: String, content: Content, logEntries: [TransparencyLogEntry],
    timestamps: [[UInt8]] = []
  ) {
    version = .v03
    material = .publicKey(hint: keyHint)
    self.content = content
    envelopeText = nil
    self.logEntries = logEntries
    self.timestamps = timestamps
  }

  /// Reads a bundle's JSON text.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8], limits: Limits = Limits()) throws(DocumentError) {
    try self.init(JSONNode(parsing: bytes, limits: JSONLimits(size: limits.size)), limits: limits)
  }

  /// Reads a bundle from a JSON document.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode, limits: Limits = Limits()) throws(DocumentError) {
    let mediaType = try node.required("mediaType")
    guard let version = Version(rawValue: try mediaType.string()) else {
      throw mediaType.error("not a media type of Sigstore bundles 0.1 to 0.3")
    }
    self.version = version
    let material = try node.required("verificationMaterial")
    self.material = try Self.material(material, version: version)

    var entries: [TransparencyLogEntry] = []
    for item in try material.optional("tlogEntries")?.array(limit: limits.logEntries) ?? [] {
      let entry = try TransparencyLogEntry(item)
      guard
        !entries.contains(where: { $0.logID == entry.logID && $0.logIndex == entry.logIndex })
      else { throw item.error("the same log entry twice") }
      entries.append(entry)
    }
    logEntries = entries

    var timestamps: [[UInt8]] = []
    let timestampList = try material.optional("timestampVerificationData")?
      .optional("rfc3161Timestamps")?.array(limit: 32)
    for item in timestampList ?? [] {
      timestamps.append(try item.required("signedTimestamp").bytes())
    }
    self.timestamps = timestamps
    envelopeText = nil

    switch (try node.optional("messageSignature"), try node.optional("dsseEnvelope")) {
    case (let message?, nil):
      content = try Self.messageSignature(message)
    case (nil, let envelope?):
      content = .envelope(try DSSEEnvelope(envelope))
    default:
      throw node.error("expected exactly one of `messageSignature` and `dsseEnvelope`")
    }
  }

  private static func material(
    _ material: JSONNode, version: Version
  ) throws(DocumentError) -> VerificationMaterial {
    let single = try material.optional("certificate")
    let chain = try material.optional("x509CertificateChain")
    let key = try material.optional("publicKey")
    switch (single, chain, key) {
    case (let single?, nil, nil):
      return .certificate(try single.required("rawBytes").bytes())
    case (nil, let chain?, nil):
      guard version == .v01 || version == .v02 else {
        throw chain.error("bundles of version 0.3 have a single certificate")
      }
      let certificates = try chain.required("certificates").array(limit: 8)
      guard let leaf = certificates.first else {
        throw chain.error("the certificate chain is empty")
      }
      // Only the leaf is used: everything above it comes from the trusted root.
      return .certificate(try leaf.required("rawBytes").bytes())
    case (nil, nil, let key?):
      return .publicKey(hint: try key.optional("hint")?.string() ?? "")
    default:
      throw material.error(
        "expected exactly one of `certificate`, `x509CertificateChain` and `publicKey`")
    }
  }

  private static func messageSignature(_ node: JSONNode) throws(DocumentError) -> Content {
    var digest: ArtifactDigest?
    if let digestNode = try node.optional("messageDigest") {
      digest = try ArtifactDigest(
        protobufAlgorithm: try digestNode.required("algorithm"),
        digest: try digestNode.required("digest"))
    }
    return .messageSignature(digest: digest, signature: try node.required("signature").bytes())
  }

  /// The same signature with other log entries, as a version 0.3 bundle.
  package func replacingLogEntries(_ entries: [TransparencyLogEntry]) -> Bundle {
    switch material {
    case .certificate(let der):
      Bundle(certificate: der, content: content, logEntries: entries, timestamps: timestamps)
    case .publicKey(let hint):
      Bundle(keyHint: hint, content: content, logEntries: entries, timestamps: timestamps)
    }
  }

  /// The signature's bytes.
  package var signature: [UInt8] {
    switch content {
    case .messageSignature(_, let signature): signature
    case .envelope(let envelope): envelope.signature
    }
  }

  /// The signing certificate in DER, if the signature is by one.
  package var certificate: [UInt8]? {
    if case .certificate(let der) = material { der } else { nil }
  }

  /// The JSON of a version 0.3 bundle.
  package var json: JSONValue {
    var evidence = JSONObject()
    switch material {
    case .certificate(let der):
      evidence["certificate"] = ["rawBytes": .string(Base64.encode(der))]
    case .publicKey(let hint): evidence["publicKey"] = ["hint": .string(hint)]
    }
    evidence["tlogEntries"] = .array(logEntries.map(\.json))
    if !timestamps.isEmpty {
      evidence["timestampVerificationData"] = [
        "rfc3161Timestamps": .array(
          timestamps.map { ["signedTimestamp": .string(Base64.encode($0))] })
      ]
    }
    var object = JSONObject([
      ("mediaType", .string(Version.v03.rawValue)),
      ("verificationMaterial", .object(evidence)),
    ])
    switch content {
    case .messageSignature(let digest, let signature):
      var message = JSONObject()
      if let digest {
        message["messageDigest"] = [
          "algorithm": .string(digest.algorithm.protobufName),
          "digest": .string(Base64.encode(digest.bytes)),
        ]
      }
      message["signature"] = .string(Base64.encode(signature))
      object["messageSignature"] = .object(message)
    case .envelope(let envelope):
      object["dsseEnvelope"] = envelope.json
    }
    return .object(object)
  }
}
