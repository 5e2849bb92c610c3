// SPDX-License-Identifier: Apache-2.0

package import Sigstore

/// One thing that is wrong while everything else is valid.
package enum Lie: String, CaseIterable, Sendable {
  // The certificate.
  case leafIsAuthority, noDigitalSignature, serverCertificate, twoNames, issuersDisagree
  case unreadableClaim, untrustedAuthority, noCertificateTimestamp
  case certificateTimestampOfOtherIssuer, unknownCertificateLog, certificateTimestampBeforeLog
  case certificateTimestampForged
  // The signature.
  case signatureByOtherKey, payloadNotStatement, payloadTypeOther, statementOfOtherFile
  // The log entry.
  case noLogEntry, unknownLog, bodyOfOtherSignature, bodyOfOtherCertificate, bodyOfOtherPayload
  case bodyOfOtherKind, kindMisannounced, noCheckpoint, checkpointForged
  case checkpointOfOtherTree, checkpointOfOtherOrigin, checkpointKeyHint, noInclusionProof
  case inclusionHash, inclusionIndex, inclusionExtraHash, entryTimestampForged, noEntryTimestamp
  case timeBeforeCertificate, timeAfterCertificate, timeInFuture, timeBeforeLogKey

  /// The rule that must refuse it.
  package var rule: VerificationRule {
    switch self {
    case .leafIsAuthority, .noDigitalSignature, .serverCertificate, .twoNames, .issuersDisagree,
      .unreadableClaim:
      .wellFormed
    case .untrustedAuthority: .certificateChain
    case .noCertificateTimestamp, .certificateTimestampOfOtherIssuer, .unknownCertificateLog,
      .certificateTimestampBeforeLog, .certificateTimestampForged:
      .certificateTimestamp
    case .signatureByOtherKey: .signature
    case .payloadNotStatement, .payloadTypeOther, .statementOfOtherFile: .artifactBinding
    case .noLogEntry, .unknownLog: .knownLog
    case .bodyOfOtherSignature, .bodyOfOtherCertificate, .bodyOfOtherPayload, .bodyOfOtherKind,
      .kindMisannounced:
      .entryBinding
    case .noCheckpoint, .checkpointForged, .checkpointOfOtherTree, .checkpointOfOtherOrigin,
      .checkpointKeyHint:
      .checkpoint
    case .noInclusionProof, .inclusionHash, .inclusionIndex, .inclusionExtraHash: .inclusion
    case .entryTimestampForged, .timeInFuture, .timeBeforeLogKey: .entryTimestamp
    case .noEntryTimestamp: .signingTime
    case .timeBeforeCertificate, .timeAfterCertificate: .certificateValidity
    }
  }
}
