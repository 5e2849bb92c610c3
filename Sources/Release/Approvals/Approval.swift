// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
package import SSHSignatures
package import Sigstore

/// An approval as it lies beside the files: read, and not yet verified.
///
/// With an SSH key it is a DSSE envelope whose one signature is SSH's binary form over the
/// pre-authentication encoding, for ``namespace``; `keyid` is the key's fingerprint. With a
/// certificate it is a Sigstore bundle.
package struct Approval: Hashable, Sendable {
  /// How it is signed.
  package enum Signature: Hashable, Sendable {
    /// By an SSH key, over these bytes.
    case ssh(SSHSignature, signed: [UInt8])
    /// By a certificate.
    case bundle(Bundle)
  }

  /// What SSH signatures of approvals are for.
  package static let namespace = "hallmark.approval.v1"
  /// How the file's name ends.
  package static let suffix = ".approval.json"
  /// Bytes of a file.
  package static let sizeLimit = 1 << 20

  /// Where it is.
  package let place: String
  /// What it says.
  package let claim: ApprovalStatement
  /// How it is signed.
  package let signature: Signature

  /// Reads a file.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8], place: String) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes, limits: JSONLimits(size: Self.sizeLimit))
    let envelope: DSSEEnvelope
    if try node.object()["mediaType"] != nil {
      let bundle = try Bundle(node)
      guard case .envelope(let inner) = bundle.content else {
        throw node.error("the bundle holds no statement")
      }
      envelope = inner
      signature = .bundle(bundle)
    } else {
      envelope = try DSSEEnvelope(node)
      do {
        signature = .ssh(
          try SSHSignature(parsing: envelope.signature), signed: envelope.preAuthenticationEncoding)
      } catch {
        throw DocumentError(path: "signatures[0].sig", problem: "\(error)")
      }
    }
    guard envelope.payloadType.utf8.elementsEqual(DSSEEnvelope.inTotoPayloadType.utf8) else {
      throw DocumentError(path: "payloadType", problem: "it is not an in-toto statement")
    }
    claim = try ApprovalStatement(parsing: envelope.payload)
    self.place = place
  }

  /// The name of the file for an approver of a release.
  package static func filename(project: String, version: String, approver: String) -> String {
    "\(project)-\(version).\(approver)\(suffix)"
  }

  /// What an SSH key signs for a statement.
  package static func signedBytes(_ payload: [UInt8]) -> [UInt8] {
    DSSEEnvelope.preAuthenticationEncoding(
      payloadType: DSSEEnvelope.inTotoPayloadType, payload: payload)
  }

  /// The file's bytes for a statement that an SSH key signed.
  package static func file(_ payload: [UInt8], _ signature: SSHSignature) -> [UInt8] {
    let envelope = DSSEEnvelope(
      payloadType: DSSEEnvelope.inTotoPayloadType, payload: payload, signature: signature.bytes,
      keyID: signature.publicKey.fingerprint)
    return Array((envelope.json.compactText + "\n").utf8)
  }
}
