// SPDX-License-Identifier: Apache-2.0

import Approvals
import Encodings
import PyPIAttestations
import PythonPackaging
import ReleaseAudit
import ServiceClients
import Sigstore
import Verification

/// Asks an index for the last release of audited projects, and verifies its attestations.
///
/// The files themselves are not downloaded: an attestation counts only for the digest that the index
/// gives for the file.
struct AuditIndex: Sendable {
  let url: ServiceURL
  /// The project's name, where a person said it.
  let name: ProjectName?
  let roots: [TrustedRoot]
  let transport: HTTPTransport
  let console: Console

  // As many requests at a time.
  private static let width = 4

  /// The project with what the index shows of it, and what stood against that.
  ///
  /// - Throws: `CancellationError`.
  func adding(to read: ReadProject) async throws -> (ReadProject, Diagnostic?) {
    guard read.project.isWhole else { return (read, nil) }
    var read = read
    guard let project = name ?? read.project.indexName else {
      let diagnostic = Diagnostic(
        "the index is not asked: the project's name is not in pyproject.toml", severity: .warning,
        place: read.location(of: "pyproject.toml"), help: ["name it by --project"])
      return (read, diagnostic)
    }
    console.progress("asking \(url.withoutQuery) for \(project)")
    var problem: Diagnostic?
    let release: IndexAnswer<IndexRelease>
    do {
      release = .known(try await lastRelease(of: project, read))
    } catch let error as CancellationError {
      throw error
    } catch {
      var diagnostic = FetchFailure.commandFailure(for: error).diagnostic
      diagnostic.severity = .warning
      problem = diagnostic
      release = .unknown("the index, which did not answer: \(diagnostic.message)")
    }
    read.project = read.project.adding(
      index: IndexState(
        index: url.withoutQuery, project: project.normalized, release: release))
    return (read, problem)
  }

  /// - Throws: `CommandFailure`, `TransportError`, `CancellationError`.
  private func lastRelease(
    of project: ProjectName, _ read: ReadProject
  ) async throws -> IndexRelease {
    let client = IndexClient(simpleURL: url, transport: transport)
    let page = try await client.requiredPage(of: project, isFresh: true)
    let all = page.page.releases(of: project)
    // The last that is meant for everybody; where there is none, the last.
    let last =
      all.last { !$0.isYanked && !$0.version.isPreRelease } ?? all.last { !$0.isYanked } ?? all.last
    guard let last else {
      throw FetchFailure.missing("the index has no release of `\(project)`", at: page.url)
    }
    try FetchFailure.check(last, at: page.url)
    let fetcher = EvidenceFetcher(
      sources: EvidenceSources(index: url, gitHubAPI: url), transport: transport)
    let verifier = ArtifactVerifier(trusting: roots, expecting: nil)
    let files = await last.distributions.concurrentMap(width: Self.width) { item in
      let local = read.location(of: "dist/\(item.name.text)")
      return IndexFile(
        name: item.name.text, isWheel: item.name.isWheel, sha256: item.file.sha256?.hexadecimal,
        local: FileReading.isPresent(local)
          ? (try? FileReading.sha256(of: local))?.hexadecimal : nil,
        provenance: await Self.provenance(
          of: item, await fetcher.provenance(of: item.file, on: page), verifier))
    }
    try Task.checkCancellation()
    return IndexRelease(version: last.version.normalized, files: files)
  }

  private static func provenance(
    of item: IndexedRelease.Distribution, _ found: FetchedEvidence, _ verifier: ArtifactVerifier
  ) async -> IndexAnswer<IndexProvenance> {
    if let failure = found.failures.first {
      return .unknown("the index, which did not answer: \(failure.diagnostic.message)")
    }
    func answer(
      _ verification: IndexProvenance.Verification
    ) -> IndexAnswer<IndexProvenance> {
      .known(IndexProvenance(publishers: publishers(of: found), verification: verification))
    }
    if let problem = found.unreadable.first { return answer(.refused(problem.problem)) }
    guard !found.documents.isEmpty else { return answer(.absent) }
    guard let digest = item.file.sha256 else {
      return answer(.undecided("the index gives no SHA-256 of `\(item.name)`"))
    }
    let result = await found.verdict(
      on: Artifact(filename: item.name.text, digest: digest), named: item.name.text, with: verifier)
    switch result.outcome {
    case .unreadable(let problem): return answer(.refused(problem))
    case .undecided(let failure): return .unknown(failure.diagnostic.message)
    case .verdict(let verdict):
      switch verdict.outcome {
      case .noExpectation(let verified) where !verified.isEmpty:
        return answer(.verified(verified.map(attested)))
      case .rejected(let check, _): return answer(.refused(FileResult.sentence(check)))
      case .undecided(let missing, _):
        return answer(.undecided(FileResult.help(for: missing)))
      case .noExpectation, .accepted: return answer(.refused("no attestation holds"))
      }
    }
  }

  private static func attested(_ bundle: VerifiedBundle) -> IndexAttested {
    let origin = ReleaseOrigin(bundle)
    return IndexAttested(
      signer: origin.publisher, repository: origin.repository, commit: origin.commit)
  }

  private static func publishers(of found: FetchedEvidence) -> [IndexPublisher] {
    var result: [IndexPublisher] = []
    for document in found.documents {
      guard let provenance = try? Provenance(parsing: document.bytes) else { continue }
      for bundle in provenance.attestationBundles where !bundle.attestations.isEmpty {
        let publisher: IndexPublisher
        switch bundle.publisher {
        case .gitHub(let repository, let workflow, let environment):
          publisher = IndexPublisher(
            kind: "GitHub", repository: repository, workflow: workflow, environment: environment)
        case .gitLab(let repository, let path, let environment):
          publisher = IndexPublisher(
            kind: "GitLab", repository: repository, workflow: path, environment: environment)
        case .google(let email):
          publisher = IndexPublisher(
            kind: "Google", repository: email, workflow: "", environment: nil)
        case .hallmark(_, let subject):
          publisher = IndexPublisher(
            kind: "Hallmark", repository: subject, workflow: "", environment: nil)
        case .other(let kind):
          publisher = IndexPublisher(kind: kind, repository: "", workflow: "", environment: nil)
        }
        if !result.contains(publisher) { result.append(publisher) }
      }
    }
    return result
  }
}

extension DistributionFilename {
  /// Whether it is a wheel's.
  fileprivate var isWheel: Bool { text.hasSuffix(".whl") }
}

extension AuditedProject {
  /// The project's name at an index, as `pyproject.toml` says.
  fileprivate var indexName: ProjectName? {
    metadataName.flatMap { try? ProjectName($0) }
  }
}
