// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
import Encodings
package import Sigstore

extension ProvenanceVerifier {
  /// Judges a verification summary that is signed by a key.
  ///
  /// - Parameters:
  ///   - envelope: the signed envelope.
  ///   - key: the verifier's key, which the user trusts.
  ///   - expectations: what the user expects.
  /// - Returns: the verifier or the first reason against it, and every criterion looked at.
  package static func verifySummary(
    _ envelope: DSSEEnvelope, signedBy key: SignatureKey, _ expectations: SummaryExpectations
  ) -> (decision: ProvenanceDecision, report: VerificationReport) {
    var trace = ProvenanceTrace()
    let decision: ProvenanceDecision
    do throws(ProvenanceFailure) {
      // The name is not signed; it only says which of several keys is meant.
      let name = expectations.publicKeyID ?? "SHA256:\(key.keyID.base64)"
      try trace.check(.wellFormed) { () throws(ProvenanceFailure) in
        guard envelope.payloadType.utf8.elementsEqual(DSSEEnvelope.inTotoPayloadType.utf8) else {
          throw ProvenanceReason.invalidDssePayload.failure(
            "the envelope holds `\(envelope.payloadType)`, not an in-toto statement")
        }
      }
      try trace.check(.identity, expected: name, found: envelope.keyID) {
        () throws(ProvenanceFailure) in
        guard envelope.keyID.isEmpty || envelope.keyID.utf8.elementsEqual(name.utf8) else {
          throw ProvenanceReason.noValidSignature.failure(
            "it is signed by the key `\(envelope.keyID)`, not by `\(name)`")
        }
      }
      try trace.check(.signature) { () throws(ProvenanceFailure) in
        guard key.isValidEnvelopeSignature(envelope) else {
          throw ProvenanceReason.noValidSignature.failure("the signature is not by the given key")
        }
      }
      let summary = try trace.check(.predicate, expected: VerificationSummary.predicateType) {
        () throws(ProvenanceFailure) in try Self.summary(envelope.payload)
      }
      try SummaryRules(summary: summary, expected: expectations).check(&trace)
      decision = .accepted(builder: summary.verifierID)
    } catch {
      decision = .rejected(error)
    }
    return (decision, VerificationReport(trace.checks))
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

extension SignatureKey {
  /// Whether an envelope is signed by the key; signers that are not Sigstore's also write ECDSA
  /// signatures as two numbers of fixed size (IEEE P1363).
  func isValidEnvelopeSignature(_ envelope: DSSEEnvelope) -> Bool {
    let signed = envelope.preAuthenticationEncoding
    return isValidSignature(envelope.signature, for: signed)
      || isValidP1363Signature(envelope.signature, for: signed)
  }
}
