// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings
import PythonPackaging
package import Sigstore

/// An attestation in the form of PEP 740, version 1: certificate, log entries, envelope.
///
/// ```
/// {"version":1,
///  "verification_material":{"certificate":"<base64 DER>","transparency_entries":[…]},
///  "envelope":{"statement":"<base64>","signature":"<base64>"}}
/// ```
/// It is a Sigstore bundle in other words; ``bundle`` gives that form, which is what is verified.
package struct PyPIAttestation: Hashable, Sendable {
  /// Bytes of one attestation's JSON.
  package static let sizeLimit = 4 << 20

  /// The signing certificate in DER.
  package let certificate: [UInt8]
  /// The log entries, at least one.
  package let transparencyEntries: [TransparencyLogEntry]
  /// The statement's bytes, exactly as signed.
  package let statement: [UInt8]
  /// The DSSE signature.
  package let signature: [UInt8]

  /// Reads the JSON text of one attestation.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    try self.init(JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit)))
  }

  /// Reads an attestation within a document.
  ///
  /// - Throws: `DocumentError`.
  package init(_ node: JSONNode) throws(DocumentError) {
    let version = try node.required("version")
    guard try version.integer() == 1 else { throw version.error("expected version 1") }
    let material = try node.required("verification_material")
    certificate = try material.required("certificate").bytes()
    var entries: [TransparencyLogEntry] = []
    for item in try material.required("transparency_entries").array(limit: 32) {
      entries.append(try TransparencyLogEntry(item))
    }
    guard !entries.isEmpty else { throw material.error("no transparency log entry") }
    transparencyEntries = entries
    let envelope = try node.required("envelope")
    statement = try envelope.required("statement").bytes()
    signature = try envelope.required("signature").bytes()
  }

  /// Takes over a bundle that holds an in-toto statement; `nil` for any other.
  package init?(_ bundle: Bundle) {
    guard case .envelope(let envelope) = bundle.content,
      envelope.payloadType == DSSEEnvelope.inTotoPayloadType, !bundle.logEntries.isEmpty,
      let certificate = bundle.certificate
    else { return nil }
    self.certificate = certificate
    transparencyEntries = bundle.logEntries
    statement = envelope.payload
    signature = envelope.signature
  }

  /// The same evidence as a bundle.
  package var bundle: Bundle {
    Bundle(
      certificate: certificate,
      content: .envelope(
        DSSEEnvelope(
          payloadType: DSSEEnvelope.inTotoPayloadType, payload: statement,
          signature: signature)),
      logEntries: transparencyEntries)
  }

  /// The JSON form.
  package var json: JSONValue {
    [
      "version": 1,
      "verification_material": [
        "certificate": .string(Base64.encode(certificate)),
        "transparency_entries": .array(transparencyEntries.map(\.json)),
      ],
      "envelope": [
        "statement": .string(Base64.encode(statement)),
        "signature": .string(Base64.encode(signature)),
      ],
    ]
  }

  /// Whether a statement is about exactly one file, and that file by name and digest (PEP 740,
  /// "Attestation object", and the index's upload rules).
  ///
  /// - Parameters:
  ///   - statement: a verified statement.
  ///   - filename: the distribution's file name; compared after parsing, as `a.B` and `a_b` are
  ///     the same project.
  ///   - digest: its SHA-256.
  /// - Returns: whether the distribution is the one subject.
  package static func isAbout(
    _ statement: Statement, filename: String, digest: SHA256Hash
  ) -> Bool {
    guard statement.subjects.count == 1, let subject = statement.subjects.first,
      subject.sha256 == digest
    else { return false }
    if subject.name.utf8.elementsEqual(filename.utf8) { return true }
    guard let named = try? DistributionFilename(subject.name),
      let actual = try? DistributionFilename(filename)
    else { return false }
    return named == actual
  }
}
