// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// A public key in SSH's form: its kind's name, then the values of the kind, each a string of
/// SSH's wire format.
///
/// ```
/// ssh-ed25519           point                              RFC 8709 §4
/// ecdsa-sha2-nistpN     curve "nistpN", point              RFC 5656 §3.1
/// ssh-rsa               exponent, modulus                  RFC 4253 §6.6
/// sk-…@openssh.com      the same, and an application       OpenSSH's PROTOCOL.u2f
/// ```
/// There is one sequence of bytes for a key: points are uncompressed, numbers in their shortest
/// form. Certificates and DSA keys are refused.
package struct SSHPublicKey: Hashable, Sendable {
  /// The kinds of keys; the text is their name in SSH.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Ed25519.
    case ed25519 = "ssh-ed25519"
    /// ECDSA on NIST P-256.
    case p256 = "ecdsa-sha2-nistp256"
    /// ECDSA on NIST P-384.
    case p384 = "ecdsa-sha2-nistp384"
    /// ECDSA on NIST P-521.
    case p521 = "ecdsa-sha2-nistp521"
    /// RSA of 2048 bits or more.
    case rsa = "ssh-rsa"
    /// Ed25519 in a hardware key.
    case hardwareEd25519 = "sk-ssh-ed25519@openssh.com"
    /// ECDSA on NIST P-256 in a hardware key.
    case hardwareP256 = "sk-ecdsa-sha2-nistp256@openssh.com"

    /// Reads a kind's name.
    ///
    /// - Throws: ``SSHError`` of reason `certificate` or `keyKind`.
    init(name: String) throws(SSHError) {
      if Self.isCertificate(name) {
        throw SSHError(
          .certificate, "`\(name)` is an SSH certificate; only plain keys are supported")
      }
      guard let kind = Self(rawValue: name) else {
        throw SSHError(.keyKind, "`\(name)` is not a supported kind of key")
      }
      self = kind
    }

    static func isCertificate(_ name: String) -> Bool {
      let ending = "-cert-v01@openssh.com"
      return name.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }
  }

  /// The most bytes of a key: RSA of 16384 bits has about 2 KiB.
  package static let sizeLimit = 8 << 10

  /// The kind.
  package let kind: Kind
  /// The key in SSH's form.
  package let bytes: [UInt8]
  /// The application that a hardware key signs for, such as `ssh:`; empty for other keys.
  let application: [UInt8]
  /// The key that checks signatures.
  let key: SignatureKey

  /// Reads SSH's form.
  ///
  /// - Throws: ``SSHError``.
  package init(parsing bytes: [UInt8]) throws(SSHError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SSHError(.tooLarge, "the key is larger than \(Self.sizeLimit) bytes")
    }
    var reader = SSHReader(bytes)
    kind = try Kind(name: try reader.text())
    self.bytes = bytes
    switch kind {
    case .ed25519, .hardwareEd25519:
      key = try Self.key(SignatureKey.ed25519Prefix, point: try reader.string())
    case .p256, .hardwareP256:
      key = try Self.key(SignatureKey.p256Prefix, curve: "nistp256", &reader)
    case .p384:
      key = try Self.key(Self.p384Prefix, curve: "nistp384", &reader)
    case .p521:
      key = try Self.key(Self.p521Prefix, curve: "nistp521", &reader)
    case .rsa:
      let exponent = try reader.positiveNumber()
      let modulus = try reader.positiveNumber()
      key = try Self.usable { () throws(CertificateError) in
        try SignatureKey(rsaPublicKey: DERWriting.sequence(ofIntegers: [modulus, exponent]))
      }
    }
    application = kind.isHardware ? try reader.string() : []
    try reader.finish()
  }

  /// `SHA256:` and the base64 of the key's SHA-256 without padding, as `ssh-keygen -l` shows it.
  package var fingerprint: String {
    let text = SHA256Hash(hashing: bytes).base64
    return "SHA256:" + String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
  }

  /// The key as the one line of a `.pub` file, without comment.
  package var line: String { "\(kind.rawValue) \(Base64.encode(bytes))" }

  package static func == (left: SSHPublicKey, right: SSHPublicKey) -> Bool {
    left.bytes == right.bytes
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  // A SubjectPublicKeyInfo of the larger curves up to the point.
  private static let p384Prefix: [UInt8] = [
    0x30, 118, 0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1,
    6, 5, 0x2b, 0x81, 4, 0, 34, 3, 98, 0,
  ]
  private static let p521Prefix: [UInt8] = [
    0x30, 0x81, 155, 0x30, 16, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1,
    6, 5, 0x2b, 0x81, 4, 0, 35, 3, 0x81, 134, 0,
  ]

  private static func key(
    _ prefix: [UInt8], curve: String, _ reader: inout SSHReader
  ) throws(SSHError) -> SignatureKey {
    guard try reader.text().utf8.elementsEqual(curve.utf8) else {
      throw SSHError(.key, "the key's curve is not that of its kind")
    }
    return try key(prefix, point: try reader.string())
  }

  private static func key(
    _ prefix: [UInt8], point: [UInt8]
  ) throws(SSHError) -> SignatureKey {
    // The prefix says how long the point is.
    try usable { () throws(CertificateError) in
      try SignatureKey(subjectPublicKeyInfo: prefix + point)
    }
  }

  private static func usable(
    _ make: () throws(CertificateError) -> SignatureKey
  ) throws(SSHError) -> SignatureKey {
    do {
      return try make()
    } catch {
      throw SSHError(.key, "\(error)")
    }
  }
}

extension SSHPublicKey.Kind {
  /// Whether a hardware key signs, which says that somebody touched it.
  package var isHardware: Bool { self == .hardwareEd25519 || self == .hardwareP256 }
}
