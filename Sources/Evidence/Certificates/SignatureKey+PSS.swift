// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras

extension SignatureKey {
  /// Tells whether an RSASSA-PSS signature (RFC 8017 §8.1) over a message is valid, with SHA-256,
  /// MGF1 and a salt as long as the hash; `false` for keys that are not RSA.
  package func isValidPSSSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    let key = try? _RSA.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo)
    return key?.isValidSignature(
      _RSA.Signing.RSASignature(rawRepresentation: signature),
      for: SHA256.hash(data: message), padding: .PSS) ?? false
  }
}
