// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings

/// Binds a log entry to the bundle that carries it.
///
/// A genuine entry for another signature proves nothing about this one (CVE-2022-23649,
/// CVE-2022-36056), so digest, signature and certificate or key in the body must equal the bundle's.
struct EntryBinding {
  private let bundle: Bundle
  private let material: LogEntryBody.VerificationMaterial
  private let key: SignatureKey
  // What is the same for every entry is hashed once, however many entries there are.
  private var textHashes: [SHA256Hash]?
  private var payloadDigest: ArtifactDigest?
  private var signedDigests: [ArtifactDigest.Algorithm: ArtifactDigest] = [:]

  /// Takes over what entries must belong to.
  ///
  /// - Parameters:
  ///   - bundle: the bundle that carries the entries.
  ///   - material: the certificate's or key's bytes that the signature is checked with.
  ///   - key: the key that the signature is checked with.
  init(bundle: Bundle, material: LogEntryBody.VerificationMaterial, key: SignatureKey) {
    self.bundle = bundle
    self.material = material
    self.key = key
  }

  /// What does not belong together, in a sentence; `nil` if the entry is about the bundle.
  mutating func problem(_ entry: TransparencyLogEntry) -> String? {
    let body: LogEntryBody
    do {
      body = try LogEntryBody(parsing: entry.canonicalizedBody)
    } catch {
      return "the log entry's body is not readable: \(error)"
    }
    guard LogEntryBody.Kind(kind: entry.kind, version: entry.version) == body.kind else {
      return "the entry is announced as \(entry.kind) \(entry.version), its body is another kind"
    }
    // Where the body has the envelope's hash and the envelope's text is known, they must agree; the
    // oldest kind binds the signature by this hash alone.
    if let expected = body.envelopeHash, bundle.envelopeText != nil || body.kind == .intotoV1,
      !texts.contains(expected)
    {
      return bundle.envelopeText == nil
        ? "the log entry binds the envelope's text, which is not at hand"
        : "the log entry is for another envelope"
    }
    if let signature = body.signature, signature != bundle.signature {
      return "the log entry is for another signature"
    }
    guard body.verifier == material else {
      return "the log entry is for another certificate or key"
    }
    switch (body.kind, bundle.content) {
    case (.hashedrekordV1, .messageSignature(let digest, _)),
      (.hashedrekordV2, .messageSignature(let digest, _)):
      if let digest {
        return digest == body.digest ? nil : "the log entry is for another artifact"
      }
      // Without a repeated digest the signature ties the entry to the artifact: same signature.
      return key.isValidSignature(bundle.signature, forDigest: body.digest)
        ? nil : "the log entry's signature is not valid for its digest"
    case (.dsse, .envelope(let envelope)), (.intoto, .envelope(let envelope)),
      (.intotoV1, .envelope(let envelope)):
      return body.digest == digest(ofPayload: envelope)
        ? nil : "the log entry is for another payload"
    case (.hashedrekordV2, .envelope(let envelope)):
      return body.digest == digest(ofSigned: envelope, body.digest.algorithm)
        ? nil : "the log entry is for another envelope"
    default:
      return "the log entry is of another kind than what was signed"
    }
  }

  /// The hashes that the envelope's text may have: as it is at hand, or else as the generators of the
  /// time wrote it, without the certificate and with it.
  private var texts: [SHA256Hash] {
    mutating get {
      if let textHashes { return textHashes }
      var hashes: [SHA256Hash] = []
      if let text = bundle.envelopeText {
        hashes = [SHA256Hash(hashing: text)]
      } else if case .envelope(let envelope) = bundle.content {
        let certificate = bundle.certificate.map { PEM.encode($0, label: "CERTIFICATE") }
        hashes = [nil, certificate].map {
          SHA256Hash(hashing: LegacyEnvelope.text(of: envelope, certificatePEM: $0))
        }
      }
      textHashes = hashes
      return hashes
    }
  }

  private mutating func digest(ofPayload envelope: DSSEEnvelope) -> ArtifactDigest {
    if let payloadDigest { return payloadDigest }
    let digest = ArtifactDigest(.sha256, hashing: envelope.payload)
    payloadDigest = digest
    return digest
  }

  private mutating func digest(
    ofSigned envelope: DSSEEnvelope, _ algorithm: ArtifactDigest.Algorithm
  ) -> ArtifactDigest {
    if let digest = signedDigests[algorithm] { return digest }
    let digest = ArtifactDigest(algorithm, hashing: envelope.preAuthenticationEncoding)
    signedDigests[algorithm] = digest
    return digest
  }
}
