// SPDX-License-Identifier: Apache-2.0

extension SignatureKey {
  /// The SubjectPublicKeyInfo of Ed25519 up to the 32 bytes of the key (RFC 8410 §4).
  package static let ed25519Prefix: [UInt8] = [
    0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 33, 0,
  ]
  /// The SubjectPublicKeyInfo of P-256 up to the 65 bytes of the uncompressed point (RFC 5480 §2).
  package static let p256Prefix: [UInt8] = [
    0x30, 89, 0x30, 19, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1,
    6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 66, 0,
  ]
}
