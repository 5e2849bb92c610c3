// SPDX-License-Identifier: Apache-2.0

/// Why a key, certificate or certificate timestamp cannot be used.
package enum CertificateError: Error, Hashable, Sendable {
  /// The bytes are not a certificate, or break the code-signing profile.
  case malformedCertificate(String)
  /// The bytes are not a public key, or of a kind that is not supported.
  case unsupportedKey(String)
  /// The list of signed certificate timestamps is broken.
  case malformedTimestamp(String)
  /// The certificate does not chain to the authority at the time.
  case untrusted(String)
}

extension CertificateError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .malformedCertificate(let reason): "the certificate is not acceptable: \(reason)"
    case .unsupportedKey(let reason): "the public key is not usable: \(reason)"
    case .malformedTimestamp(let reason):
      "the signed certificate timestamps are malformed: \(reason)"
    case .untrusted(let reason): reason
    }
  }
}
