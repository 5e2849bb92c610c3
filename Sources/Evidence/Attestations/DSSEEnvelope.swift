// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A signed envelope (DSSE v1): a typed payload with exactly one signature.
///
/// The signature covers the pre-authentication encoding, not the JSON:
/// `"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in decimal ASCII. The
/// format allows several signatures; bundles and attestations carry one, and a second one has
/// been a way to confuse verifiers, so more than one is refused.
package struct DSSEEnvelope: Hashable, Sendable {
  /// The media type of in-toto statements.
  package static let inTotoPayloadType = "application/vnd.in-toto+json"

  /// The media type of the payload.
  package let payloadType: String
  /// The payload's bytes, exactly as signed.
  package let payload: [UInt8]
  /// The signature over ``preAuthenticationEncoding``.
  package let signature: [UInt8]
  /// The signature's `keyid` hint; unauthenticated and usually empty.
  package let keyID: String

  /// Puts an envelope together.
  package init(payloadType: String, payload: [UInt8], signature: [UInt8], keyID: String = "") {
    self.payloadType = payloadType
    self.payload = payload
    self.signature = signature
    self.keyID = keyID
  }

  /// Reads the JSON form `{payload, payloadType, signatures: [{sig, keyid}]}`.
  ///
  /// - Throws: `DocumentError` that says where the form is broken.
  package init(_ node: JSONNode) throws(DocumentError) {
    payloadType = try node.required("payloadType").string()
    payload = try node.required("payload").bytes()
    let signatures = try node.required("signatures").array(limit: 32)
    guard signatures.count == 1, let only = signatures.first else {
      throw node.error("expected exactly one signature, found \(signatures.count)")
    }
    signature = try only.required("sig").bytes()
    keyID = try only.optional("keyid")?.string() ?? ""
  }

  /// The bytes that the signature covers.
  package var preAuthenticationEncoding: [UInt8] {
    Self.preAuthenticationEncoding(payloadType: payloadType, payload: payload)
  }

  /// The bytes that a signature over a payload covers (DSSE protocol, "Signature Definition").
  package static func preAuthenticationEncoding(
    payloadType: String, payload: [UInt8]
  ) -> [UInt8] {
    Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
  }

  /// The JSON form.
  package var json: JSONValue {
    [
      "payload": .string(Base64.encode(payload)),
      "payloadType": .string(payloadType),
      "signatures": [["sig": .string(Base64.encode(signature)), "keyid": .string(keyID)]],
    ]
  }
}
