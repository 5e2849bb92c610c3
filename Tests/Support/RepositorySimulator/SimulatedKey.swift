// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
package import Encodings

/// A signing key of a simulated TUF repository.
package struct SimulatedKey: Sendable {
  /// The kinds of keys, in the forms in which repositories write them.
  package enum Kind: String, CaseIterable, Sendable {
    /// Ed25519, the public key in hexadecimal.
    case ed25519
    /// ECDSA on P-256, in PEM.
    case ecdsa
    /// ECDSA on P-256 under the name of Sigstore's roots, the point in hexadecimal.
    case ecdsaPoint
    /// ECDSA on P-384, in PEM.
    case ecdsa384
    /// RSA-PSS with SHA-256, in PEM.
    case rsa
  }

  private enum Secret: Sendable {
    case ed25519(Curve25519.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)
  }

  private let secret: Secret
  /// The key as metadata has it.
  package let json: JSONValue
  /// Its id.
  package let id: String

  /// Makes a new key.
  package init(_ kind: Kind = .ed25519) throws {
    let (type, scheme, text): (String, String, String)
    switch kind {
    case .ed25519:
      let key = Curve25519.Signing.PrivateKey()
      secret = .ed25519(key)
      (type, scheme) = ("ed25519", "ed25519")
      text = Hexadecimal.encode(Array(key.publicKey.rawRepresentation))
    case .ecdsa, .ecdsaPoint:
      let key = P256.Signing.PrivateKey()
      secret = .p256(key)
      (type, scheme) = (
        kind == .ecdsa ? "ecdsa" : "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"
      )
      text =
        kind == .ecdsa
        ? key.publicKey.pemRepresentation
        : Hexadecimal.encode(Array(key.publicKey.x963Representation))
    case .ecdsa384:
      let key = P384.Signing.PrivateKey()
      secret = .p384(key)
      (type, scheme) = ("ecdsa", "ecdsa-sha2-nistp384")
      text = key.publicKey.pemRepresentation
    case .rsa:
      let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
      secret = .rsa(key)
      (type, scheme) = ("rsa", "rsassa-pss-sha256")
      text = key.publicKey.pemRepresentation
    }
    json = [
      "keytype": .string(type), "scheme": .string(scheme), "keyval": ["public": .string(text)],
    ]
    id = SHA256Hash(hashing: OrdinaryForm.encode(json)).hexadecimal
  }

  /// Signs bytes.
  package func signature(for message: [UInt8]) throws -> [UInt8] {
    switch secret {
    case .ed25519(let key): Array(try key.signature(for: message))
    case .p256(let key): Array(try key.signature(for: message).derRepresentation)
    case .p384(let key): Array(try key.signature(for: message).derRepresentation)
    case .rsa(let key):
      Array(
        try key.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation)
    }
  }
}

/// The canonical form that TUF signs, written once more and as plainly as possible.
package enum OrdinaryForm {
  /// Writes a value; all numbers must be integers.
  package static func encode(_ value: JSONValue) -> [UInt8] { Array(text(value).utf8) }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .boolean(let flag): return flag ? "true" : "false"
    case .integer(let number): return "\(number)"
    case .number(let text): return text
    case .string(let text): return quoted(text)
    case .array(let elements):
      return "[" + elements.map(Self.text).joined(separator: ",") + "]"
    case .object(let object):
      let sorted = object.members.sorted {
        Array($0.key.unicodeScalars.map(\.value)).lexicographicallyPrecedes(
          $1.key.unicodeScalars.map(\.value))
      }
      return "{" + sorted.map { quoted($0.key) + ":" + text($0.value) }.joined(separator: ",")
        + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { output += "\\" }
      output.unicodeScalars.append(scalar)
    }
    return output + "\""
  }
}
