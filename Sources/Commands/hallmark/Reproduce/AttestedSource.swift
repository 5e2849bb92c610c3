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
      guard case .verdict(let verdict) = result.outcome,
        case .noExpectation(let bundles) = verdict.outcome
      else {
        if !item.evidence.documents.isEmpty {
          notes.append("the attestations of `\(item.file.filename)` do not verify")
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
}
