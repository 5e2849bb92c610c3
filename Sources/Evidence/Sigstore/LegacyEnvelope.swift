// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
import TransparencyLog

/// Provenance as slsa-github-generator wrote it up to v2.0.0 (`.intoto.jsonl`): a bare envelope whose
/// signature carries its certificate, and no log entry.
///
/// The body of the log's entry is a pure function of the text and the certificate; with the entry it
/// becomes a bundle.
package struct LegacyEnvelope: Hashable, Sendable {
  /// The file's bytes, as they were logged.
  package let text: [UInt8]
  /// The envelope in it.
  package let envelope: DSSEEnvelope
  /// The certificate in PEM, as it was logged.
  package let certificatePEM: String
  /// The certificate in DER.
  package let certificate: [UInt8]

  /// Reads an envelope whose one signature has a member `cert`.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes)
    let signatures = try node.required("signatures").array(limit: 32)
    guard let first = signatures.first else { throw node.error("there is no signature") }
    try self.init(text: bytes, certificatePEM: try first.required("cert").string())
  }

  /// Puts an envelope's text and its certificate together.
  ///
  /// - Throws: `DocumentError`.
  package init(text: [UInt8], certificatePEM: String) throws(DocumentError) {
    self.text = text
    envelope = try DSSEEnvelope(try JSONNode(parsing: text))
    self.certificatePEM = certificatePEM
    do {
      certificate = try PEM.decodeOne(certificatePEM, label: "CERTIFICATE")
    } catch {
      throw DocumentError(path: "signatures[0].cert", problem: "\(error)")
    }
  }

  /// The text as it is and, if there is one, without the line break at its end: files were logged
  /// before they were written.
  private var texts: [[UInt8]] {
    text.last == 0x0a ? [text, Array(text.dropLast())] : [text]
  }

  /// The bodies under which Rekor v1 may have logged a text: `intoto` and `dsse` 0.0.1.
  private func entryBodies(of text: [UInt8]) -> [[UInt8]] {
    // Neither has a number, the one thing that canonical JSON could refuse.
    [
      try? LogEntryBody.intotoV1(envelope, envelopeText: text, verifierPEM: certificatePEM),
      try? LogEntryBody.dsse(envelope, envelopeText: text, verifierPEM: certificatePEM),
    ].compactMap { $0 }
  }

  /// The UUIDs under which Rekor v1 may have the envelope: the leaf hashes of its possible bodies,
  /// 64 hexadecimal digits each.
  package var entryUUIDs: [String] {
    texts.flatMap { entryBodies(of: $0) }.map { MerkleHash.leaf($0).hexadecimal }
  }

  /// The bundle that the envelope and its log entry make; `nil` if the entry is about another.
  ///
  /// Verification decides whether the entry holds.
  package func bundle(matching entry: TransparencyLogEntry) -> Bundle? {
    texts.first { entryBodies(of: $0).contains(entry.canonicalizedBody) }.flatMap { text in
      try? Bundle(certificate: certificate, envelopeText: text, logEntries: [entry])
    }
  }

  /// An envelope's text as the generators of the time wrote it: members in the order of the format's
  /// first library, no spaces, and with the certificate where one was written.
  static func text(of envelope: DSSEEnvelope, certificatePEM: String?) -> [UInt8] {
    var signature = JSONObject([
      ("keyid", .string(envelope.keyID)), ("sig", .string(Base64.encode(envelope.signature))),
    ])
    signature["cert"] = certificatePEM.map { .string($0) }
    let value: JSONValue = [
      "payloadType": .string(envelope.payloadType),
      "payload": .string(Base64.encode(envelope.payload)), "signatures": [.object(signature)],
    ]
    return Array(value.compactText.utf8)
  }
}
