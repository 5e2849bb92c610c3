// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// A certificate authority that binds a public key to the identity in a token (Fulcio).
package protocol CertificateIssuer: Sendable {
  /// Where it is, for messages.
  var address: String { get }

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

/// A transparency log that takes entries (Rekor).
package protocol LogSubmitter: Sendable {
  /// Where it is, for messages.
  var address: String { get }

  /// Whether the log promises a time of its own: version 1 does, version 2 does not, so that its
  /// entries need an authority's timestamp beside them.
  var promisesTime: Bool { get }

  /// Submits a signature.
  ///
  /// Version 1 takes an envelope as `dsse` 0.0.1 and a file's signature as `hashedrekord` 0.0.1,
  /// version 2 takes both as `hashedrekord` 0.0.2.
  ///
  /// - Parameters:
  ///   - content: the signed envelope, or a file's digest with the signature over it.
  ///   - certificate: the signing certificate in DER.
  /// - Returns: the entry with its inclusion proof, and in version 1 its signed entry timestamp. It
  ///   is not verified.
  /// - Throws: ``DuplicateEntry``; what the implementation has to say about a service that refuses or
  ///   does not answer.
  func submit(
    _ content: Bundle.Content, certificate: [UInt8]
  ) async throws -> TransparencyLogEntry
}

/// A log has the very same entry already, and does not give it: only a new signature helps.
package struct DuplicateEntry: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence.
  package let description: String

  /// Says which log, and what it said.
  package init(_ description: String) {
    self.description = description
  }
}

/// A timestamp authority (RFC 3161).
package protocol TimestampSource: Sendable {
  /// Where it is, for messages.
  var address: String { get }

  /// Asks for a timestamp.
  ///
  /// - Parameter query: a TimeStampReq in DER.
  /// - Returns: the TimeStampResp in DER; it is not verified.
  /// - Throws: what the implementation has to say about a service that refuses or does not answer.
  func timestamp(for query: [UInt8]) async throws -> [UInt8]
}

/// What signing needs that nobody may foresee.
package protocol SigningRandomness: Sendable {
  /// A fresh key, which its user forgets after the certificate has run out.
  func key() -> P256.Signing.PrivateKey
  /// A fresh number for a request that must not be answered with an older answer.
  func nonce() -> UInt64
}

/// The services of one instance that a signature passes through.
package struct SigningServices: Sendable {
  /// The certificate authority.
  package let certificateIssuer: any CertificateIssuer
  /// The logs that each signature goes into; at least one.
  package let logs: [any LogSubmitter]
  /// The authorities that each signature is dated by.
  package let timestampSources: [any TimestampSource]

  /// Puts services together.
  package init(
    certificateIssuer: any CertificateIssuer, logs: [any LogSubmitter],
    timestampSources: [any TimestampSource]
  ) {
    self.certificateIssuer = certificateIssuer
    self.logs = logs
    self.timestampSources = timestampSources
  }
}
