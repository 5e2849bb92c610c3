// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// Verifies one artifact after the other with the same trust and expectation.
struct FileVerification: Sendable {
  /// Whom to trust.
  let roots: [TrustedRoot]
  /// What is expected.
  let expected: Expectation?
  /// Keys of registries and build services.
  let keys: TrustFolder
  /// Whether bundles of version 0.1 may come without an inclusion proof.
  let allowsPromiseAlone: Bool
  /// Reads evidence.
  let reader: EvidenceReader
  /// Evidence that is named; without any it is looked for beside the file.
  let evidence: [String]

  /// Gathers the evidence of an artifact and judges it.
  func check(_ argument: String) async -> FileResult {
    if case .summary(let summary, let key) = expected, !summary.subjectDigests.isEmpty {
      let (items, unreadable) = await reader.read(evidence)
      let verdict = ArtifactVerifier.verifySummary(
        items, unreadable: unreadable, summary, signedBy: key)
      return FileResult(file: argument, outcome: .verdict(verdict))
    }
    let named = ArtifactArgument(argument)
    var paths = evidence
    if paths.isEmpty, case .file(let path) = named {
      paths = EvidenceDiscovery.paths(for: path)
    }
    do {
      var (items, unreadable) = await reader.read(paths)
      let artifact = try named.artifact(for: items)
      do {
        items = try await reader.complete(items)
      } catch {
        return FileResult(file: argument, outcome: .unreachable("\(error)"))
      }
      let verdict = await ArtifactVerifier(
        trusting: roots, expecting: expected(for: artifact), keys: keys,
        allowsPromiseAlone: allowsPromiseAlone
      ).verify(artifact, evidence: items, unreadable: unreadable, now: FileReading.now())
      return FileResult(file: argument, outcome: .verdict(verdict))
    } catch {
      return FileResult(file: argument, outcome: .unreadable("\(error)"))
    }
  }

  /// A summary must be about the artifact itself.
  private func expected(for artifact: Artifact) -> Expectation? {
    guard case .summary(let summary, let key) = expected else { return expected }
    return .summary(
      SummaryExpectations(
        subjectDigests: [artifact.digest.description], verifierID: summary.verifierID,
        resourceURI: summary.resourceURI, verifiedLevels: summary.verifiedLevels,
        publicKeyID: summary.publicKeyID), signedBy: key)
  }
}
