// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import SwiftASN1
import X509

/// A request for a certificate (Fulcio v2 `CreateSigningCertificateRequest`), parsed.
///
/// ```
/// {"credentials":{"oidcIdentityToken":"<jwt>"},"certificateSigningRequest":"<base64 of PEM>"}
/// {"credentials":{…},"publicKeyRequest":{"publicKey":{"algorithm":"ECDSA","content":"<PEM>"},
///                                        "proofOfPossession":"<base64>"}}
/// ```
/// The token may come in the `Authorization` field instead. The key is only given out together
/// with the check that the caller holds it.
struct CertificateRequest: Sendable {
  private enum Proof: Sendable {
    /// A PKCS #10 request, which signs itself.
    case request(CertificateSigningRequest)
    /// A signature over the token's subject.
    case signature(SignatureKey, Certificate.PublicKey, [UInt8])
  }

  /// The identity token in the body, if any.
  let token: String?
  private let proof: Proof

  /// Reads a request.
  ///
  /// - Throws: `DocumentError`.
  init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(
      parsing: bytes, limits: JSONLimits(size: 64 << 10, depth: 8, values: 256))
    token = try node.optional("credentials")?.optional("oidcIdentityToken")?.string()
    let request = try node.optional("certificateSigningRequest")
    let keyRequest = try node.optional("publicKeyRequest")
    switch (request, keyRequest) {
    case (let request?, nil): proof = .request(try Self.signingRequest(request))
    case (nil, let keyRequest?): proof = try Self.keyWithProof(keyRequest)
    default:
      throw node.error("expected either `certificateSigningRequest` or `publicKeyRequest`")
    }
  }

  private static func signingRequest(
    _ node: JSONNode
  ) throws(DocumentError) -> CertificateSigningRequest {
    guard let pem = String(validating: try node.bytes(), as: UTF8.self),
      let blocks = try? PEM.decode(pem, limit: 1), let block = blocks.first,
      ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(block.label),
      let request = try? CertificateSigningRequest(derEncoded: block.bytes)
    else { throw node.error("expected base64 of a PKCS #10 request in PEM") }
    return request
  }

  private static func keyWithProof(_ node: JSONNode) throws(DocumentError) -> Proof {
    let content = try node.required("publicKey").required("content")
    do {
      let der = try PEM.decodeOne(try content.string(), label: "PUBLIC KEY")
      let key = try Certificate.PublicKey(derEncoded: der)
      return .signature(
        try SignatureKey(key), key, try node.required("proofOfPossession").bytes())
    } catch let error as DocumentError {
      throw error
    } catch {
      throw content.error("expected a public key in PEM")
    }
  }

  /// The key to certify, once it is certain that the caller holds it.
  ///
  /// - Parameter subject: the verified token's subject, the challenge that a proof signs.
  /// - Returns: the key, ECDSA on P-256 or P-384.
  /// - Throws: ``ServiceRefusal``.
  func provedKey(subject: String) throws -> Certificate.PublicKey {
    let key: Certificate.PublicKey
    switch proof {
    case .request(let request):
      guard request.publicKey.isValidSignature(request.signature, for: request) else {
        throw ServiceRefusal(
          400, code: 3, "the signature of the certificate signing request is not valid")
      }
      key = request.publicKey
    case .signature(let signatureKey, let publicKey, let signature):
      guard signatureKey.isValidSignature(signature, for: Array(subject.utf8)) else {
        throw ServiceRefusal(
          400, code: 3, "the proof of possession is not the key's signature over the subject")
      }
      key = publicKey
    }
    guard P256.Signing.PublicKey(key) != nil || P384.Signing.PublicKey(key) != nil else {
      throw ServiceRefusal(400, code: 3, "the key must be ECDSA on P-256 or P-384")
    }
    return key
  }
}
