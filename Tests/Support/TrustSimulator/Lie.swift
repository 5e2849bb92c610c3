// SPDX-License-Identifier: Apache-2.0

package import Sigstore

/// One thing that is wrong while everything else is valid.
package enum Lie: String, CaseIterable, Sendable {
  // The certificate.
  case leafIsAuthority, noDigitalSignature, noKeyUsage, serverCertificate, noExtendedUsage
  case noName, twoNames, nameOfServer, issuersDisagree, unreadableClaim, notACertificate
  case keyInPlaceOfCertificate, untrustedAuthority, unknownCriticalExtension
  // Its chain and the authority of the trusted root.
  case authorityOutsideWindow, intermediateExpired, rootExpired, intermediateIsNoAuthority
  case intermediateForServers, intermediateCannotSign, intermediateWithoutKeyUsage
  case leafIsAnchor
  // Its certificate timestamp.
  case noCertificateTimestamp, certificateTimestampOfOtherIssuer, certificateTimestampOfDecoy
  case unknownCertificateLog, certificateTimestampBeforeLog, certificateLogRetired
  case certificateTimestampForged, certificateTimestampListEmpty, certificateTimestampListTrailing
  case certificateTimestampTrailing, certificateTimestampVersion, certificateTimestampHash
  case certificateTimestampNotOctets, certificateTimestampTime, certificateTimestampsTooMany
  case certificateTimestampTruncated, certificateTimestampAlgorithm
  // The signature and what is signed.
  case signatureByOtherKey, payloadNotStatement, payloadTypeOther, statementOfOtherFile
  case statementOfOtherType, statementWithoutSubject, statementWithoutDigest, statementDigestNumber
  case digestOfOtherFile
  // The log entry's body.
  case noLogEntry, unknownLog, bodyOfOtherSignature, bodyOfOtherCertificate, bodyOfOtherPayload
  case bodyOfOtherKind, bodyUnknownKind, bodyNotJSON, bodyTwoSignatures, bodyVerifierNotPEM
  case bodyVerifierLabel, bodyHashAlgorithm, bodyHashText, bodySignatureText, bodyTwoVerifiers
  case kindMisannounced, secondEntryOfOtherSignature, secondEntryUnknownLog
  // The checkpoint.
  case noCheckpoint, checkpointForged, checkpointOfOtherTree, checkpointOfOtherRoot
  case checkpointOfOtherOrigin, checkpointOriginNumber, checkpointKeyHint, checkpointName
  case checkpointSizePlus, checkpointSizeZeros, checkpointTrailingData, checkpointNoNewline
  case checkpointTwoBlankLines, checkpointNoBlankLine, checkpointUnsigned, checkpointControl
  case checkpointRootText, checkpointTwoLines, checkpointNoOrigin, checkpointSecondForged
  case checkpointSignatureShort, checkpointSignatureText, checkpointNoDash, checkpointNameBlank
  case checkpointNoSpace, checkpointTooManySignatures, checkpointTooLarge
  // The inclusion proof.
  case noInclusionProof, inclusionHash, inclusionIndex, inclusionExtraHash, inclusionMissingHash
  case inclusionIndexBeyond, inclusionSizeZero, inclusionSizeHuge, entryIndexOther
  // The signed entry timestamp.
  case entryTimestampForged, entryTimestampWithoutTime, entryTimestampIndexHuge, noEntryTimestamp
  case timeBeforeCertificate, timeAfterCertificate, timeInFuture, timeBeforeLogKey, timeAfterLogKey
  // The authority's timestamp.
  case noStamp, stampOfOtherSignature, stampImprintSHA1, stampRefused, stampForged
  case stampContentTypeAttribute, stampContentOther, stampMessageDigest, stampDigestSHA1
  case stampTwoSigners, stampNoSigner, stampNoAttributes, stampAttributeTwice
  case stampAttributesTooMany, stampAttributeOfTwoValues, stampVersion, stampTrailing,
    stampTooLarge, stampNotDER
  case stampSignatureAlgorithm, stampNamesOtherCertificate, stampNoToken
  case stampByUnknownAuthority, stampByBagCertificate, stampOfOtherIssuer, stampOfOtherSerial
  case stamperNotYetValid, stamperUnknownCritical, stamperNameForbidden
  case stamperIsAuthority, stamperTwoUsages, stamperOtherUsage, stamperUsageNotCritical,
    stamperNoUsage
  case stamperKeyUsage, stamperExpired, stamperIssuerCannotSign, stamperOtherRoot
  case stamperOutsideWindow, stamperOthersWindow, stampInFuture, stampOutsideCertificate
  case secondStampOutside, secondStampOfSameAuthorityOutside, stampAfterLogKey

  /// The rule that must refuse it.
  package var rule: VerificationRule {
    switch self {
    case .leafIsAuthority, .noDigitalSignature, .noKeyUsage, .serverCertificate, .noExtendedUsage,
      .noName, .twoNames, .nameOfServer, .issuersDisagree, .unreadableClaim, .notACertificate,
      .keyInPlaceOfCertificate:
      .wellFormed
    case .untrustedAuthority, .unknownCriticalExtension, .authorityOutsideWindow,
      .intermediateExpired, .rootExpired, .intermediateIsNoAuthority, .intermediateForServers,
      .intermediateCannotSign, .intermediateWithoutKeyUsage, .leafIsAnchor:
      .certificateChain
    case .noCertificateTimestamp, .certificateTimestampOfOtherIssuer, .certificateTimestampOfDecoy,
      .unknownCertificateLog, .certificateTimestampBeforeLog, .certificateLogRetired,
      .certificateTimestampForged, .certificateTimestampListEmpty,
      .certificateTimestampListTrailing, .certificateTimestampTrailing,
      .certificateTimestampVersion, .certificateTimestampHash, .certificateTimestampNotOctets,
      .certificateTimestampTime, .certificateTimestampsTooMany, .certificateTimestampTruncated,
      .certificateTimestampAlgorithm:
      .certificateTimestamp
    case .signatureByOtherKey: .signature
    case .payloadNotStatement, .payloadTypeOther, .statementOfOtherFile, .statementOfOtherType,
      .statementWithoutSubject, .statementWithoutDigest, .statementDigestNumber,
      .digestOfOtherFile:
      .artifactBinding
    case .noLogEntry, .unknownLog, .secondEntryUnknownLog, .stampAfterLogKey: .knownLog
    case .bodyOfOtherSignature, .bodyOfOtherCertificate, .bodyOfOtherPayload, .bodyOfOtherKind,
      .bodyUnknownKind, .bodyNotJSON, .bodyTwoSignatures, .bodyVerifierNotPEM, .bodyVerifierLabel,
      .bodyHashAlgorithm, .bodyHashText, .bodySignatureText, .bodyTwoVerifiers, .kindMisannounced,
      .secondEntryOfOtherSignature:
      .entryBinding
    case .noInclusionProof, .inclusionHash, .inclusionIndex, .inclusionExtraHash,
      .inclusionMissingHash, .inclusionIndexBeyond, .inclusionSizeZero, .inclusionSizeHuge,
      .entryIndexOther:
      .inclusion
    case .entryTimestampForged, .entryTimestampWithoutTime, .entryTimestampIndexHuge,
      .timeInFuture, .timeBeforeLogKey, .timeAfterLogKey:
      .entryTimestamp
    case .noEntryTimestamp, .noStamp: .signingTime
    case .timeBeforeCertificate, .timeAfterCertificate, .stampOutsideCertificate,
      .secondStampOutside, .secondStampOfSameAuthorityOutside:
      .certificateValidity
    default:
      rawValue.utf8.starts(with: "checkpoint".utf8) || self == .noCheckpoint
        ? .checkpoint : .timestamp
    }
  }

  /// The forms in which it can be told.
  package var forms: [SigningForm] {
    switch self {
    case .payloadNotStatement, .payloadTypeOther, .statementOfOtherFile, .statementOfOtherType,
      .statementWithoutSubject, .statementWithoutDigest, .statementDigestNumber:
      SigningForm.allCases.filter(\.isEnvelope)
    case .digestOfOtherFile: [.blob, .blobV2]
    case .bodyTwoSignatures: [.dsse, .intoto]
    case .bodySignatureText: [.intoto]
    case .bodyTwoVerifiers, .entryIndexOther: [.dsseV2, .blobV2]
    case .bodyVerifierNotPEM, .bodyVerifierLabel, .entryTimestampForged,
      .entryTimestampWithoutTime, .entryTimestampIndexHuge, .noEntryTimestamp,
      .timeBeforeCertificate, .timeAfterCertificate, .timeInFuture, .timeBeforeLogKey,
      .timeAfterLogKey:
      [.dsse, .intoto, .blob]
    case .noStamp, .stampOutsideCertificate, .secondStampOfSameAuthorityOutside,
      .stampAfterLogKey:
      [.dsseV2, .blobV2]
    case .secondStampOutside: SigningForm.allCases
    default: rule == .timestamp ? [.dsseV2, .blobV2] : SigningForm.allCases
    }
  }

  /// Whether it is about the certificate, so that a bare key cannot tell it.
  package var concernsCertificate: Bool {
    switch rule {
    case .wellFormed, .certificateChain, .certificateTimestamp, .certificateValidity: true
    default: false
    }
  }
}
