// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import PythonPackaging
import Rebuild
import Sigstore
import Verification

/// The repository and the commit that the verified attestations of a release name.
///
/// Whose signature that is, is not judged here: a stranger's attestation can only name a commit
/// from which the published files must still come out.
struct AttestedSource: Sendable {
  /// The repository, if all agree.
  private(set) var repository: String?
  /// The full id of the commit, if all agree.
  private(set) var commit: String?
  /// What a person should know.
  private(set) var notes: [String] = []

  /// Verifies what there is.
  ///
  /// - Throws: `CommandFailure` when attestations name several commits.
  init(of files: [PublishedFiles.Item], trusting roots: [TrustedRoot]) async throws {
    var commits: [String] = []
    var repositories: [String] = []
    for item in files {
      guard let digest = item.digest else { continue }
      let result = await item.evidence.verdict(
        on: Artifact(filename: item.file.filename.text, digest: digest),
        named: item.file.filename.text,
        with: ArtifactVerifier(trusting: roots, expecting: nil))
      guard let bundles = Self.verified(result) else {
        if let problem = Self.problem(of: result, item.evidence) {
          notes.append("no attestation of `\(item.file.filename)` counts: \(problem)")
        }
        continue
      }
      for bundle in bundles {
        let claims = bundle.certificate.claims
        if let commit = claims[.sourceRepositoryDigest], !commits.contains(commit) {
          commits.append(commit)
        }
        if let repository = claims[.sourceRepositoryURI], !repositories.contains(repository) {
          repositories.append(repository)
        }
      }
    }
    guard commits.count <= 1 else {
      throw CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "the attestations of the release name several commits", expected: commits.first,
          found: commits.dropFirst().first,
          help: ["find out which of its files were made in another run"]))
    }
    commit = commits.first
    repository = repositories.count == 1 ? repositories.first : nil
  }

  private static func verified(_ result: FileResult) -> [VerifiedBundle]? {
    guard case .verdict(let verdict) = result.outcome,
      case .noExpectation(let bundles) = verdict.outcome
    else { return nil }
    return bundles
  }

  /// Why there is none, unless there simply is none.
  private static func problem(of result: FileResult, _ evidence: FetchedEvidence) -> String? {
    switch result.outcome {
    case .verdict(let verdict):
      guard !evidence.documents.isEmpty else { return nil }
      if case .rejected(let check, _) = verdict.outcome, case .failed(let text) = check.outcome {
        return text
      }
      return "they do not verify"
    case .undecided(let failure): return failure.diagnostic.message
    case .unreadable(let problem): return problem
    }
  }
}
