// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
package import Encodings
import Foundation
import JWTKit
package import PythonPackaging
package import Storage
import TrustedPublishing

/// The stack's own OIDC issuer: says which project's workspace a caller works in.
///
/// Tokens are RS256 (RFC 7518 §3.3), live ten minutes and are for one audience. The issuer's URL is
/// the stack's own and the subject is `<issuer>/workspace/<project>`, so that no token can be taken
/// for one of a public provider. It believes whoever has the request token.
package struct IdentityIssuer: Sendable {
  /// The issuer's URL, `iss` of its tokens, without a final slash.
  package let url: String
  let requestToken: RequestToken
  let keys: JWTKeyCollection
  let keyID: String
  let keySet: JSONValue
  let now: @Sendable () -> Timestamp

  private static let keyFile = "secrets/identity-issuer.pem"

  /// Opens the issuer of a data folder; its RSA key of 2048 bits is made at the first start.
  ///
  /// - Throws: `StorageError`.
  package init(
    in folder: DataFolder, url: String, now: @escaping @Sendable () -> Timestamp
  ) async throws {
    self.url = url
    self.now = now
    requestToken = try RequestToken(in: folder)
    let text = try folder.text(Self.keyFile) {
      try _RSA.Signing.PrivateKey(keySize: .bits2048).pemRepresentation
    }
    guard let backing = try? _RSA.Signing.PrivateKey(pemRepresentation: text),
      backing.keySizeInBits >= 2048, let key = try? Insecure.RSA.PrivateKey(backing: backing),
      let primitives = try? key.publicKey.getKeyPrimitives()
    else { throw KeyFile.unusable(Self.keyFile, in: folder) }
    let modulus = Base64.encodeURL(Array(primitives.modulus.drop { $0 == 0 }))
    let exponent = Base64.encodeURL(Array(primitives.publicExponent.drop { $0 == 0 }))
    // RFC 7638: the digest over the required members in this order.
    let thumbprint = "{\"e\":\"\(exponent)\",\"kty\":\"RSA\",\"n\":\"\(modulus)\"}"
    keyID = Base64.encodeURL(SHA256Hash(hashing: Array(thumbprint.utf8)).bytes)
    keySet = [
      "keys": [
        [
          "kty": "RSA", "use": "sig", "alg": "RS256", "kid": .string(keyID),
          "n": .string(modulus), "e": .string(exponent),
        ]
      ]
    ]
    keys = JWTKeyCollection()
    await keys.add(rsa: key, digestAlgorithm: .sha256, kid: JWKIdentifier(string: keyID))
  }

  /// The subject of a project's tokens.
  package func subject(of project: ProjectName) -> String {
    "\(url)/workspace/\(project.normalized)"
  }

  /// Makes a token.
  ///
  /// - Parameters:
  ///   - audience: whom it is for.
  ///   - project: the project whose workspace the caller works in.
  ///   - sourceCommit: the commit that the caller asserts, in hexadecimal.
  ///   - sourceRef: the ref that the caller asserts.
  /// - Returns: the compact serialisation (RFC 7515 §7.1).
  /// - Throws: when signing fails.
  package func token(
    audience: String, project: ProjectName, sourceCommit: String? = nil, sourceRef: String? = nil
  ) async throws -> String {
    let time = now().seconds
    let identifier = SymmetricKey(size: .bits128).withUnsafeBytes { Hexadecimal.encode($0) }
    let claims = IdentityToken(
      iss: url, sub: subject(of: project), aud: audience, iat: time, nbf: time,
      exp: time + IdentityToken.lifetime, jti: identifier, project: project.normalized,
      sha: sourceCommit, ref: sourceRef)
    return try await keys.sign(claims, kid: JWKIdentifier(string: keyID), header: ["typ": "JWT"])
  }
}
