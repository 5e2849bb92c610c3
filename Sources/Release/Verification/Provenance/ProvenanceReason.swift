// SPDX-License-Identifier: Apache-2.0

/// Why provenance is refused, in the vocabulary of slsa-verifier (`errors/errors.go` of v2.7.1), so
/// that scripts and tests written for it keep their meaning; the raw values are its names.
package enum ProvenanceReason: String, Error, Hashable, Sendable, CaseIterable {
  /// The payload is not the statement that it should be.
  case invalidDssePayload = "ErrorInvalidDssePayload"
  /// It was built from another branch.
  case mismatchBranch = "ErrorMismatchBranch"
  /// The package has another version.
  case mismatchPackageVersion = "ErrorMismatchPackageVersion"
  /// The package has another name.
  case mismatchPackageName = "ErrorMismatchPackageName"
  /// Another builder made it.
  case mismatchBuilderID = "ErrorMismatchBuilderID"
  /// The builder is not one that can be judged here.
  case invalidBuilderID = "ErrorInvalidBuilderID"
  /// The builder does not make this kind of build.
  case invalidBuildType = "ErrorInvalidBuildType"
  /// It was built from another source.
  case mismatchSource = "ErrorMismatchSource"
  /// The workflow was started with other inputs.
  case mismatchWorkflowInputs = "ErrorMismatchWorkflowInputs"
  /// A URI is not of the form that it must have.
  case malformedURI = "ErrorMalformedURI"
  /// Provenance and certificate disagree.
  case mismatchCertificate = "ErrorMismatchCertificate"
  /// The certificate is not valid.
  case invalidCertificate = "ErrorInvalidCertificate"
  /// It was built from another tag.
  case mismatchTag = "ErrorMismatchTag"
  /// The builder did not use a recipe of its own.
  case invalidRecipe = "ErrorInvalidRecipe"
  /// The tag it was built from is of another version.
  case mismatchVersionedTag = "ErrorMismatchVersionedTag"
  /// A tag is not a semantic version.
  case invalidSemver = "ErrorInvalidSemver"
  /// The log could not be asked.
  case rekorSearch = "ErrorRekorSearch"
  /// It is about another artifact.
  case mismatchHash = "ErrorMismatchHash"
  /// A claim that nothing proves.
  case nonVerifiableClaim = "ErrorNonVerifiableClaim"
  /// The readable copy differs from what was signed.
  case mismatchIntoto = "ErrorMismatchIntoto"
  /// A git ref is not of the kind that it must be.
  case invalidRef = "ErrorInvalidRef"
  /// The workflow that signed is not one to trust.
  case untrustedReusableWorkflow = "ErrorUntrustedReusableWorkflow"
  /// No log entry belongs to the signature.
  case noValidRekorEntries = "ErrorNoValidRekorEntries"
  /// No verifier is there for this builder.
  case verifierNotSupported = "ErrorVerifierNotSupported"
  /// The identity is from another issuer.
  case invalidOIDCIssuer = "ErrorInvalidOIDCIssuer"
  /// This check does not exist for this builder.
  case notSupported = "ErrorNotSupported"
  /// Something is not of the form that it must have.
  case invalidFormat = "ErrorInvalidFormat"
  /// Not a PEM text.
  case invalidPEM = "ErrorInvalidPEM"
  /// The signature is not valid.
  case invalidSignature = "ErrorInvalidSignature"
  /// None of several signatures is valid.
  case noValidSignature = "ErrorNoValidSignature"
  /// The image is named by a tag, which can be moved.
  case mutableImage = "ErrorMutableImage"
  /// The image's digest could not be found out.
  case imageHash = "ErrorImageHash"
  /// Not in the encoding that it must have.
  case invalidEncoding = "ErrorInvalidEncoding"
  /// A contradiction within the verifier.
  case internalError = "ErrorInternal"
  /// The log entry does not verify.
  case invalidRekorEntry = "ErrorInvalidRekorEntry"
  /// The log's key is not there.
  case rekorPubKey = "ErrorRekorPubKey"
  /// Not a package name.
  case invalidPackageName = "ErrorInvalidPackageName"
  /// The statement does not have the subjects that it must have.
  case invalidSubject = "ErrorInvalidSubject"
  /// Not a digest of an accepted hash.
  case invalidHash = "ErrorInvalidHash"
  /// A field that a rule needs is absent.
  case notPresent = "ErrorNotPresent"
  /// Not a public key.
  case invalidPublicKey = "ErrorInvalidPublicKey"
  /// The summary says that verification failed.
  case invalidVerificationResult = "ErrorInvalidVerificationResult"
  /// The summary does not reach the levels.
  case mismatchVerifiedLevels = "ErrorMismatchVerifiedLevels"
  /// The summary is not about a digest.
  case missingSubjectDigest = "ErrorMissingSubjectDigest"
  /// A field or option that must be there is empty.
  case emptyRequiredField = "ErrorEmptyRequiredField"
  /// The summary is about another resource.
  case mismatchResourceURI = "ErrorMismatchResourceURI"
  /// The summary is another verifier's.
  case mismatchVerifierID = "ErrorMismatchVerifierID"
  /// Not a SLSA level.
  case invalidSLSALevel = "ErrorInvalidSLSALevel"

  /// The failure with a sentence for a person.
  func failure(_ sentence: String) -> ProvenanceFailure {
    ProvenanceFailure(reason: self, sentence: sentence)
  }
}

/// A refusal: the reason, and one sentence with what was expected and found.
package struct ProvenanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The reason.
  package let reason: ProvenanceReason
  /// One sentence for a person.
  package let sentence: String

  /// Both.
  package var description: String { "\(reason.rawValue): \(sentence)" }
}

/// The decision about an artifact's provenance.
package enum ProvenanceDecision: Hashable, Sendable {
  /// All that was asked for holds; the builder that made the artifact.
  case accepted(builder: String)
  /// Something does not.
  case rejected(ProvenanceFailure)

  /// The reason against it.
  package var failure: ProvenanceFailure? {
    if case .rejected(let failure) = self { failure } else { nil }
  }

  /// `pass`, or the reason's name.
  package var name: String {
    switch self {
    case .accepted: "pass"
    case .rejected(let failure): failure.reason.rawValue
    }
  }
}
