// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings

/// Binds a log entry to the bundle that carries it.
///
/// A genuine entry for another signature proves nothing about this one (CVE-2022-23649,
/// CVE-2022-36056), so digest, signature and certificate or key in the body must equal the bundle's.
enum EntryBinding {
  /// What does not belong together, or `nil`.
  ///
  /// - Parameters:
  ///   - entry: the log entry.
  ///   - bundle: the bundle that carries it.
  ///   - material: the certificate's or key's bytes that the signature is checked with.
  ///   - key: the key that the signature is checked with.
  /// - Returns: what does not fit, in a sentence; `nil` if the entry is about the bundle.
  static func problem(
    _ entry: TransparencyLogEntry, bundle: Bundle, material: LogEntryBody.VerificationMaterial,
    key: SignatureKey
  ) -> String? {
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
    let textHash = Self.textHash(of: bundle, expected: body.envelopeHash)
    if let expected = body.envelopeHash, let textHash, textHash != expected {
      return "the log entry is for another envelope"
    }
    if let signature = body.signature {
      guard signature == bundle.signature else { return "the log entry is for another signature" }
    } else if textHash == nil || body.envelopeHash == nil {
      return "the log entry binds the envelope's text, which is not at hand"
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
      return body.digest == ArtifactDigest(.sha256, hashing: envelope.payload)
        ? nil : "the log entry is for another payload"
    case (.hashedrekordV2, .envelope(let envelope)):
      let signed = envelope.preAuthenticationEncoding
      return body.digest == ArtifactDigest(body.digest.algorithm, hashing: signed)
        ? nil : "the log entry is for another envelope"
    default:
      return "the log entry is of another kind than what was signed"
    }
  }

  /// The hash of the envelope's text: as it is at hand, or else as the generators of the time wrote
  /// it, if that is the text that was logged.
  private static func textHash(of bundle: Bundle, expected: SHA256Hash?) -> SHA256Hash? {
    if let text = bundle.envelopeText { return SHA256Hash(hashing: text) }
    guard case .envelope(let envelope) = bundle.content, let expected else { return nil }
    let certificate = bundle.certificate.map { PEM.encode($0, label: "CERTIFICATE") }
    return [nil, certificate].lazy
      .map { SHA256Hash(hashing: LegacyEnvelope.text(of: envelope, certificatePEM: $0)) }
      .first { $0 == expected }
  }
}
