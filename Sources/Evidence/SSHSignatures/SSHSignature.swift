// SPDX-License-Identifier: Apache-2.0

package import Certificates
import Encodings

/// A signature as `ssh-keygen -Y sign` makes it (OpenSSH's PROTOCOL.sshsig, version 1).
///
/// ```
/// byte[6]  "SSHSIG"
/// uint32   1                  the version
/// string   public key
/// string   namespace          what the signature is for
/// string   reserved           empty
/// string   hash algorithm     "sha256" or "sha512"
/// string   signature          string kind, string value; hardware keys: byte flags, uint32 counter
/// ```
/// Signed is `"SSHSIG" ‖ namespace ‖ reserved ‖ hash algorithm ‖ H(message)`, each but the first a
/// string. A hardware key signs `SHA256(application) ‖ flags ‖ counter ‖ SHA256(that)` (OpenSSH's
/// PROTOCOL.u2f). As text it is base64 between `-----BEGIN SSH SIGNATURE-----` and its end.
package struct SSHSignature: Hashable, Sendable {
  /// The most bytes of a signature.
  package static let sizeLimit = 16 << 10
  /// The label of the text form.
  private static let label = "SSH SIGNATURE"
  private static let magic = Array("SSHSIG".utf8)

  /// The signature in its binary form.
  package let bytes: [UInt8]
  /// The key that it names; who holds it is another question.
  package let publicKey: SSHPublicKey
  /// What the signature is for.
  package let namespace: String
  /// The hash of the message.
  package let hash: SignatureHash
  private let hashName: String
  private let value: [UInt8]
  /// With RSA, the hash that its padding names.
  private let paddingHash: SignatureHash
  private let authenticator: Authenticator

  /// What a hardware key says about a signature; nothing for others.
  private struct Authenticator: Hashable, Sendable {
    var flags: UInt8 = 0
    var counter: UInt32 = 0
    /// Somebody touched the key.
    var hasPresence: Bool { flags & 1 != 0 }
  }

  /// Reads the text form.
  ///
  /// - Throws: ``SSHError``.
  package init(armored text: [UInt8]) throws(SSHError) {
    guard text.count <= 2 * Self.sizeLimit else {
      throw SSHError(.tooLarge, "the text is larger than \(2 * Self.sizeLimit) bytes")
    }
    let blocks: [PEM.Block]
    do {
      blocks = try PEM.decode(text, limit: 1)
    } catch {
      throw SSHError(.armor, "\(error)")
    }
    guard let block = blocks.first, block.label.utf8.elementsEqual(Self.label.utf8) else {
      throw SSHError(.armor, "it is not one `\(Self.label)` block")
    }
    try self.init(parsing: block.bytes)
  }

  /// Reads the binary form.
  ///
  /// - Throws: ``SSHError``.
  package init(parsing bytes: [UInt8]) throws(SSHError) {
    guard bytes.count <= Self.sizeLimit else {
      throw SSHError(.tooLarge, "the signature is larger than \(Self.sizeLimit) bytes")
    }
    var reader = SSHReader(bytes)
    guard try reader.take(6).elementsEqual(Self.magic) else {
      throw SSHError(.magic, "it is not a signature of SSH")
    }
    guard try reader.uint32() == 1 else {
      throw SSHError(.version, "it is not of version 1 of the format")
    }
    publicKey = try SSHPublicKey(parsing: try reader.string())
    namespace = try reader.text()
    guard !namespace.isEmpty else { throw SSHError(.namespace, "it does not say what it is for") }
    guard try reader.string().isEmpty else {
      throw SSHError(.reserved, "the reserved field is not empty")
    }
    hashName = try reader.text()
    switch hashName {
    case "sha256": hash = .sha256
    case "sha512": hash = .sha512
    default: throw SSHError(.hash, "`\(hashName)` is not a hash of the format")
    }
    var signature = SSHReader(try reader.string())
    try reader.finish()
    self.bytes = bytes

    let name = try signature.text()
    switch (publicKey.kind, name) {
    case (.rsa, "rsa-sha2-256"): paddingHash = .sha256
    case (.rsa, "rsa-sha2-512"): paddingHash = .sha512
    default:
      // RSA with SHA-1 has the name of the key's kind.
      guard publicKey.kind != .rsa, name.utf8.elementsEqual(publicKey.kind.rawValue.utf8) else {
        throw SSHError(
          .algorithm,
          "`\(name)` is not an accepted signature of a key `\(publicKey.kind.rawValue)`")
      }
      paddingHash = .sha256
    }
    let value = try signature.string()
    var authenticator = Authenticator()
    if publicKey.kind.isHardware {
      authenticator.flags = try signature.take(1).first ?? 0
      authenticator.counter = try signature.uint32()
    }
    try signature.finish()
    self.authenticator = authenticator
    self.value = try Self.plain(value, publicKey.kind)
  }

  /// The text form.
  package var armored: String { PEM.encode(bytes, label: Self.label) }

  /// Checks that a key signed a message for a purpose.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - namespace: the purpose.
  ///   - key: the key that must have signed.
  /// - Throws: ``SSHError`` of reason `namespace`, `otherKey`, `presence` or `invalid`.
  package func check(
    _ message: [UInt8], for namespace: String, by key: SSHPublicKey
  ) throws(SSHError) {
    guard self.namespace.utf8.elementsEqual(namespace.utf8) else {
      throw SSHError(
        .namespace, "it was made for `\(self.namespace)`, not for `\(namespace)`")
    }
    guard publicKey == key else {
      throw SSHError(.otherKey, "it is by another key, \(publicKey.fingerprint)")
    }
    guard !key.kind.isHardware || authenticator.hasPresence else {
      throw SSHError(.presence, "nobody touched the hardware key for it")
    }
    var signed = Self.magic
    for part in [Array(namespace.utf8), [], Array(hashName.utf8), hash.digest(of: message)] {
      signed += SSHWriting.string(part)
    }
    if key.kind.isHardware {
      signed =
        SignatureHash.sha256.digest(of: key.application) + [authenticator.flags]
        + SSHWriting.uint32(authenticator.counter) + SignatureHash.sha256.digest(of: signed)
    }
    let isValid =
      key.kind == .rsa
      ? key.key.isValidSignature(value, for: signed, hash: paddingHash)
      : key.key.isValidSignature(value, for: signed)
    guard isValid else {
      throw SSHError(.invalid, "the signature is not valid for this content")
    }
  }

  /// The value in the form of the library: two numbers of ECDSA in DER, others as they are.
  private static func plain(
    _ value: [UInt8], _ kind: SSHPublicKey.Kind
  ) throws(SSHError) -> [UInt8] {
    switch kind {
    case .ed25519, .hardwareEd25519, .rsa: return value
    case .p256, .p384, .p521, .hardwareP256:
      var reader = SSHReader(value)
      let numbers = [try reader.positiveNumber(), try reader.positiveNumber()]
      try reader.finish()
      return DERWriting.sequence(ofIntegers: numbers)
    }
  }
}
