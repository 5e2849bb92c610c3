// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore

/// An entry that somebody proposes to log, checked: its signature is valid under its verifier.
///
/// ```
/// {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{
///   "data":{"hash":{"algorithm":"sha256","value":"<hex>"}},
///   "signature":{"content":"<base64>","publicKey":{"content":"<base64 of PEM>"}}}}
/// {"apiVersion":"0.0.1","kind":"dsse","spec":{"proposedContent":{
///   "envelope":"<DSSE envelope, JSON text>","verifiers":["<base64 of PEM>"]}}}
/// ```
struct ProposedEntry: Hashable, Sendable {
  /// The bytes to log: RFC 8785 JSON that has digests in the place of contents.
  let canonicalBody: [UInt8]

  private static let limits = JSONLimits(size: 4 << 20, depth: 16, values: 4_096)

  /// Reads and checks a proposed entry.
  ///
  /// - Throws: ``ServiceRefusal`` that says what is wrong.
  init(parsing bytes: [UInt8]) throws(ServiceRefusal) {
    do {
      canonicalBody = try Self.canonicalBody(try JSONNode(parsing: bytes, limits: Self.limits))
    } catch let refusal as ServiceRefusal {
      throw refusal
    } catch {
      throw .invalid("the proposed entry is not acceptable: \(error)")
    }
  }

  private static func canonicalBody(_ node: JSONNode) throws -> [UInt8] {
    try expectOnly(["apiVersion", "kind", "spec"], in: node)
    let kind = try node.required("kind").string()
    let version = try node.required("apiVersion").string()
    switch (kind, version) {
    case ("dsse", "0.0.1"): return try dsse(try node.required("spec"))
    case ("hashedrekord", "0.0.1"): return try hashedrekord(try node.required("spec"))
    default:
      throw ServiceRefusal.invalid(
        "entries of kind `\(kind)` version `\(version)` are not supported;"
          + " this log takes dsse 0.0.1 and hashedrekord 0.0.1")
    }
  }

  private static func dsse(_ spec: JSONNode) throws -> [UInt8] {
    try expectOnly(["proposedContent"], in: spec)
    let proposed = try spec.required("proposedContent")
    try expectOnly(["envelope", "verifiers"], in: proposed)
    let envelopeNode = try proposed.required("envelope")
    let envelopeText = Array(try envelopeNode.string().utf8)
    let envelope: DSSEEnvelope
    do {
      envelope = try DSSEEnvelope(try JSONNode(parsing: envelopeText, limits: limits))
    } catch {
      throw envelopeNode.error("not a DSSE envelope: \(error)")
    }
    let verifiers = try proposed.required("verifiers").array(limit: 8)
    guard verifiers.count == 1, let only = verifiers.first else {
      throw proposed.error("expected exactly one verifier")
    }
    let verifier = try EntryVerifier(only)
    guard
      verifier.key.isValidSignature(
        envelope.signature, for: envelope.preAuthenticationEncoding)
    else { throw envelopeNode.error("the signature is not valid under the verifier") }
    return try LogEntryBody.dsse(
      envelope, envelopeText: envelopeText, verifierPEM: verifier.pem)
  }

  private static func hashedrekord(_ spec: JSONNode) throws -> [UInt8] {
    try expectOnly(["data", "signature"], in: spec)
    let data = try spec.required("data")
    try expectOnly(["hash"], in: data)
    let hash = try data.required("hash")
    try expectOnly(["algorithm", "value"], in: hash)
    let algorithm = try hash.required("algorithm")
    guard try algorithm.string() == "sha256" else { throw algorithm.error("expected sha256") }
    let value = try hash.required("value")
    guard let digest = SHA256Hash(hexadecimal: try value.string()) else {
      throw value.error("expected 64 lower-case hexadecimal digits")
    }
    let signatureNode = try spec.required("signature")
    try expectOnly(["content", "publicKey"], in: signatureNode)
    let signature = try signatureNode.required("content").bytes()
    let publicKey = try signatureNode.required("publicKey")
    try expectOnly(["content"], in: publicKey)
    let verifier = try EntryVerifier(try publicKey.required("content"))
    guard verifier.key.isValidSignature(signature, forDigest: digest) else {
      throw signatureNode.error("the signature is not valid for the digest under the public key")
    }
    return try LogEntryBody.hashedrekord(
      digest: digest, signature: signature, verifierPEM: verifier.pem)
  }

  /// Refuses members that the log does not look at, which must not seem to be logged.
  ///
  /// Clients write absent members as `null`.
  private static func expectOnly(_ known: Set<String>, in node: JSONNode) throws(DocumentError) {
    for member in try node.object().members
    where member.value != .null && !known.contains(member.key) {
      throw node.error("the member `\(member.key)` is not supported")
    }
  }
}

/// The certificate or public key that checks an entry's signature.
private struct EntryVerifier {
  let key: SignatureKey
  /// The PEM text as it is logged: encoded anew, so that white space makes no other entry.
  let pem: String

  init(_ node: JSONNode) throws(DocumentError) {
    guard let text = String(validating: try node.bytes(), as: UTF8.self),
      let blocks = try? PEM.decode(text, limit: 1), let block = blocks.first
    else { throw node.error("expected base64 of a certificate or public key in PEM") }
    do {
      switch block.label {
      case "CERTIFICATE": key = try SignatureKey(certificateDER: block.bytes)
      case "PUBLIC KEY": key = try SignatureKey(subjectPublicKeyInfo: block.bytes)
      default: throw node.error("expected a certificate or public key")
      }
    } catch let error as DocumentError {
      throw error
    } catch {
      throw node.error("\(error)")
    }
    pem = PEM.encode(block.bytes, label: block.label)
  }
}
