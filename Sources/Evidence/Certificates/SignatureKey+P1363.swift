// SPDX-License-Identifier: Apache-2.0

import Crypto

extension SignatureKey {
  /// Tells whether an ECDSA signature in IEEE P1363 form (`r‖s`, each as long as the group's order)
  /// over a message is valid, with the hash that belongs to the key; `false` for other keys.
  ///
  /// Key services and WebCrypto sign in this form instead of DER.
  package func isValidP1363Signature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    switch algorithm {
    case .p256:
      guard let key = try? P256.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo),
        let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: message)
    case .p384:
      guard let key = try? P384.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo),
        let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: message)
    case .p521:
      guard let key = try? P521.Signing.PublicKey(derRepresentation: subjectPublicKeyInfo),
        let parsed = try? P521.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(parsed, for: message)
    case .ed25519, .rsa:
      return false
    }
  }
}
