// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings

/// Binds a log entry to the bundle that carries it.
///
/// A genuine entry for another signature proves nothing about this one (CVE-2022-23649,
/// CVE-2022-36056), so digest, signature and certificate in the body must equal the bundle's.
enum EntryBinding {
  /// What does not belong together, or `nil`.
  static func problem(
    _ entry: TransparencyLogEntry, bundle: Bundle, certificate: SigningCertificate
  ) -> String? {
    let body: LogEntryBody
    do {
      body = try LogEntryBody(parsing: entry.canonicalizedBody)
    } catch {
      return "the log entry's body is not readable: \(error)"
    }
    guard entry.kind == body.kind.rawValue, entry.version == "0.0.1" else {
      return "the entry is announced as \(entry.kind) \(entry.version), its body is another kind"
    }
    guard body.signature == bundle.signature else {
      return "the log entry is for another signature"
    }
    guard let der = try? PEM.decodeOne(body.verifierPEM, label: "CERTIFICATE"),
      der == certificate.der
    else { return "the log entry is for another certificate" }
    switch (body.kind, bundle.content) {
    case (.hashedrekord, .messageSignature(let digest, _)):
      // Without a repeated digest the signature check covers it: same signature, same key.
      if let digest, digest != body.digest { return "the log entry is for another artifact" }
      return certificate.publicKey.isValidSignature(body.signature, forDigest: body.digest)
        ? nil : "the log entry's signature is not valid for its digest"
    case (.dsse, .envelope(let envelope)):
      return body.digest == SHA256Hash(hashing: envelope.payload)
        ? nil : "the log entry is for another payload"
    default:
      return "the log entry is of another kind than what was signed"
    }
  }
}
