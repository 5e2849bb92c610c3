// SPDX-License-Identifier: Apache-2.0

import Certificates

/// How a trusted root names the kinds of log keys (`PublicKeyDetails` of sigstore
/// protobuf-specs, `sigstore_common.proto`), and which of them can be used.
///
/// A name says curve or size, padding and hash together. Only those are here whose signatures
/// ``SignatureKey`` checks as the name says: RSA with PSS, Ed25519ph and P-384 with SHA-256 are other
/// schemes, and a name that merely begins like one of these is unknown.
enum LogKeyKind {
  /// How a key's bytes are encoded.
  private enum Encoding {
    case subjectPublicKeyInfo, pkcs1
  }

  private static let known: [String: (SignatureKey.Algorithm, Encoding)] = [
    "PKIX_ECDSA_P256_SHA_256": (.p256, .subjectPublicKeyInfo),
    "PKIX_ECDSA_P384_SHA_384": (.p384, .subjectPublicKeyInfo),
    "PKIX_ECDSA_P521_SHA_512": (.p521, .subjectPublicKeyInfo),
    "PKIX_ED25519": (.ed25519, .subjectPublicKeyInfo),
    "PKIX_RSA_PKCS1V5": (.rsa, .subjectPublicKeyInfo),
    "PKIX_RSA_PKCS1V15_2048_SHA256": (.rsa, .subjectPublicKeyInfo),
    "PKIX_RSA_PKCS1V15_3072_SHA256": (.rsa, .subjectPublicKeyInfo),
    "PKIX_RSA_PKCS1V15_4096_SHA256": (.rsa, .subjectPublicKeyInfo),
    "PKCS1_RSA_PKCS1V5": (.rsa, .pkcs1),
  ]

  /// The key, if its kind is known, can be used, and is what the name says.
  static func key(_ bytes: [UInt8], named name: String) -> SignatureKey? {
    guard let entry = known.first(where: { $0.key.utf8.elementsEqual(name.utf8) })?.value
    else { return nil }
    let key =
      switch entry.1 {
      case .subjectPublicKeyInfo: try? SignatureKey(subjectPublicKeyInfo: bytes)
      case .pkcs1: try? SignatureKey(rsaPublicKey: bytes)
      }
    return key?.algorithm == entry.0 ? key : nil
  }
}
