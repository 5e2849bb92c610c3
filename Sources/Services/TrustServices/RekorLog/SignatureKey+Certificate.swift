// SPDX-License-Identifier: Apache-2.0

import Certificates
import SwiftASN1
import X509

extension SignatureKey {
  /// Takes the key out of any X.509 certificate; the log does not judge who issued it.
  ///
  /// - Throws: `CertificateError`.
  init(certificateDER der: [UInt8]) throws {
    guard let certificate = try? Certificate(derEncoded: der) else {
      throw CertificateError.malformedCertificate("not an X.509 certificate in DER")
    }
    try self.init(certificate.publicKey)
  }
}
