// SPDX-License-Identifier: Apache-2.0

/// One thing that a simulated service does wrong, while everything else is right.
package enum ServiceFault: String, CaseIterable, Sendable {
  // HTTP: of whichever service is named with it.
  case slow, tooManyRequests, tooManyRequestsForLong, unavailableOnce, unavailableForEver
  case halfAnswer, halfAnswerOnce, closedConnection, closedConnectionOnce, oversizedAnswer, notJSON
  case refused
  // The certificate authority.
  case certificateTimestampForged, certificateForOtherIdentity, certificateForOtherIssuer
  case certificateForOtherKey, certificateExpired, certificateOfOtherRoot, emptyChain
  // The logs.
  case conflict, conflictForEver, entryOfOtherContent, entryOfOtherSignature
  case entryOfOtherCertificate, proofWrong, checkpointForged, entryTimestampForged, unknownLog
  // The timestamp authority.
  case nonceWrong, nonceMissing, stampByOtherAuthority, stampOverOtherBytes, stampRefused
}
