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
  private let lookup: EvidenceLookup
  private let fetcher: EvidenceFetcher?
  private let rebuilders: RebuilderRequirement?

  /// Takes over trust and expectation.
  ///
  /// - Parameters:
  ///   - roots: whom to trust.
  ///   - expected: what is expected.
  ///   - sources: where evidence and keys are.
  ///   - reader: reads evidence, and completes it by log entries.
  ///   - lookup: what may be asked of services.
  ///   - fetcher: asks them; `nil` if nothing is to be asked.
  ///   - rebuilders: how many rebuilders must vouch; `nil` if none need to.
  init(
    roots: [TrustedRoot], expected: Expectation?, sources: EvidenceOptions,
    reader: EvidenceReader, lookup: EvidenceLookup, fetcher: EvidenceFetcher?,
    rebuilders: RebuilderRequirement? = nil
  ) {
    verifier = ArtifactVerifier(
      trusting: roots, expecting: expected, keys: TrustFolder(path: sources.trustFolder),
      allowsPromiseAlone: sources.allowMissingProof)
    self.expected = expected
    self.reader = reader
    evidence = sources.evidence
    self.lookup = lookup
    self.fetcher = fetcher
    self.rebuilders = rebuilders
  }

  /// Gathers the evidence of an argument and judges it; a release at an index has several files.
  func check(_ argument: String) async -> [FileResult] {
    if case .summary(let summary, let key) = expected, !summary.subjectDigests.isEmpty {
      let (items, unreadable) = await reader.read(evidence)
      let verdict = ArtifactVerifier.verifySummary(
        items, unreadable: unreadable, summary, signedBy: key)
      return [FileResult(file: argument, outcome: .verdict(verdict))]
    }
    if let fetcher, let reference = try? IndexReference(argument: argument) {
      return await lookup.check(reference, named: argument, by: fetcher, with: self)
    }
    let named = ArtifactArgument(argument)
    var paths = evidence
    if paths.isEmpty, case .file(let path) = named {
      paths = EvidenceDiscovery.paths(for: path)
    }
    do {
      let (items, unreadable) = await reader.read(paths)
      var fetched = FetchedEvidence()
      var artifact = try named.artifact(for: items)
      if lookup.looksElsewhere, let fetcher, let digest = artifact.digest.sha256 {
        fetched = await fetcher.evidence(filename: artifact.filename, digest: digest)
        artifact = try named.artifact(for: items + fetched.parsed.evidence)
      }
      return [
        await verdict(
          on: artifact, named: argument, fetched: fetched, local: items, unreadable: unreadable)
      ]
    } catch {
      return [FileResult(file: argument, outcome: .unreadable("\(error)"))]
    }
  }

  /// Judges an artifact by what was fetched and what else there is.
  func verdict(
    on artifact: Artifact, named name: String, fetched: FetchedEvidence, local: [Evidence] = [],
    unreadable: [UnreadableEvidence] = []
  ) async -> FileResult {
    var result = await fetched.verdict(
      on: artifact, named: name, with: verifier, local: local, unreadable: unreadable,
      reader: reader)
    if let rebuilders, let digest = artifact.digest.sha256 {
      result.rebuilders = await rebuilders.outcome(
        of: Subject(name: artifact.filename ?? name, sha256: digest),
        at: FileReading.isPresent(name) ? name : nil,
        among: local + fetched.parsed.evidence)
    }
    return result
  }
}
