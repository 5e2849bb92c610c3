// SPDX-License-Identifier: Apache-2.0

package import Certificates

/// Reads what a CT log's promise needs of a certificate that nobody vouches for.
package enum CertificateParts {
  /// Reads the timestamps and the part that the log signs; both may fail, neither may crash.
  @discardableResult
  package static func read(_ certificate: SigningCertificate) -> Bool {
    let timestamps = try? SignedCertificateTimestamp.embedded(in: certificate)
    let body = try? PrecertificateBody.bytes(tbsCertificate: certificate.tbsCertificate)
    return timestamps != nil && body != nil
  }
}
