// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// Checks that a certificate is in a CT log of the trusted root (RFC 6962 §3.2).
struct CertificateTimestampCheck {
  let logs: [TrustedRoot.Log]

  /// Looks for one timestamp that a known log signed for this certificate and issuer.
  ///
  /// - Parameters:
  ///   - certificate: the leaf.
  ///   - issuerKey: the SubjectPublicKeyInfo that chain building found; never looked up by name,
  ///     because authorities have reused names.
  /// - Returns: the outcome of the rule.
  func run(_ certificate: SigningCertificate, issuerKey: [UInt8]) -> VerificationCheck {
    let timestamps: [SignedCertificateTimestamp]
    let body: [UInt8]
    do {
      timestamps = try SignedCertificateTimestamp.embedded(in: certificate)
      body = try PrecertificateBody.bytes(tbsCertificate: certificate.tbsCertificate)
    } catch {
      return VerificationCheck(.certificateTimestamp, .failed("\(error)"))
    }
    guard !timestamps.isEmpty else {
      return VerificationCheck(
        .certificateTimestamp, .failed("the certificate has no signed certificate timestamp"))
    }
    var problem = "no signed certificate timestamp is by a CT log of the trusted root"
    for timestamp in timestamps {
      guard let log = logs.first(where: { $0.logID == timestamp.logID.bytes }),
        let key = log.key
      else { continue }
      guard log.validity.contains(timestamp.time) else {
        problem = "the CT log's key was not in use at \(timestamp.time)"
        continue
      }
      let signed = timestamp.signedBytes(
        precertificate: body, issuerKeyHash: SHA256Hash(hashing: issuerKey))
      if key.isValidSignature(timestamp.signature, for: signed) {
        return VerificationCheck(.certificateTimestamp, .passed)
      }
      problem = "the signed certificate timestamp does not verify"
    }
    return VerificationCheck(.certificateTimestamp, .failed(problem))
  }
}
