// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import PyPIAttestations
import Sigstore

/// Verifies one piece of evidence for an artifact and compares its signer with a policy.
struct EvidenceExamination {
  /// Who must have signed, for the evidence to be valid at all.
  enum Signer {
    /// Somebody with a certificate; the policy is compared afterwards.
    case certificate(Policy?)
    /// The holder of a key.
    case key(SignatureKey)
  }

  let verifiers: [Verifier]
  let keys: TrustFolder
  let artifact: Artifact
  let signer: Signer
  /// Whether a log's signed promise may stand for an inclusion proof in any bundle of version 0.1.
  let allowsPromiseAlone: Bool
  let now: Timestamp

  /// Looks at every rule that applies to the form of the evidence.
  func examine(_ item: Evidence) async -> ExaminedEvidence {
    switch (item.content, signer) {
    case (.bundle(let bundle), .certificate(let policy)):
      // A registry signs by a key of its own; anybody else's key is no identity.
      if item.form == .npm, case .publicKey(let hint) = bundle.material {
        return await examineRegistry(item, bundle, hint)
      }
      return await examine(item, bundle, policy)
    case (.bundle(let bundle), .key(let key)):
      var report = await closest(item) { verifier in
        let report = await verifier.verify(
          bundle, artifact: item.digest(of: artifact), signedBy: key, now: now)
        return (report, nil as VerifiedBundle?)
      }.0
      if let check = Self.summaryCheck(item) { report.record(check) }
      return ExaminedEvidence(evidence: item, report: report)
    case (.envelope(let envelope), .key(let key)):
      var report = report(on: envelope, key, item)
      if let check = Self.summaryCheck(item) { report.record(check) }
      return ExaminedEvidence(evidence: item, report: report)
    case (.envelope, .certificate):
      let check = VerificationCheck(
        .wellFormed, .failed("it is signed by a bare key, not by a certificate"))
      return ExaminedEvidence(evidence: item, report: VerificationReport([check]))
    case (.legacy, _):
      return missing(
        item, .logEntry(uuids: item.missingEntryUUIDs), "its log entry is not at hand")
    case (.cloudBuild, _):
      return missing(
        item, .sourceExpectation, "it is of a build service, judged by its source and builder")
    }
  }

  private func missing(
    _ item: Evidence, _ input: MissingInput, _ sentence: String
  ) -> ExaminedEvidence {
    let rule: VerificationRule =
      switch input {
      case .logEntry: .knownLog
      case .key: .identity
      case .sourceExpectation: .source
      }
    return ExaminedEvidence(
      evidence: item, report: VerificationReport([VerificationCheck(rule, .failed(sentence))]),
      missing: input)
  }

  private func examine(
    _ item: Evidence, _ bundle: Bundle, _ policy: Policy?
  ) async -> ExaminedEvidence {
    var (report, verified) = await closest(item) { verifier in
      let result = await verifier.verify(bundle, artifact: item.digest(of: artifact), now: now)
      return (result.report, result.verified)
    }
    if item.isPEP740, let statement = verified?.statement { report.record(nameCheck(statement)) }
    if let check = Self.summaryCheck(item) { report.record(check) }
    guard report.passed, let verified else {
      return ExaminedEvidence(evidence: item, report: report)
    }
    return ExaminedEvidence(
      evidence: item, report: report, verified: verified,
      comparisons: policy?.publishers.map { comparison(of: verified, with: $0) } ?? [])
  }

  /// The signer beside a publisher.
  ///
  /// Where the statement counts as provenance, and not just as
  /// somebody's signature, it must say what the certificate says.
  private func comparison(
    of bundle: VerifiedBundle, with publisher: PublisherPolicy
  ) -> VerificationReport {
    let release = artifact.filename.flatMap { ReleaseName(filename: $0) }
    var checks = publisher.checks(bundle, release: release)
    let isProvenance =
      publisher.signer.isForge
      || publisher.requiredPredicates.contains(PredicateType.slsaProvenance)
    if isProvenance, let statement = bundle.statement {
      checks += GitHubAttestationRule.checks(statement, bundle.certificate)
    }
    return VerificationReport(checks)
  }

  /// A summary may also say that an artifact failed: that is never a pass.
  private static func summaryCheck(_ item: Evidence) -> VerificationCheck? {
    guard let payload = item.envelope?.payload, let statement = try? Statement(parsing: payload),
      statement.predicateType.utf8.elementsEqual(VerificationSummary.predicateType.utf8)
    else { return nil }
    let result = (try? VerificationSummary(parsing: payload))?.result
    return VerificationCheck(
      .summary,
      result == "PASSED" ? .passed : .failed("the summary does not say that it passed"),
      expected: "PASSED", found: result ?? "no readable result")
  }

  /// PEP 740: the one subject is the file, by name and digest.
  private func nameCheck(_ statement: Statement) -> VerificationCheck {
    let matches =
      artifact.digest.sha256.map {
        PyPIAttestation.isAbout(statement, filename: artifact.filename ?? "", digest: $0)
      } ?? false
    return VerificationCheck(
      .artifactBinding, matches ? .passed : .failed("the attestation is about another file name"),
      expected: artifact.filename ?? "a file",
      found: statement.subjects.prefix(3).map(\.name).joined(separator: ", "))
  }

  /// The registry's own attestation: valid by a key that the user has, but no publisher's word.
  private func examineRegistry(
    _ item: Evidence, _ bundle: Bundle, _ hint: String
  ) async -> ExaminedEvidence {
    guard let key = try? keys.npmKeys().attestationKey(hint) else {
      return missing(item, .key(hint: hint), "it is signed by a key that is not at hand")
    }
    var (report, statement) = await closest(item) { verifier in
      let result = await verifier.verifyStatement(
        in: bundle, signedBy: key.key, validity: key.validity, now: now)
      return (result.report, result.verified)
    }
    if let subjects = statement?.statement.subjects {
      let digest = item.digest(of: artifact)
      report.record(
        VerificationCheck(
          .artifactBinding,
          subjects.contains { $0.has(digest) }
            ? .passed : .failed("the statement is not about this file"),
          found: digest.description))
    }
    return ExaminedEvidence(evidence: item, report: report)
  }

  /// A bare envelope by a key: signature and subject; nothing says when, so no time is checked.
  private func report(
    on envelope: DSSEEnvelope, _ key: SignatureKey, _ item: Evidence
  ) -> VerificationReport {
    var report = VerificationReport()
    report.record(
      VerificationCheck(
        .signature,
        key.isValidEnvelopeSignature(envelope)
          ? .passed : .failed("the envelope's signature is not valid under the key")))
    let statement =
      envelope.payloadType == DSSEEnvelope.inTotoPayloadType
      ? try? Statement(parsing: envelope.payload) : nil
    let digest = item.digest(of: artifact)
    report.record(
      VerificationCheck(
        .artifactBinding,
        statement?.subjects.contains { $0.has(digest) } == true
          ? .passed : .failed("the envelope does not hold a statement about this file"),
        found: digest.description))
    return report
  }

  /// What comes out under the first root that accepts, else under the one with the fewest failures.
  private func closest<Value>(
    _ item: Evidence, _ verify: (Verifier) async -> (VerificationReport, Value?)
  ) async -> (VerificationReport, Value?) {
    var best: (VerificationReport, Value?)?
    let requirements = item.requirements(allowingPromiseAlone: allowsPromiseAlone)
    for verifier in verifiers {
      let found = await verify(verifier.requiring(requirements))
      if found.0.passed { return found }
      if found.0.passedCount > best?.0.passedCount ?? -1 { best = found }
    }
    return best
      ?? (
        VerificationReport([VerificationCheck(.knownLog, .failed("there is no trusted root"))]),
        nil
      )
  }
}
