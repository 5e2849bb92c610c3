// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Policies
import PyPIAttestations
import PythonPackaging
import Sigstore
import SystemPackage
import Verification

/// The attestations of a release, verified against a policy before anything is sent.
///
/// Everything beside the files must be by the policy's publishers: what an index, or a reader, would
/// have to ignore does not belong to a release. Of what is left, an index takes one publish
/// attestation and one provenance per file, in the form of PEP 740, and these alone must satisfy
/// the policy too, because the index's readers see nothing else.
struct ReleaseEvidence: Sendable {
  /// The attestations of one file, in the order of upload.
  struct FileAttestations: Sendable {
    /// The attestations.
    let attestations: [PyPIAttestation]
    /// What each of them claims.
    let predicateTypes: [String]
    /// Who signed, by the certificates' names.
    let signers: [String]
  }

  /// What an index takes, in this order.
  static let predicateTypes = [PredicateType.publish, PredicateType.slsaProvenance]

  private let verifier: ArtifactVerifier

  /// Takes over whom to trust and who should have signed.
  init(trusting roots: [TrustedRoot], policy: Policy) {
    verifier = ArtifactVerifier(trusting: roots, expecting: .publishers(policy))
  }

  /// Verifies the evidence of all files.
  ///
  /// - Returns: what is to be uploaded, by file name.
  /// - Throws: `CommandFailure`: status 3 for evidence that is missing, invalid or foreign, 6 for
  ///   what cannot be decided.
  func attestations(of release: LocalRelease) async throws -> [String: FileAttestations] {
    var result: [String: FileAttestations] = [:]
    for file in release.files { result[file.name.text] = try await attestations(of: file) }
    return result
  }

  /// Verifies what lies beside a file: it must satisfy the policy, and all of it must be by the
  /// policy's publishers.
  ///
  /// - Throws: `CommandFailure`: status 3 for evidence that is missing, invalid or foreign, 6 for
  ///   what cannot be decided.
  func verdict(on file: LocalRelease.File) async throws -> ArtifactVerdict {
    let name = file.name.text
    let reader = EvidenceReader(entries: [], logs: nil)
    let (items, unreadable) = await reader.read(EvidenceDiscovery.paths(for: file.path))
    if let problem = unreadable.first {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "evidence of `\(name)` is not readable: \(problem.problem)",
          code: VerificationRule.wellFormed.rawValue, place: problem.place,
          help: ["remove the file, or attest the release again"]))
    }
    let verdict = try await accepted(items, of: file, help: Self.attestHelp)
    for item in verdict.examined { try Self.checkIsOwn(item, of: name) }
    return verdict
  }

  private func attestations(of file: LocalRelease.File) async throws -> FileAttestations {
    let name = file.name.text
    let verdict = try await verdict(on: file)
    var chosen: [Chosen] = []
    // Attestations in the index's own form come before bundles of the same kind.
    let sorted =
      verdict.examined.filter(\.evidence.isPEP740)
      + verdict.examined.filter { !$0.evidence.isPEP740 }
    for item in sorted {
      guard let candidate = Chosen(item, of: file),
        !chosen.contains(where: { $0.predicateType == candidate.predicateType })
      else { continue }
      chosen.append(candidate)
    }
    chosen = Self.predicateTypes.flatMap { type in
      chosen.filter { $0.predicateType.utf8.elementsEqual(type.utf8) }
    }
    guard !chosen.isEmpty else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "`\(name)` has no attestation that an index takes",
          expected: Self.predicateTypes.joined(separator: " or "),
          found: verdict.examined.compactMap { $0.verified?.statement?.predicateType }
            .joined(separator: ", "),
          help: Self.attestHelp))
    }
    // What the index can carry is less than a bundle, so it is judged in the index's form.
    _ = try await accepted(
      chosen.map(\.asServed), of: file,
      help: ["sign it with a log of version 1: attestations at an index have no other time"])
    return FileAttestations(
      attestations: chosen.map(\.attestation), predicateTypes: chosen.map(\.predicateType),
      signers: chosen.map(\.signer))
  }

  private static let attestHelp = [
    "make attestations by `hallmark attest`, or do without: `hallmark publish --no-attestations`"
  ]

  /// Judges what an index serves for a file; `nil` when it satisfies the policy.
  func problem(
    with served: [UInt8], at place: String, of file: LocalRelease.File
  ) async -> CommandFailure? {
    do {
      let items = try Evidence.parse(served, place: place)
      _ = try await accepted(items, of: file, help: [])
      return nil
    } catch let refusal as CommandFailure {
      // Whether anything was sent is for the caller to say.
      var failure = refusal
      failure.diagnostic.notes = []
      return failure
    } catch {
      return CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic("the provenance is not readable: \(error)", place: place))
    }
  }

  private func accepted(
    _ items: [Evidence], of file: LocalRelease.File, help: [String]
  ) async throws(CommandFailure) -> ArtifactVerdict {
    let name = file.name.text
    let verdict = await verifier.verify(
      Artifact(filename: name, digest: ArtifactDigest(file.sha256)), evidence: items,
      now: FileReading.now())
    switch verdict.outcome {
    case .accepted: return verdict
    case .rejected(let check, let place):
      throw Self.failure(check, name, place, help: help)
    case .undecided(let missing, let place):
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic(
          "`\(name)`: its evidence cannot be judged without more", place: place,
          help: [FileResult.help(for: missing)]))
    case .noExpectation:
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic("the policy expects nobody as the publisher of `\(name)`"))
    }
  }

  private static func failure(
    _ check: VerificationCheck, _ name: String, _ place: String?, help: [String]
  ) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.rejected.rawValue,
      Diagnostic(
        "`\(name)`: \(FileResult.sentence(check))", code: check.rule.rawValue, place: place,
        expected: check.expected, found: check.found,
        notes: ["nothing was sent"],
        help: check.rule == .evidence || check.rule == .predicate
          ? help : FileResult.help(for: check.rule).map { [$0] } ?? help))
  }

  /// Whether evidence is by a publisher, of whatever type: a policy says which types must be there,
  /// not that there are no others.
  fileprivate static func isByPublisher(_ comparison: VerificationReport) -> Bool {
    !comparison.checks.isEmpty
      && comparison.checks.allSatisfy { $0.outcome == .passed || $0.rule == .predicate }
  }

  /// Refuses what is beside a file but not by a publisher of the policy.
  private static func checkIsOwn(
    _ item: ExaminedEvidence, of name: String
  ) throws(CommandFailure) {
    let failure = item.report.primaryFailure
    // A file of bundles for a whole folder has lines about other files, or one about some of them.
    let isShared =
      item.evidence.isLine
      || FilePath(item.evidence.place).lastComponent?.string == EvidenceDiscovery.shared
    if isShared, failure?.rule == .artifactBinding { return }
    if item.isValid, item.comparisons.contains(where: Self.isByPublisher) { return }
    let nearest =
      failure
      ?? item.comparisons.max { $0.passedCount < $1.passedCount }?.primaryFailure
      ?? VerificationCheck(.identity, .failed("it is not by a publisher of the policy"))
    var refusal = Self.failure(
      nearest, name, item.evidence.place,
      help: ["remove the file, or attest the release again"])
    refusal.diagnostic.message =
      "foreign evidence is beside `\(name)`: \(FileResult.sentence(nearest))"
    throw refusal
  }

  /// An attestation in the form in which an index takes it.
  private struct Chosen {
    let attestation: PyPIAttestation
    let predicateType: String
    let signer: String
    let asServed: Evidence

    /// Takes over evidence that verified; `nil` when an index does not take it.
    init?(_ item: ExaminedEvidence, of file: LocalRelease.File) {
      guard let verified = item.verified,
        item.comparisons.contains(where: ReleaseEvidence.isByPublisher),
        let statement = verified.statement, let bundle = item.evidence.bundle,
        ReleaseEvidence.predicateTypes.contains(statement.predicateType),
        PyPIAttestation.isAbout(statement, filename: file.name.text, digest: file.sha256),
        let attestation = PyPIAttestation(bundle)
      else { return nil }
      self.attestation = attestation
      predicateType = statement.predicateType
      signer = verified.certificate.subjectAlternativeName.text
      asServed = Evidence(
        form: .attestation, place: item.evidence.place, content: .bundle(attestation.bundle))
    }
  }
}
