// SPDX-License-Identifier: Apache-2.0

package import Sigstore

/// Evidence that could not be read.
package struct UnreadableEvidence: Hashable, Sendable {
  /// Where it is.
  package let place: String
  /// What is wrong.
  package let problem: String

  /// Records a problem.
  package init(place: String, problem: String) {
    self.place = place
    self.problem = problem
  }
}

/// Something that a piece of evidence needs before it can be judged.
package enum MissingInput: Hashable, Sendable {
  /// The log entry of an envelope, at one of these UUIDs.
  case logEntry(uuids: [String])
  /// The key that signed; the hint may say which.
  case key(hint: String)
  /// What its source and builder should be: it is signed by a build service, not by a publisher.
  case sourceExpectation
}

/// One piece of evidence with what verification found.
package struct ExaminedEvidence: Hashable, Sendable {
  /// The evidence.
  package let evidence: Evidence
  /// Every rule that was looked at.
  package let report: VerificationReport
  /// The signer's certificate and what is known of it; absent when a key signed.
  package let verified: VerifiedBundle?
  /// What would be needed to judge it.
  package let missing: MissingInput?
  /// How it compares with each publisher of the policy, in their order; empty without a policy or
  /// when it does not verify.
  package let comparisons: [VerificationReport]

  /// Records what was found.
  package init(
    evidence: Evidence, report: VerificationReport, verified: VerifiedBundle? = nil,
    missing: MissingInput? = nil, comparisons: [VerificationReport] = []
  ) {
    self.evidence = evidence
    self.report = report
    self.verified = verified
    self.missing = missing
    self.comparisons = comparisons
  }

  /// Whether everything about the evidence itself holds; who signed it is another question.
  package var isValid: Bool { report.passed }
}

/// The decision about one artifact.
package struct ArtifactVerdict: Hashable, Sendable {
  /// What it was accepted for.
  package enum Acceptance: Hashable, Sendable {
    /// The publisher of the policy at this position.
    case publisher(Int)
    /// The builder of provenance.
    case builder(String)
    /// The verifier of a summary.
    case summary(verifier: String)
    /// The key that the user named.
    case key
  }

  /// The decision.
  package enum Outcome: Hashable, Sendable {
    /// This evidence satisfies the expectation.
    case accepted([ExaminedEvidence], Acceptance)
    /// There is valid evidence, but nobody said who should have signed.
    case noExpectation([VerifiedBundle])
    /// Nothing satisfies the expectation; the nearest miss and where it is.
    case rejected(VerificationCheck, place: String?)
    /// It cannot be decided without something that is not at hand.
    case undecided(MissingInput, place: String)
  }

  /// The artifact; `nil` for a summary about digests of a kind of their own.
  package let artifact: Artifact?
  /// The decision.
  package let outcome: Outcome
  /// All evidence that could be read.
  package let examined: [ExaminedEvidence]
  /// All evidence that could not.
  package let unreadable: [UnreadableEvidence]
  /// For provenance and summaries, the reason in slsa-verifier's vocabulary.
  package let provenanceReason: ProvenanceReason?

  /// The exit status that belongs to the decision.
  package var exitStatus: ExitStatus {
    switch outcome {
    case .accepted: .done
    case .noExpectation: .usage
    case .rejected: .rejected
    case .undecided: .undecided
    }
  }
}
