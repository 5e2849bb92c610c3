// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Policies
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// The last stage: what an index serves now, checked as a stranger would: by the index's own word, a
/// policy and a trusted root, without any right.
struct StrangerStage: Sendable {
  let project: ProjectName
  /// The files that the index must serve, by name and digest.
  let files: [PublicationPlan.LocalFile]
  let verifier: ArtifactVerifier
  let index: IndexClient
  /// Whether the index has attestations.
  let withAttestations: Bool

  /// Reads and judges everything.
  ///
  /// - Throws: `CommandFailure`: status 3 for what the policy refuses, 5 for other bytes.
  func run() async throws {
    guard let page = try await index.page(of: project, isFresh: true) else {
      throw Self.missing("the index does not list `\(project)`")
    }
    for file in files {
      guard let listed = page.page.file(named: file.name) else {
        throw Self.missing("the index does not list `\(file.name)`")
      }
      let url = try index.address(of: listed, of: page)
      let (digest, _) = try await index.digest(
        of: url, filename: file.name, promised: listed.sha256)
      guard digest == file.sha256 else {
        throw CommandFailure(
          status: ExitStatus.differs.rawValue,
          Diagnostic(
            "the index serves `\(file.name)` with other contents", place: url.withoutQuery,
            expected: "SHA-256 \(file.sha256)", found: "SHA-256 \(digest)"))
      }
      guard withAttestations else { continue }
      guard let provenance = try await index.provenance(of: listed, of: page, isFresh: true)
      else {
        throw Self.rejected("the index serves no provenance for `\(file.name)`")
      }
      let place = listed.provenance ?? "the index's provenance"
      let evidence: [Evidence]
      do {
        evidence = try Evidence.parse(provenance, place: place)
      } catch {
        throw Self.rejected(
          "the index serves no provenance for `\(file.name)` that can be read: \(error)")
      }
      let verdict = await verifier.verify(
        Artifact(filename: file.name, digest: ArtifactDigest(digest)), evidence: evidence,
        now: FileReading.now())
      try Self.check(verdict, name: file.name)
    }
  }

  private static func rejected(_ message: String) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.rejected.rawValue,
      Diagnostic(message, help: ["look at what the index shows: it is not what was published"]))
  }

  private static func missing(_ message: String) -> CommandFailure {
    CommandFailure(
      status: ExitStatus.undecided.rawValue,
      Diagnostic(
        message, help: ["an index may show late what it took; run the same command again later"]))
  }

  private static func check(_ verdict: ArtifactVerdict, name: String) throws(CommandFailure) {
    switch verdict.outcome {
    case .accepted: return
    case .noExpectation:
      throw CommandFailure(
        status: ExitStatus.usage.rawValue,
        Diagnostic(
          "the policy expects nobody as the publisher of `\(name)`",
          help: ["add a `[[publisher]]` for it to the policy"]))
    case .rejected(let failure, let place):
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "what the index serves for `\(name)` does not satisfy the policy: "
            + FileResult.sentence(failure),
          code: failure.rule.rawValue, place: place, expected: failure.expected,
          found: failure.found, help: FileResult.help(for: failure.rule).map { [$0] } ?? []))
    case .undecided(let missing, let place):
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic(
          "what the index serves for `\(name)` cannot be judged without more", place: place,
          help: [FileResult.help(for: missing)]))
    }
  }
}
