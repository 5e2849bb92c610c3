// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import PyPIAttestations
import PythonPackaging
import Sigstore

/// The checks of PEP 740 at an upload.
extension IndexService {
  /// What the attestations of an upload prove.
  struct UploadEvidence {
    /// The provenance object to serve, as JSON text.
    let provenance: String
    /// What the pages show.
    let records: [AttestationRecord]
  }

  private static let attestationLimit = 2
  private static let predicateTypes = [PredicateType.publish, PredicateType.slsaProvenance]

  /// Verifies the attestations of an upload; each must be signed by the publisher whose token the
  /// upload came with.
  ///
  /// - Throws: ``IndexRefusal``.
  func verifyAttestations(
    of candidate: UploadCandidate, publisher: PublisherIdentity
  ) async throws -> UploadEvidence? {
    guard let text = candidate.attestations else {
      guard configuration.requireAttestations else { return nil }
      throw Self.refusal("attestations are required on this index")
    }
    let attestations = try Self.parse(text)
    var records: [AttestationRecord] = []
    for attestation in attestations {
      let record = try await verify(attestation, of: candidate, publisher: publisher)
      guard !records.contains(where: { $0.predicateType == record.predicateType }) else {
        throw Self.refusal(
          "Multiple attestations for the same file with the same predicate type "
            + "(\(record.predicateType)) are not supported")
      }
      records.append(record)
    }
    let provenance = Provenance([
      Provenance.AttestationBundle(
        publisher: .hallmark(issuer: publisher.issuer, subject: publisher.subject),
        attestations: attestations)
    ])
    return UploadEvidence(provenance: provenance.json.compactText, records: records)
  }

  private static func refusal(_ text: String) -> IndexRefusal {
    .invalid("Invalid attestations supplied during upload: " + text)
  }

  private static func parse(_ text: String) throws -> [PyPIAttestation] {
    let nodes: [JSONNode]
    do {
      nodes = try JSONNode(parsing: Array(text.utf8)).array(limit: 100)
    } catch {
      throw refusal("Malformed attestations: \(error)")
    }
    guard !nodes.isEmpty else {
      throw refusal("Malformed attestations: an empty attestation set is not permitted")
    }
    guard nodes.count <= attestationLimit else {
      throw refusal("A maximum of \(attestationLimit) attestations per file are supported")
    }
    return try nodes.map { node in
      do {
        return try PyPIAttestation(node)
      } catch {
        throw refusal("Malformed attestations: \(error)")
      }
    }
  }

  private func verify(
    _ attestation: PyPIAttestation, of candidate: UploadCandidate, publisher: PublisherIdentity
  ) async throws -> AttestationRecord {
    func failed(_ reason: String) -> IndexRefusal {
      Self.refusal(
        "Could not verify the uploaded artifact using the included attestation: "
          + "Verification failed: \(reason)")
    }
    let result = await Verifier(trusting: trustedRoot)
      .verify(attestation.bundle, artifact: candidate.sha256, now: now())
    guard let verified = result.verified else {
      throw failed(Self.sentence(result.report.primaryFailure))
    }
    let identity = SignerIdentity(name: publisher.subject, issuer: publisher.issuer)
    let identityReport = VerificationReport(identity.checks(verified))
    guard identityReport.passed, case .uri = verified.certificate.subjectAlternativeName else {
      throw failed(Self.sentence(identityReport.primaryFailure))
    }
    guard let statement = verified.statement, let entry = verified.logEntries.first,
      let time = verified.signingTimes.first
    else { throw failed("there is no statement, log entry or time") }
    guard Self.predicateTypes.contains(statement.predicateType) else {
      throw Self.refusal(
        "Attestation with unsupported predicate type: \(statement.predicateType.prefix(200))")
    }
    if statement.predicateType == PredicateType.publish {
      guard statement.predicate == .null || statement.predicate == .object(JSONObject()) else {
        throw failed("the predicate of a publish attestation must be empty")
      }
    }
    guard
      PyPIAttestation.isAbout(
        statement, filename: candidate.filename.text, digest: candidate.sha256)
    else { throw failed("the statement is not about this file and nothing else") }
    return AttestationRecord(
      predicateType: statement.predicateType, logIndex: Int64(clamping: entry.logIndex),
      integratedTime: time.seconds,
      sourceCommit: verified.certificate.claims[.sourceRepositoryDigest],
      sourceRef: verified.certificate.claims[.sourceRepositoryRef])
  }

  private static func sentence(_ check: VerificationCheck?) -> String {
    guard let check, case .failed(let reason) = check.outcome else {
      return "the signer is not the publisher"
    }
    guard let expected = check.expected, let found = check.found else { return reason }
    return "\(reason) (expected \(expected), found \(found))"
  }
}
