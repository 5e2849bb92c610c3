// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

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

  /// The bodies under which Rekor v1 may have logged the envelope: `intoto` and `dsse` 0.0.1.
  ///
  /// - Throws: `CanonicalJSON.UnsupportedNumber`, which these bodies have none of.
  package func entryBodies() throws(CanonicalJSON.UnsupportedNumber) -> [[UInt8]] {
    [
      try LogEntryBody.intotoV1(envelope, envelopeText: text, verifierPEM: certificatePEM),
      try LogEntryBody.dsse(envelope, envelopeText: text, verifierPEM: certificatePEM),
    ]
  }

  /// The bundle that the envelope and its log entry make; verification decides whether the entry
  /// belongs to it.
  ///
  /// - Throws: `DocumentError`.
  package func bundle(with entry: TransparencyLogEntry) throws(DocumentError) -> Bundle {
    try Bundle(certificate: certificate, envelopeText: text, logEntries: [entry])
  }
}
