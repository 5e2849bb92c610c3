// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
package import Encodings
import SwiftASN1
package import X509

/// A public key that checks signatures: ECDSA on P-256, P-384 or P-521, Ed25519, or RSA with
/// PKCS #1 v1.5 padding.
///
/// ECDSA signatures are in DER. The hash follows the key: SHA-256 for P-256 and RSA, SHA-384 for
/// P-384, SHA-512 for P-521.
package struct SignatureKey: Hashable, Sendable {
  /// The kind of a key.
  package enum Algorithm: String, Hashable, Sendable {
    /// ECDSA on NIST P-256.
    case p256
    /// ECDSA on NIST P-384.
    case p384
    /// ECDSA on NIST P-521.
    case p521
    /// Ed25519.
    case ed25519
    /// RSA of 2048 bits or more.
    case rsa
  }

  /// The SubjectPublicKeyInfo in DER.
  package let subjectPublicKeyInfo: [UInt8]
  /// The kind of the key.
  package let algorithm: Algorithm
  private let key: Key

  /// The key in the form that checks signatures.
  private enum Key: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)
  }

  /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) in DER.
  ///
  /// - Throws: ``CertificateError/unsupportedKey(_:)``, also for points off the curve.
  package init(subjectPublicKeyInfo der: [UInt8]) throws(CertificateError) {
    // Nearly every key is of this form, which needs no parser.
    if der.count == 91, der[26] == 4, der.starts(with: Self.p256Prefix) {
      guard let key = try? P256.Signing.PublicKey(x963Representation: der[26...]) else {
        throw .unsupportedKey("not a public key of a supported kind")
      }
      self.init(.p256(key), .p256, subjectPublicKeyInfo: der)
      return
    }
    let key: Certificate.PublicKey
    do {
      key = try Certificate.PublicKey(derEncoded: der)
    } catch {
      throw .unsupportedKey("not a public key of a supported kind")
    }
    try self.init(key)
  }

  private init(_ key: Key, _ algorithm: Algorithm, subjectPublicKeyInfo: [UInt8]) {
    self.key = key
    self.algorithm = algorithm
    self.subjectPublicKeyInfo = subjectPublicKeyInfo
  }

  /// Takes over a key that a certificate holds.
  ///
  /// - Throws: ``CertificateError/unsupportedKey(_:)``.
  package init(_ key: Certificate.PublicKey) throws(CertificateError) {
    if let key = P256.Signing.PublicKey(key) {
      self.key = .p256(key)
      algorithm = .p256
    } else if let key = P384.Signing.PublicKey(key) {
      self.key = .p384(key)
      algorithm = .p384
    } else if let key = P521.Signing.PublicKey(key) {
      self.key = .p521(key)
      algorithm = .p521
    } else if let key = Curve25519.Signing.PublicKey(key) {
      self.key = .ed25519(key)
      algorithm = .ed25519
    } else if let key = _RSA.Signing.PublicKey(key), key.keySizeInBits >= 2048 {
      self.key = .rsa(key)
      algorithm = .rsa
    } else {
      throw .unsupportedKey("not a public key of a supported kind and size")
    }
    subjectPublicKeyInfo = try Self.subjectPublicKeyInfo(of: key)
  }

  /// The SubjectPublicKeyInfo of a certificate's key in DER.
  static func subjectPublicKeyInfo(
    of key: Certificate.PublicKey
  ) throws(CertificateError) -> [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.serialize(key)
    } catch {
      throw .unsupportedKey("it cannot be written in DER")
    }
    return serializer.serializedBytes
  }

  /// Reads an RSA key in PKCS #1 form (RFC 8017 §A.1.1).
  ///
  /// - Throws: ``CertificateError/unsupportedKey(_:)``.
  package init(rsaPublicKey der: [UInt8]) throws(CertificateError) {
    guard let key = try? _RSA.Signing.PublicKey(derRepresentation: der) else {
      throw .unsupportedKey("not an RSA key in PKCS #1 form")
    }
    try self.init(Certificate.PublicKey(key))
  }

  /// Reads a `PUBLIC KEY` PEM block.
  ///
  /// - Throws: ``CertificateError/unsupportedKey(_:)``.
  package init(pem: String) throws(CertificateError) {
    let der: [UInt8]
    do {
      der = try PEM.decodeOne(pem, label: "PUBLIC KEY")
    } catch {
      throw .unsupportedKey("\(error)")
    }
    try self.init(subjectPublicKeyInfo: der)
  }

  /// SHA-256 of the SubjectPublicKeyInfo: the key's id in CT logs and Rekor v1.
  package var keyID: SHA256Hash { SHA256Hash(hashing: subjectPublicKeyInfo) }

  /// Tells whether a signature over a message is valid, with the hash that belongs to the key.
  package func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    if case .ed25519(let key) = key { return key.isValidSignature(signature, for: message) }
    let hash: SignatureHash =
      switch algorithm {
      case .p384: .sha384
      case .p521: .sha512
      case .p256, .rsa, .ed25519: .sha256
      }
    return isValidSignature(signature, for: message, hash: hash)
  }

  /// Tells whether a signature over a message is valid with a hash that the signature's own
  /// algorithm names, as in CMS; a P-384 key may then sign SHA-256 digests.
  package func isValidSignature(
    _ signature: [UInt8], for message: [UInt8], hash: SignatureHash
  ) -> Bool {
    switch hash {
    case .sha256: isValidSignature(signature, digest: SHA256.hash(data: message))
    case .sha384: isValidSignature(signature, digest: SHA384.hash(data: message))
    case .sha512: isValidSignature(signature, digest: SHA512.hash(data: message))
    }
  }

  private func isValidSignature(_ signature: [UInt8], digest: some Digest) -> Bool {
    switch key {
    case .p256(let key):
      guard let raw = ECDSASignatureForm.raw(signature, size: 32),
        let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: raw)
      else { return false }
      return key.isValidSignature(parsed, for: digest)
    case .p384(let key):
      guard let raw = ECDSASignatureForm.raw(signature, size: 48),
        let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: raw)
      else { return false }
      return key.isValidSignature(parsed, for: digest)
    case .p521(let key):
      guard let parsed = try? P521.Signing.ECDSASignature(derRepresentation: signature) else {
        return false
      }
      return key.isValidSignature(parsed, for: digest)
    case .rsa(let key):
      return key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest,
        padding: .insecurePKCS1v1_5)
    case .ed25519:
      // Ed25519 signs messages, not digests.
      return false
    }
  }

  /// Tells whether a signature over a SHA-256 digest is valid.
  ///
  /// For P-384 and P-521 keys this is the older pairing that signers of the first Sigstore years
  /// used and that bundles up to v0.3 still carry.
  package func isValidSignature(_ signature: [UInt8], forDigest digest: SHA256Hash) -> Bool {
    isValidSignature(signature, forDigest: digest.bytes, hash: .sha256)
  }

  /// Tells whether a signature over a digest is valid.
  ///
  /// - Parameters:
  ///   - signature: an ECDSA signature in DER, or one by RSA with PKCS #1 v1.5 padding; Ed25519 signs
  ///     messages, so with such a key the answer is `false`.
  ///   - bytes: the digest; of any other length than the hash's the answer is `false`.
  ///   - hash: the hash that made it.
  /// - Returns: whether the signature is valid.
  package func isValidSignature(
    _ signature: [UInt8], forDigest bytes: [UInt8], hash: SignatureHash
  ) -> Bool {
    guard bytes.count == hash.byteCount else { return false }
    guard case .rsa = key else {
      return isValidSignature(signature, digest: Prehashed(bytes: bytes))
    }
    // The padding names the hash, which the library tells by the digest's type.
    func isValid<Value: Digest>(_ digest: Value?) -> Bool {
      digest.map { isValidSignature(signature, digest: $0) } ?? false
    }
    return switch hash {
    case .sha256: isValid(Self.digest(bytes) as SHA256.Digest?)
    case .sha384: isValid(Self.digest(bytes) as SHA384.Digest?)
    case .sha512: isValid(Self.digest(bytes) as SHA512.Digest?)
    }
  }

  /// A digest computed elsewhere as the library's type.
  ///
  /// The type has no initialiser for it: its memory is the digest's bytes. Were it ever something else, its own view of them would tell.
  private static func digest<Value: Digest>(_ bytes: [UInt8]) -> Value? {
    guard MemoryLayout<Value>.size == bytes.count, Value.byteCount == bytes.count else {
      return nil
    }
    let digest = bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
    return digest.elementsEqual(bytes) ? digest : nil
  }

  package static func == (left: SignatureKey, right: SignatureKey) -> Bool {
    left.subjectPublicKeyInfo == right.subjectPublicKeyInfo
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(subjectPublicKeyInfo)
  }
}
