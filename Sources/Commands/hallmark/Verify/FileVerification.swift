// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// Verifies artifacts with the same trust and expectation.
struct FileVerification: Sendable {
  private let verifier: ArtifactVerifier
  private let expected: Expectation?
  private let reader: EvidenceReader
  private let evidence: [String]

  /// Takes over trust and expectation.
  ///
  /// - Parameters:
  ///   - roots: whom to trust.
  ///   - expected: what is expected.
  ///   - sources: where evidence and keys are.
  ///   - reader: reads evidence.
  init(
    roots: [TrustedRoot], expected: Expectation?, sources: EvidenceOptions, reader: EvidenceReader
  ) {
    verifier = ArtifactVerifier(
      trusting: roots, expecting: expected, keys: TrustFolder(path: sources.trustFolder),
      allowsPromiseAlone: sources.allowMissingProof)
    self.expected = expected
    self.reader = reader
    evidence = sources.evidence
  }

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
      let verdict = await verifier.verify(
        artifact, evidence: items, unreadable: unreadable, now: FileReading.now())
      return FileResult(file: argument, outcome: .verdict(verdict))
    } catch {
      return FileResult(file: argument, outcome: .unreadable("\(error)"))
    }
  }
}
