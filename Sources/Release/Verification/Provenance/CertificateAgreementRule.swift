// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// Every claim of provenance that a workflow wrote about itself is also in its certificate.
///
/// A workflow that is not a trusted builder can write what it likes; its certificate is from the
/// issuer. So each claim must equal the certificate's, and a claim that the certificate cannot
/// confirm must not be made (slsa-verifier `verifiers/internal/gha/provenance_forgeable.go`).
struct CertificateAgreementRule {
  let provenance: GitHubProvenance
  let identity: WorkflowIdentity

  /// Compares everything.
  ///
  /// - Throws: ``ProvenanceReason/mismatchCertificate``, ``ProvenanceReason/nonVerifiableClaim``,
  ///   ``ProvenanceReason/invalidFormat``, ``ProvenanceReason/invalidDssePayload``.
  func check() throws(ProvenanceFailure) {
    try checkEnvironment()
    try checkParameters()
    try checkRun()
    try checkSubjects()
    try checkTrigger()
    try checkSources()
    try checkSteps()
  }

  func checkTrigger() throws(ProvenanceFailure) {
    try checkEqual(identity.buildConfigPath, try provenance.triggerPath(), "trigger's path")
  }

  func checkSources() throws(ProvenanceFailure) {
    let dependencies = provenance.provenance.dependencies.count
    guard dependencies == 1 else {
      throw ProvenanceReason.nonVerifiableClaim.failure(
        "it names \(dependencies) sources instead of one")
    }
  }

  func checkEnvironment() throws(ProvenanceFailure) {
    let context = try provenance.context()
    var parameters = context.parameters
    var known: [String: String?]
    if provenance.layout == .workflow {
      guard case .object(let gitHub)? = parameters["github"] else {
        throw ProvenanceReason.invalidFormat.failure("the parameters of GitHub are not recorded")
      }
      parameters = gitHub
      known = [
        "event_name": identity.trigger, "repository_id": identity.sourceID,
        "repository_owner_id": identity.sourceOwnerID,
      ]
    } else {
      known = [
        "GITHUB_EVENT_NAME": identity.trigger, "GITHUB_REF": identity.sourceRef,
        "GITHUB_REPOSITORY": identity.sourceRepository,
        "GITHUB_REPOSITORY_ID": identity.sourceID,
        "GITHUB_REPOSITORY_OWNER_ID": identity.sourceOwnerID,
        "GITHUB_RUN_ATTEMPT": identity.run?.attempt, "GITHUB_RUN_ID": identity.run?.id,
        "GITHUB_SHA": identity.sourceDigest, "GITHUB_WORKFLOW_REF": identity.signerPath,
        "GITHUB_WORKFLOW_SHA": identity.signerDigest,
      ]
    }
    for member in parameters.members {
      guard let certified = known.value(bytesOf: member.key) else {
        throw ProvenanceReason.mismatchCertificate.failure(
          "the certificate says nothing about `\(member.key)`")
      }
      guard case .string(let text) = member.value else {
        throw ProvenanceReason.invalidDssePayload.failure("`\(member.key)` is not text")
      }
      try checkEqual(certified, text, member.key)
    }
  }

  /// Parameters of v0.2 must not be there: only the person who started the run knows them.
  func checkParameters() throws(ProvenanceFailure) {
    guard case .v02(let predicate) = provenance.provenance.predicate else { return }
    try checkEmpty(predicate.parameters, "parameters")
  }

  func checkSteps() throws(ProvenanceFailure) {
    guard case .v02(let predicate) = provenance.provenance.predicate else { return }
    try checkEmpty(predicate.buildConfig, "build configuration")
  }

  func checkRun() throws(ProvenanceFailure) {
    let invocation: String
    let times: [Timestamp?]
    switch provenance.provenance.predicate {
    case .v02(let predicate):
      guard let metadata = predicate.metadata else { return }
      invocation = metadata.invocationID
      times = [metadata.startedOn, metadata.finishedOn]
      let complete = metadata.completeness
      guard !metadata.isReproducible, !complete.parameters, !complete.environment,
        !complete.materials
      else {
        throw ProvenanceReason.nonVerifiableClaim.failure(
          "it claims to be complete or reproducible")
      }
    case .v1(let predicate):
      invocation = predicate.invocationID
      times = [predicate.startedOn, predicate.finishedOn]
    }
    if !invocation.isEmpty {
      let run = try run(of: invocation)
      try checkEqual(identity.run?.id ?? "", run.id, "run")
      try checkEqual(identity.run?.attempt ?? "", run.attempt, "run's attempt")
    }
    guard times.allSatisfy({ $0 == nil }) else {
      throw ProvenanceReason.nonVerifiableClaim.failure("it claims when the build ran")
    }
  }

  /// Run and attempt in an invocation: `ID-ATTEMPT`, or for GitHub's own attestations the run's URL.
  private func run(
    of invocation: String
  ) throws(ProvenanceFailure) -> (id: String, attempt: String) {
    if provenance.layout == .workflow {
      let parts = invocation.utf8.split(
        separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      // https://github.com/OWNER/REPOSITORY/actions/runs/ID/attempts/ATTEMPT
      guard parts.count == 10,
        invocation.utf8.starts(with: "https://github.com/\(identity.sourceRepository)/".utf8)
      else {
        throw ProvenanceReason.invalidFormat.failure(
          "`\(invocation)` is not a run of `\(identity.sourceRepository)`")
      }
      return (parts[7].text, parts[9].text)
    }
    let parts = invocation.utf8.split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw ProvenanceReason.invalidFormat.failure("`\(invocation)` is not of the form RUN-ATTEMPT")
    }
    return (parts[0].text, parts[1].text)
  }

  func checkSubjects() throws(ProvenanceFailure) {
    let subjects = provenance.provenance.subjects
    guard subjects.count == 1, let only = subjects.first, only.digests["sha512"] != nil else {
      throw ProvenanceReason.nonVerifiableClaim.failure(
        "it is not about exactly one package with its SHA-512")
    }
  }

  private func checkEmpty(_ value: JSONValue, _ name: String) throws(ProvenanceFailure) {
    switch value {
    case .null: return
    case .object(let object) where object.members.isEmpty: return
    default:
      throw ProvenanceReason.nonVerifiableClaim.failure("it makes claims about the \(name)")
    }
  }

  private func checkEqual(
    _ certified: String?, _ claimed: String, _ name: String
  ) throws(ProvenanceFailure) {
    let found = certified ?? "absent"
    guard certified != nil, found.utf8.elementsEqual(claimed.utf8) else {
      throw ProvenanceReason.mismatchCertificate.failure(
        "`\(name)` is `\(claimed)` in the provenance, `\(found)` in the certificate")
    }
  }
}
