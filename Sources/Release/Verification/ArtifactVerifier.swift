// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
package import Policies
import PyPIAttestations
package import Sigstore

/// Decides whether an artifact's evidence satisfies a policy.
///
/// An artifact passes if, for one publisher of the policy, there is at least one valid piece of
/// evidence and all predicate types that the publisher must have made are among the valid ones,
/// each bound to the artifact's digest. Evidence that fails beside that does not change the
/// verdict; it is reported. No evidence is a failure.
package struct ArtifactVerifier: Sendable {
  /// An artifact: its digest and, where known, its file name.
  package struct Artifact: Hashable, Sendable {
    /// The file name without folder; PEP 740 evidence must name it.
    package let filename: String?
    /// SHA-256 of the contents.
    package let digest: SHA256Hash

    /// Describes an artifact.
    package init(filename: String?, digest: SHA256Hash) {
      self.filename = filename
      self.digest = digest
    }
  }

  private let verifier: Verifier
  private let policy: Policy?

  /// Makes a verifier; without a policy nothing passes, but signers are shown.
  package init(trusting trustedRoot: TrustedRoot, policy: Policy?) {
    verifier = Verifier(trusting: trustedRoot)
    self.policy = policy
  }

  /// Judges the evidence for an artifact.
  ///
  /// - Parameters:
  ///   - artifact: the artifact.
  ///   - evidence: evidence that could be read.
  ///   - unreadable: places and reasons of evidence that could not.
  ///   - now: the present.
  /// - Returns: the verdict, with a report for each piece of evidence.
  package func verify(
    _ artifact: Artifact, evidence: [Evidence], unreadable: [UnreadableEvidence] = [],
    now: Timestamp
  ) async -> ArtifactVerdict {
    var examined: [ExaminedEvidence] = []
    for item in evidence {
      let result = await verifier.verify(item.bundle, artifact: artifact.digest, now: now)
      var report = result.report
      if item.isPEP740, let statement = result.verified?.statement {
        report.record(
          filenameCheck(
            PyPIAttestation.isAbout(
              statement, filename: artifact.filename ?? "", digest: artifact.digest),
            expected: artifact.filename, found: statement.subjects.map(\.name)))
      }
      examined.append(
        ExaminedEvidence(
          evidence: item, report: report, verified: report.passed ? result.verified : nil))
    }
    return ArtifactVerdict(
      artifact: artifact, outcome: outcome(examined, unreadable: unreadable),
      examined: examined, unreadable: unreadable)
  }

  private func filenameCheck(
    _ matches: Bool, expected: String?, found: [String]
  ) -> VerificationCheck {
    VerificationCheck(
      .artifactBinding, matches ? .passed : .failed("the attestation is about another file name"),
      expected: expected ?? "a file", found: found.prefix(3).joined(separator: ", "))
  }

  private func outcome(
    _ examined: [ExaminedEvidence], unreadable: [UnreadableEvidence]
  ) -> ArtifactVerdict.Outcome {
    let valid = examined.filter { $0.verified != nil }
    guard !valid.isEmpty else {
      if let failure = examined.first?.report.primaryFailure, let first = examined.first {
        return .rejected(failure, place: first.evidence.place)
      }
      if let first = unreadable.first {
        return .rejected(
          VerificationCheck(.wellFormed, .failed("the evidence is not readable: \(first.problem)")),
          place: first.place)
      }
      return .rejected(
        VerificationCheck(.evidence, .failed("no signature or attestation was found")), place: nil)
    }
    guard let policy else { return .noExpectation(valid.compactMap(\.verified)) }

    var bestFailure: (check: VerificationCheck, place: String, passed: Int)?
    for (position, publisher) in policy.publishers.enumerated() {
      var satisfied: [ExaminedEvidence] = []
      for item in valid {
        guard let bundle = item.verified else { continue }
        let report = VerificationReport(publisher.checks(bundle))
        if report.passed {
          satisfied.append(item)
        } else if let failure = report.primaryFailure {
          // The nearest miss is the most useful one to show.
          let passed = report.checks.count { $0.outcome == .passed }
          if passed > bestFailure?.passed ?? -1 {
            bestFailure = (failure, item.evidence.place, passed)
          }
        }
      }
      guard !satisfied.isEmpty else { continue }
      let types = satisfied.compactMap { $0.verified?.statement?.predicateType }
      let missing = publisher.requiredPredicates.filter { required in
        !types.contains { $0.utf8.elementsEqual(required.utf8) }
      }
      if missing.isEmpty { return .accepted(satisfied, publisherIndex: position) }
      bestFailure = (
        VerificationCheck(
          .predicate, .failed("an attestation that the policy requires is missing"),
          expected: missing.joined(separator: ", "), found: types.joined(separator: ", ")),
        satisfied[0].evidence.place, .max
      )
    }
    let failure =
      bestFailure.map { ($0.check, Optional($0.place)) }
      ?? (VerificationCheck(.identity, .failed("the policy names no publisher")), nil)
    return .rejected(failure.0, place: failure.1)
  }
}

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

/// One piece of evidence with what verification found.
package struct ExaminedEvidence: Hashable, Sendable {
  /// The evidence.
  package let evidence: Evidence
  /// Every rule that was looked at.
  package let report: VerificationReport
  /// Present exactly when the report passed.
  package let verified: VerifiedBundle?
}

/// The decision about one artifact.
package struct ArtifactVerdict: Hashable, Sendable {
  /// The decision.
  package enum Outcome: Hashable, Sendable {
    /// This evidence satisfies this publisher of the policy.
    case accepted([ExaminedEvidence], publisherIndex: Int)
    /// There is valid evidence, but nobody said who should have signed.
    case noExpectation([VerifiedBundle])
    /// Nothing satisfies the policy; the nearest miss and where it is.
    case rejected(VerificationCheck, place: String?)
  }

  /// The artifact.
  package let artifact: ArtifactVerifier.Artifact
  /// The decision.
  package let outcome: Outcome
  /// All evidence that could be read.
  package let examined: [ExaminedEvidence]
  /// All evidence that could not.
  package let unreadable: [UnreadableEvidence]

  /// The exit status that belongs to the decision.
  package var exitStatus: ExitStatus {
    switch outcome {
    case .accepted: .done
    case .noExpectation: .usage
    case .rejected: .rejected
    }
  }
}
