// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Certificates
package import Encodings
package import Policies
import PyPIAttestations
package import Sigstore

/// Decides whether an artifact's evidence satisfies what is expected of it.
///
/// An artifact passes if, for one publisher of the policy, there is at least one valid piece of
/// evidence and all predicate types that the publisher must have made are among the valid ones,
/// each bound to the artifact's digest. Evidence that fails beside that does not change the
/// verdict; it is reported. No evidence is a failure. Expected provenance is judged by
/// ``ProvenanceVerifier``.
package struct ArtifactVerifier: Sendable {
  private let verifiers: [Verifier]
  private let expectation: Expectation?
  private let keys: TrustFolder
  private let allowsPromiseAlone: Bool

  /// Makes a verifier; without an expectation nothing passes, but signers are shown.
  ///
  /// - Parameters:
  ///   - trustedRoots: whom to trust; each piece of evidence must hold under one of them.
  ///   - expectation: what is expected.
  ///   - keys: keys of registries and build services.
  ///   - allowsPromiseAlone: whether bundles of version 0.1 need no inclusion proof if the log signed
  ///     its promise.
  package init(
    trusting trustedRoots: [TrustedRoot], expecting expectation: Expectation?,
    keys: TrustFolder = TrustFolder(path: nil), allowsPromiseAlone: Bool = false
  ) {
    verifiers = trustedRoots.map { Verifier(trusting: $0) }
    self.expectation = expectation
    self.keys = keys
    self.allowsPromiseAlone = allowsPromiseAlone
  }

  /// Makes a verifier for a policy.
  package init(trusting trustedRoot: TrustedRoot, policy: Policy?) {
    self.init(trusting: [trustedRoot], expecting: policy.map { .publishers($0) })
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
    func verdict(
      _ outcome: ArtifactVerdict.Outcome, _ examined: [ExaminedEvidence],
      _ reason: ProvenanceReason? = nil
    ) -> ArtifactVerdict {
      ArtifactVerdict(
        artifact: artifact, outcome: outcome, examined: examined, unreadable: unreadable,
        provenanceReason: reason)
    }
    switch expectation {
    case .provenance(let expectations, let package):
      let found = await ProvenanceVerifier(verifiers: verifiers, keys: keys, now: now)
        .verify(artifact, evidence: evidence, expectations, package: package)
      let examined = zip(evidence, found.reports).map { item, report in
        ExaminedEvidence(evidence: item, report: report, missing: Self.missingEntry(of: item))
      }
      return verdict(
        outcome(of: found, examined, unreadable), examined, found.decision.failure?.reason)
    case .summary(let expectations, let key):
      return Self.verifySummary(
        evidence, unreadable: unreadable, expectations.about(artifact.digest), signedBy: key,
        of: artifact)
    case .key(let key):
      let examined = await examine(evidence, artifact, .key(key), now)
      return verdict(keyOutcome(examined, unreadable), examined)
    case .publishers(let policy):
      let examined = await examine(evidence, artifact, .certificate(policy), now)
      return verdict(publisherOutcome(examined, unreadable, policy), examined)
    case nil:
      let examined = await examine(evidence, artifact, .certificate(nil), now)
      let valid = examined.filter(\.isValid)
      return verdict(
        valid.isEmpty
          ? Self.noneValid(examined, unreadable) : .noExpectation(valid.compactMap(\.verified)),
        examined)
    }
  }

  private func examine(
    _ evidence: [Evidence], _ artifact: Artifact, _ signer: EvidenceExamination.Signer,
    _ now: Timestamp
  ) async -> [ExaminedEvidence] {
    let examination = EvidenceExamination(
      verifiers: verifiers, keys: keys, artifact: artifact, signer: signer,
      allowsPromiseAlone: allowsPromiseAlone, now: now)
    var examined: [ExaminedEvidence] = []
    for item in evidence { examined.append(await examination.examine(item)) }
    return examined
  }

  /// The outcome when nothing verifies: the first piece's reason; undecided when only an input is
  /// missing.
  private static func noneValid(
    _ examined: [ExaminedEvidence], _ unreadable: [UnreadableEvidence]
  ) -> ArtifactVerdict.Outcome {
    if let item = examined.first(where: { $0.missing == nil }),
      let failure = item.report.primaryFailure
    {
      return .rejected(failure, place: item.evidence.place)
    }
    if let first = unreadable.first {
      return .rejected(
        VerificationCheck(.wellFormed, .failed("the evidence is not readable: \(first.problem)")),
        place: first.place)
    }
    if let item = examined.first, let missing = item.missing {
      return .undecided(missing, place: item.evidence.place)
    }
    return .rejected(
      VerificationCheck(.evidence, .failed("no signature or attestation was found")), place: nil)
  }

  private func publisherOutcome(
    _ examined: [ExaminedEvidence], _ unreadable: [UnreadableEvidence], _ policy: Policy
  ) -> ArtifactVerdict.Outcome {
    let valid = examined.filter { $0.verified != nil }
    guard !valid.isEmpty else { return Self.noneValid(examined, unreadable) }
    var bestFailure: (check: VerificationCheck, place: String, passed: Int)?
    for (position, publisher) in policy.publishers.enumerated() {
      let satisfied = valid.filter { $0.comparisons[position].passed }
      // The nearest miss is the most useful one to show.
      for item in valid where !item.comparisons[position].passed {
        let report = item.comparisons[position]
        if let failure = report.primaryFailure, report.passedCount > bestFailure?.passed ?? -1 {
          bestFailure = (failure, item.evidence.place, report.passedCount)
        }
      }
      guard let first = satisfied.first else { continue }
      let types = satisfied.compactMap { $0.verified?.statement?.predicateType }
      let missing = publisher.requiredPredicates.filter { required in
        !types.contains { $0.utf8.elementsEqual(required.utf8) }
      }
      if missing.isEmpty { return .accepted(satisfied, .publisher(position)) }
      bestFailure = (
        VerificationCheck(
          .predicate, .failed("an attestation that the policy requires is missing"),
          expected: missing.joined(separator: ", "), found: types.joined(separator: ", ")),
        first.evidence.place, .max
      )
    }
    let failure =
      bestFailure.map { ($0.check, Optional($0.place)) }
      ?? (VerificationCheck(.identity, .failed("the policy names no publisher")), nil)
    return .rejected(failure.0, place: failure.1)
  }

  private func keyOutcome(
    _ examined: [ExaminedEvidence], _ unreadable: [UnreadableEvidence]
  ) -> ArtifactVerdict.Outcome {
    let valid = examined.filter(\.isValid)
    return valid.isEmpty ? Self.noneValid(examined, unreadable) : .accepted(valid, .key)
  }

  private func outcome(
    of found: ProvenanceVerifier.Verdict, _ examined: [ExaminedEvidence],
    _ unreadable: [UnreadableEvidence]
  ) -> ArtifactVerdict.Outcome {
    switch found.decision {
    case .accepted(let builder):
      return .accepted(found.deciding.sorted().map { examined[$0] }, .builder(builder))
    case .rejected(let failure):
      let failed = examined.first { $0.report.lastFailure?.sentence == failure.sentence }
      if failure.reason == .rekorSearch, let item = failed, let missing = item.missing {
        return .undecided(missing, place: item.evidence.place)
      }
      if let failed, let check = failed.report.lastFailure?.check {
        return .rejected(check, place: failed.evidence.place)
      }
      if examined.isEmpty { return Self.noneValid(examined, unreadable) }
      return .rejected(
        VerificationCheck(.predicate, .failed(failure.sentence)),
        place: examined.first?.evidence.place)
    }
  }

  /// Judges verification summaries by what is expected of them alone.
  ///
  /// - Parameters:
  ///   - evidence: evidence that could be read; the first summary that holds decides.
  ///   - unreadable: what could not be read.
  ///   - expected: what a summary must say, and about which digests.
  ///   - key: the verifier's key, which the user trusts.
  ///   - artifact: the artifact, if it is one with a digest of a known kind.
  /// - Returns: the verdict.
  package static func verifySummary(
    _ evidence: [Evidence], unreadable: [UnreadableEvidence], _ expected: SummaryExpectations,
    signedBy key: SignatureKey, of artifact: Artifact? = nil
  ) -> ArtifactVerdict {
    var examined: [ExaminedEvidence] = []
    var failure: (VerificationCheck, place: String, reason: ProvenanceReason)?
    func verdict(
      _ outcome: ArtifactVerdict.Outcome, _ reason: ProvenanceReason? = nil
    ) -> ArtifactVerdict {
      ArtifactVerdict(
        artifact: artifact, outcome: outcome, examined: examined, unreadable: unreadable,
        provenanceReason: reason)
    }
    for item in evidence {
      guard let envelope = item.envelope else { continue }
      let (decision, report) = ProvenanceVerifier.verifySummary(
        envelope, signedBy: key, expected)
      let result = ExaminedEvidence(evidence: item, report: report)
      examined.append(result)
      switch decision {
      case .accepted(let verifier):
        return verdict(.accepted([result], .summary(verifier: verifier)))
      case .rejected(let reason):
        if failure == nil, let check = report.lastFailure?.check {
          failure = (check, item.place, reason.reason)
        }
      }
    }
    if let failure {
      return verdict(.rejected(failure.0, place: failure.place), failure.reason)
    }
    return verdict(noneValid(examined, unreadable))
  }

  private static func missingEntry(of item: Evidence) -> MissingInput? {
    let uuids = item.missingEntryUUIDs
    return uuids.isEmpty ? nil : .logEntry(uuids: uuids)
  }
}

extension VerificationReport {
  /// The last check if it failed, with its sentence: rules over provenance stop at the first failure.
  fileprivate var lastFailure: (check: VerificationCheck, sentence: String)? {
    for check in checks.reversed() {
      if case .failed(let sentence) = check.outcome { return (check, sentence) }
    }
    return nil
  }
}
