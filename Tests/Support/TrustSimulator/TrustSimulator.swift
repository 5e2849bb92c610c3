// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
import Crypto
package import Encodings
import FoundationEssentials
package import Sigstore
import X509

/// A whole Sigstore instance in memory that signs truthfully, or tells one lie at a time.
package struct TrustSimulator: Sendable {
  /// The moment of signing.
  package static let time = Timestamp(unixSeconds: 1_767_225_600)
  /// The present for verifiers, a day later.
  package static let now = time.adding(seconds: 86_400)
  /// The signer's name.
  package static let name = "https://stack.example/workspace/greeting"
  /// The signer's issuer.
  package static let issuer = "https://stack.example"

  /// The moment at which logs and authorities see a signature.
  static let seen = time.adding(seconds: 5)
  private static let start = time.adding(seconds: -86_400)

  let authority: SimulatedAuthority
  let decoy: SimulatedAuthority
  let stamper: SimulatedStamper
  let otherStamper: SimulatedStamper
  let log: SimulatedLog
  let tiledLog: SimulatedLog
  let bareKey = P256.Signing.PrivateKey()

  /// Makes an instance with fresh keys; the logs may be at addresses of the caller's.
  package init(
    logHost: String = "log.example", logURL: String? = nil, tiledLogHost: String = "tiles.example",
    tiledLogURL: String? = nil
  ) throws {
    log = .version1(host: logHost, baseURL: logURL)
    tiledLog = .version2(host: tiledLogHost, baseURL: tiledLogURL)
    authority = try SimulatedAuthority(start: Self.start, signing: Self.time)
    decoy = try SimulatedAuthority(start: Self.start, signing: Self.time)
    stamper = try SimulatedStamper(
      curve: .p256, name: "simulated stamper", start: Self.start, signing: Self.time)
    otherStamper = try SimulatedStamper(
      curve: .p384, name: "other stamper", start: Self.start, signing: Self.time)
  }

  /// The key that signs bundles without a certificate.
  package func publicKey() throws -> SignatureKey {
    try SignatureKey(subjectPublicKeyInfo: Array(bareKey.publicKey.derRepresentation))
  }

  /// Whom a verifier of this instance trusts, read from its document.
  ///
  /// - Parameters:
  ///   - lie: what is wrong with it, where that is where the lie is told.
  ///   - withDecoy: whether another authority of the same names comes first.
  ///   - bundle: the signed bundle, for the lie that makes its leaf an anchor.
  package func trustedRoot(
    lie: Lie? = nil, withDecoy: Bool = false, signed bundle: Bundle? = nil
  ) throws -> TrustedRoot {
    func validity(endsWhen isOver: Bool = false) -> JSONValue {
      var object = JSONObject([("start", .string(Self.start.rfc3339))])
      if isOver { object["end"] = .string(Self.time.adding(seconds: -1).rfc3339) }
      return .object(object)
    }
    func chain(_ certificates: [[UInt8]], _ validity: JSONValue) -> JSONValue {
      [
        "subject": ["organization": "simulated", "commonName": "simulated"],
        "uri": "https://stack.example",
        "certChain": [
          "certificates": .array(certificates.map { ["rawBytes": .string(Base64.encode($0))] })
        ],
        "validFor": validity,
      ]
    }
    var authorities = [
      chain(try authority.certificates(lie), validity(endsWhen: lie == .authorityOutsideWindow))
    ]
    if withDecoy || lie == .certificateTimestampOfDecoy {
      authorities.insert(chain(try decoy.certificates(nil), validity()), at: 0)
    }
    if lie == .leafIsAnchor, let leaf = bundle?.certificate {
      authorities = [chain([leaf], validity())]
    }
    let isRetired = lie == .stamperOutsideWindow || lie == .stamperOthersWindow
    var stampers = [chain(try stamper.certificates(lie), validity(endsWhen: isRetired))]
    // Another authority's window must not be borrowed, nor must its retirement count.
    if lie != .stamperOutsideWindow {
      stampers.append(chain(try otherStamper.certificates(nil), validity()))
    }
    let certificateLogKey = Array(authority.logKey.publicKey.derRepresentation)
    let document: JSONValue = [
      "mediaType": .string(TrustedRoot.mediaType),
      "tlogs": [
        log.json(validity(endsWhen: lie == .timeAfterLogKey)),
        tiledLog.json(validity(endsWhen: lie == .stampAfterLogKey)),
      ],
      "certificateAuthorities": .array(authorities),
      "ctlogs": [
        [
          "baseUrl": "https://ct.example", "hashAlgorithm": "SHA2_256",
          "publicKey": [
            "rawBytes": .string(Base64.encode(certificateLogKey)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": validity(endsWhen: lie == .certificateLogRetired),
          ],
          "logId": ["keyId": .string(SHA256Hash(hashing: certificateLogKey).base64)],
        ]
      ],
      "timestampAuthorities": .array(stampers),
    ]
    return try TrustedRoot(parsing: Array(document.compactText.utf8))
  }

  /// Signs a statement by certificate, logged as `dsse`.
  package func sign(_ statement: Statement, lie: Lie? = nil) throws -> Bundle {
    let digest = statement.subjects.first?.sha256 ?? SHA256Hash(hashing: [])
    return try sign(statement, artifact: digest, form: .dsse, lie: lie)
  }

  /// Signs in any form.
  ///
  /// - Parameters:
  ///   - statement: what an envelope says.
  ///   - artifact: digest of the file, for signatures over files.
  ///   - form: what is signed and how it is logged.
  ///   - byKey: with the bare key in the place of a certificate.
  package func sign(
    _ statement: Statement, artifact: SHA256Hash, form: SigningForm, byKey: Bool = false,
    lie: Lie? = nil
  ) throws -> Bundle {
    let key = byKey ? bareKey : P256.Signing.PrivateKey()
    let material =
      byKey
      ? Array(key.publicKey.derRepresentation)
      : try authority.issue(
        for: key.publicKey, name: Self.name, issuer: Self.issuer, at: Self.time, lie: lie,
        decoy: decoy)
    let signer = lie == .signatureByOtherKey ? P256.Signing.PrivateKey() : key
    let content =
      form.isEnvelope
      ? Bundle.Content.envelope(try envelope(statement, by: signer, lie: lie))
      : try message(artifact, by: signer, lie: lie)
    let body = SimulatedBody(
      form: form, content: content, artifact: artifact, material: material, isKey: byKey, lie: lie)
    let entries = try logEntries(of: body, otherMaterial: authority.intermediate.derBytes)
    let signature =
      switch content {
      case .messageSignature(_, let signature): signature
      case .envelope(let envelope): envelope.signature
      }
    let stamps = try stamps(for: signature, isTiled: form.isTiled, lie: lie)
    if byKey {
      return Bundle(
        keyHint: SHA256Hash(hashing: material).base64, content: content, logEntries: entries,
        timestamps: stamps)
    }
    return Bundle(
      certificate: material, content: content, logEntries: entries, timestamps: stamps)
  }

  /// A timestamp of one of the two authorities: the first has P-256 keys, the other P-384.
  package func timestamp(
    for message: [UInt8], byOther: Bool = false, withCertificates: Bool = true, lie: Lie? = nil
  ) throws -> [UInt8] {
    try (byOther ? otherStamper : stamper).answer(
      for: message, at: Self.seen, lie: lie, withCertificates: withCertificates)
  }

  /// The certificates of one of the two timestamp authorities, the signing one first.
  package func timestampAuthority(other: Bool = false) throws -> [[UInt8]] {
    try (other ? otherStamper : stamper).certificates(nil)
  }

  private func message(
    _ artifact: SHA256Hash, by key: P256.Signing.PrivateKey, lie: Lie?
  ) throws -> Bundle.Content {
    let signature = try key.signature(for: SignedDigest(bytes: artifact.bytes))
    return .messageSignature(
      digest: ArtifactDigest(lie == .digestOfOtherFile ? SHA256Hash(hashing: [9]) : artifact),
      signature: Array(signature.derRepresentation))
  }

  private func envelope(
    _ statement: Statement, by key: P256.Signing.PrivateKey, lie: Lie?
  ) throws -> DSSEEnvelope {
    func statementText(_ type: String, _ subjects: String) -> [UInt8] {
      Array(
        #"{"_type":"\#(type)","predicateType":"\#(statement.predicateType)","subject":\#(subjects)}"#
          .utf8)
    }
    let digest = statement.subjects.first?.digests["sha256"] ?? ""
    let subject = #"[{"name":"a","digest":{"sha256":"\#(digest)"}}]"#
    let payload: [UInt8] =
      switch lie {
      case .payloadNotStatement: Array("[]".utf8)
      case .statementOfOtherType: statementText("https://in-toto.io/Statement/v2", subject)
      case .statementWithoutSubject: statementText(Statement.typeV1, "[]")
      case .statementWithoutDigest:
        statementText(Statement.typeV1, #"[{"name":"a","digest":{}}]"#)
      case .statementDigestNumber:
        statementText(Statement.typeV1, #"[{"digest":{"sha256":"\#(digest)","sha512":1}}]"#)
      case .statementOfOtherFile:
        try Statement(
          subjects: [Subject(name: "other", sha256: SHA256Hash(hashing: [9]))],
          predicateType: statement.predicateType, predicate: statement.predicate
        ).payload()
      default: try statement.payload()
      }
    let type = lie == .payloadTypeOther ? "text/plain" : DSSEEnvelope.inTotoPayloadType
    let signed = DSSEEnvelope.preAuthenticationEncoding(payloadType: type, payload: payload)
    return DSSEEnvelope(
      payloadType: type, payload: payload,
      signature: Array(try key.signature(for: signed).derRepresentation))
  }

  func logEntries(
    of body: SimulatedBody, otherMaterial: [UInt8], at seen: Timestamp = Self.seen
  ) throws -> [TransparencyLogEntry] {
    let lie = body.lie
    guard lie != .noLogEntry else { return [] }
    let genuine = body.form.isTiled ? tiledLog : log
    func stranger() -> SimulatedLog {
      body.form.isTiled
        ? .version2(host: "stranger.example") : .version1(host: "stranger.example")
    }
    let time: Timestamp =
      switch lie {
      case .timeBeforeCertificate: Self.time.adding(seconds: -1)
      case .timeAfterCertificate: Self.time.adding(seconds: 601)
      case .timeInFuture: Self.now.adding(seconds: 1)
      case .timeBeforeLogKey: Self.start.adding(seconds: -1)
      default: seen
      }
    let bytes = try body.bytes(otherMaterial: otherMaterial)
    let first = try (lie == .unknownLog ? stranger() : genuine).entry(
      bytes, kindVersion: body.kindVersion, time: time, lie: lie)
    guard lie == .secondEntryUnknownLog || lie == .secondEntryOfOtherSignature else {
      return [first]
    }
    guard lie == .secondEntryOfOtherSignature else {
      return [
        first,
        try stranger().entry(bytes, kindVersion: body.kindVersion, time: time, lie: nil),
      ]
    }
    // A genuine entry of the same log, for something else.
    let other = SimulatedBody(
      form: body.form, content: body.content, artifact: body.artifact, material: body.material,
      isKey: body.isKey, lie: .bodyOfOtherSignature)
    // Moved to another index, where its proof alone would fail: the first failing rule is binding.
    return [
      first,
      try genuine.entry(
        try other.bytes(otherMaterial: otherMaterial), kindVersion: other.kindVersion, time: time,
        index: 1_000_004, lie: body.form.isTiled ? .inclusionIndex : nil),
    ]
  }

  private func stamps(for signature: [UInt8], isTiled: Bool, lie: Lie?) throws -> [[UInt8]] {
    let outside = Self.time.adding(seconds: 601)
    var stamps: [[UInt8]] = []
    if isTiled, lie != .noStamp {
      let time =
        switch lie {
        case .stampInFuture: Self.now.adding(seconds: 1)
        case .stampOutsideCertificate: outside
        default: Self.seen
        }
      stamps.append(try stamper.answer(for: signature, at: time, lie: lie))
    }
    if lie == .secondStampOutside {
      stamps.append(try otherStamper.answer(for: signature, at: outside))
    }
    if lie == .secondStampOfSameAuthorityOutside {
      stamps.append(try stamper.answer(for: signature, at: outside))
    }
    return stamps
  }
}

/// A digest in the form that ECDSA signs.
private struct SignedDigest: Digest {
  static var byteCount: Int { 32 }
  let bytes: [UInt8]

  var description: String { "SHA256 digest" }

  func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes(body)
  }
}
