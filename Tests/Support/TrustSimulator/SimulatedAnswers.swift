// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Crypto
package import Encodings
package import Sigstore
import SwiftASN1
import X509

/// The answers of a simulated instance's services to a signer, at a moment of the caller's.
extension TrustSimulator {
  /// A certificate for somebody's key, as the authority answers a request.
  package func certificate(
    for key: P256.Signing.PublicKey, as run: SimulatedRun = .workspace,
    at time: Timestamp = Self.time,
    lie: Lie? = nil
  ) throws -> [UInt8] {
    try authority.issue(
      for: key, name: run.name, issuer: run.issuer, claims: run.claims, at: time, lie: lie,
      decoy: decoy)
  }

  /// The key that a request asks a certificate for, PKCS #10 in PEM; `nil` for what is none, or for
  /// a key on another curve than P-256.
  package func key(inRequest text: String) -> P256.Signing.PublicKey? {
    guard let der = try? PEM.decodeOne(text, label: "CERTIFICATE REQUEST"),
      let request = try? CertificateSigningRequest(derEncoded: der)
    else { return nil }
    return P256.Signing.PublicKey(request.publicKey)
  }

  /// The certificate's issuers as the authority sends them along.
  package func issuers() throws -> [[UInt8]] { try authority.certificates(nil) }

  /// The entry for a signature, as a log of version 1 or 2 answers a submission.
  package func entry(
    for content: Bundle.Content, certificate: [UInt8], isTiled: Bool = false,
    at seen: Timestamp = Self.time.adding(seconds: 5), lie: Lie? = nil
  ) throws -> TransparencyLogEntry? {
    let form: SigningForm =
      switch content {
      case .envelope: isTiled ? .dsseV2 : .dsse
      case .messageSignature: isTiled ? .blobV2 : .blob
      }
    let body = SimulatedBody(
      form: form, content: content, artifact: SHA256Hash(hashing: []), material: certificate,
      isKey: false, lie: lie)
    return try logEntries(
      of: body, otherMaterial: authority.intermediate.derBytes, at: seen
    ).first
  }

  /// What the timestamp authority answers a request.
  ///
  /// - Parameters:
  ///   - query: a TimeStampReq in DER.
  ///   - time: when the authority says to have seen it.
  ///   - byOther: whether the other authority of the trusted root answers.
  ///   - repeatsNonce: whether the nonce is the request's; `nil` leaves it out.
  package func timestamp(
    answering query: [UInt8], at time: Timestamp, byOther: Bool = false,
    repeatsNonce: Bool? = true, lie: Lie? = nil
  ) throws -> [UInt8] {
    let (imprint, nonce) = try Self.parts(of: query)
    let answered: [UInt8]? =
      repeatsNonce.map { $0 ? nonce : nonce.dropLast() + [(nonce.last ?? 0) ^ 1] }
    return try (byOther ? otherStamper : stamper).answer(
      imprint: lie == .stampOfOtherSignature ? imprint.reversed() : imprint, nonce: answered,
      at: time, lie: lie)
  }

  /// Digest and nonce of a request.
  private static func parts(of query: [UInt8]) throws -> (imprint: [UInt8], nonce: [UInt8]) {
    try DER.sequence(try DER.parse(query), identifier: .sequence) { nodes in
      _ = try Int(derEncoded: &nodes)
      guard let node = nodes.next() else { return ([], []) }
      let imprint = try DER.sequence(node, identifier: .sequence) { fields in
        _ = fields.next()
        return Array(try ASN1OctetString(derEncoded: &fields).bytes)
      }
      var nonce: [UInt8] = []
      while let node = nodes.next() {
        if node.identifier == .integer, case .primitive(let bytes) = node.content {
          nonce = Array(bytes)
        }
      }
      return (imprint, nonce)
    }
  }
}

extension SimulatedRun {
  /// A workspace of the simulator's own issuer.
  package static var workspace: SimulatedRun {
    SimulatedRun(name: TrustSimulator.name, issuer: TrustSimulator.issuer, claims: [:])
  }

  /// An identity token of the run, as far as a signer reads one; nobody signed it.
  package func token(expiresAt: Timestamp? = nil) -> String {
    var claims = JSONObject([
      ("iss", .string(issuer)), ("sub", .string(name)), ("aud", "sigstore"),
    ])
    if let expiresAt {
      claims["iat"] = .integer(expiresAt.seconds - 3_600)
      claims["exp"] = .integer(expiresAt.seconds)
    }
    let parts = [#"{"alg":"none"}"#, JSONValue.object(claims).compactText, "no signature"]
    return parts.map { Base64.encodeURL(Array($0.utf8)) }.joined(separator: ".")
  }
}
