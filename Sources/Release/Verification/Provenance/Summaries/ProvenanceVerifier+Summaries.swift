// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Certificates
import Encodings

extension ProvenanceVerifier {
  /// Judges a verification summary that is signed by a key.
  ///
  /// - Parameters:
  ///   - bytes: a DSSE envelope.
  ///   - key: the verifier's key, which the user trusts.
  ///   - expectations: what the user expects.
  /// - Returns: the verifier, or the first reason against it.
  package func verifySummary(
    _ bytes: [UInt8], signedBy key: SignatureKey, _ expectations: SummaryExpectations
  ) -> ProvenanceDecision {
    do throws(ProvenanceFailure) {
      let envelope = try Self.envelope(bytes)
      // The name is not signed; it only says which of several keys is meant.
      let name = expectations.publicKeyID ?? "SHA256:\(key.keyID.base64)"
      guard envelope.keyID.isEmpty || envelope.keyID.utf8.elementsEqual(name.utf8) else {
        throw ProvenanceReason.noValidSignature.failure(
          "it is signed by the key `\(envelope.keyID)`, not by `\(name)`")
      }
      let signed = envelope.preAuthenticationEncoding
      guard
        key.isValidSignature(envelope.signature, for: signed)
          || key.isValidP1363Signature(envelope.signature, for: signed)
      else {
        throw ProvenanceReason.noValidSignature.failure("the signature is not by the given key")
      }
      let summary = try Self.summary(envelope.payload)
      try SummaryRules(summary: summary, expected: expectations).check()
      return .accepted(builder: summary.verifierID)
    } catch {
      return .rejected(error)
    }
  }

  private static func envelope(_ bytes: [UInt8]) throws(ProvenanceFailure) -> DSSEEnvelope {
    let envelope: DSSEEnvelope
    do {
      envelope = try DSSEEnvelope(try JSONNode(parsing: bytes))
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
    guard envelope.payloadType.utf8.elementsEqual(DSSEEnvelope.inTotoPayloadType.utf8) else {
      throw ProvenanceReason.invalidDssePayload.failure(
        "the envelope holds `\(envelope.payloadType)`, not an in-toto statement")
    }
    return envelope
  }

  private static func summary(
    _ payload: [UInt8]
  ) throws(ProvenanceFailure) -> VerificationSummary {
    do {
      return try VerificationSummary(parsing: payload)
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
  }
}
