// SPDX-License-Identifier: Apache-2.0

package import Attestations

/// A certificate authority that binds a public key to the identity in a token (Fulcio).
package protocol CertificateIssuer: Sendable {
  /// Asks for a certificate.
  ///
  /// - Parameters:
  ///   - request: a PKCS #10 request as PEM text, signed by the key to certify.
  ///   - identityToken: an OIDC token whose audience is the authority's.
  /// - Returns: the chain in DER, leaf first.
  /// - Throws: what the implementation has to say about a service that refuses or does not answer.
  func issueCertificate(
    for request: String, identityToken: String
  ) async throws -> [[UInt8]]
}

/// A transparency log that takes entries (Rekor v1).
package protocol LogSubmitter: Sendable {
  /// Submits a DSSE envelope as a `dsse` 0.0.1 entry.
  ///
  /// - Parameters:
  ///   - envelope: the signed envelope.
  ///   - certificate: the signing certificate in DER.
  /// - Returns: the entry with its signed entry timestamp and inclusion proof.
  /// - Throws: what the implementation has to say about a service that refuses or does not answer.
  func submit(
    _ envelope: DSSEEnvelope, certificate: [UInt8]
  ) async throws -> TransparencyLogEntry
}
