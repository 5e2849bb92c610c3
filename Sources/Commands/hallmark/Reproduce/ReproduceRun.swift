// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import PythonPackaging
import Rebuild
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// Gets the published files and the commit of their attestations, and lets them be made again.
struct ReproduceRun: Sendable {
  let subject: ReproduceSubject
  let usesGit: Bool
  let tag: String?
  let repository: String?
  let choices: Reproduction.Choices
  let index: ServiceURL
  let trust: TrustOptions
  let console: Console
  let isVerbose: Bool

  /// Rebuilds and compares.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func report(by transport: HTTPTransport) async throws -> ReproductionReport {
    do {
      // First of all: without a sandbox nothing is fetched either.
      let sandbox = try await Sandbox.find()
      let published = try await PublishedFiles(
        subject: subject, index: index, transport: transport, wantsEvidence: usesGit,
        console: console
      ).read()
      let (console, isVerbose) = (console, isVerbose)
      let reproduction = try await Reproduction(
        sandbox: sandbox, store: EnvironmentStore(), choices: choices,
        progress: { console.progress(UntrustedText.printable($0)) },
        log: { if isVerbose { console.progress("  " + UntrustedText.printable($0)) } })
      return try await reproduction.run(
        published.map(\.file), from: try await source(published))
    } catch let error as RebuildError {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          error.message, notes: error.logTail.suffix(5).map { $0 },
          help: error.help.map { [$0] } ?? []))
    }
  }

  private func source(_ published: [PublishedFiles.Item]) async throws -> Reproduction.Source {
    guard usesGit else { return .sdist }
    let attested = try await AttestedSource(of: published, trusting: try trust.load())
    for note in attested.notes {
      console.report(Diagnostic(note, severity: .warning))
    }
    guard let repository = repository ?? attested.repository else {
      throw CommandFailure(
        status: ExitStatus.undecided.rawValue,
        Diagnostic(
          "no repository is named, and no verified attestation names one",
          help: ["name it by --repository"]))
    }
    if self.repository == nil {
      console.report(
        Diagnostic(
          "the repository `\(repository)` is that of whoever signed the attestation",
          severity: .warning,
          help: ["if it is not the project's, name the right one by --repository"]))
    }
    if let commit = attested.commit {
      console.progress("the attestation names the commit \(UntrustedText.printable(commit))")
    }
    let name = subject.release.map { ReleaseName(project: $0.project, version: $0.version) }
    return .git(
      repository: repository,
      wanted: SourceCheckout.Wanted(tag: tag, attestedCommit: attested.commit) { tag in
        name?.isTag(tag) ?? false
      })
  }
}
