// SPDX-License-Identifier: Apache-2.0

import Policies
import ServiceClients
import Sigstore
import TrustedPublishing
import Verification

/// One run of `hallmark publish`: everything is checked before anything is sent.
struct PublishRun: Sendable {
  /// What is asked for.
  struct Options: Sendable {
    /// Files and folders.
    var arguments: [String]
    /// Where.
    var index: PublishingIndex
    /// Whether attestations are verified and uploaded.
    var withAttestations: Bool
    /// Who should have signed, and where that is from.
    var policy: (policy: Policy, origin: String)?
    /// Whom to trust.
    var roots: [TrustedRoot]
    /// Whether to stop before the first upload.
    var isDryRun: Bool
    /// How long the index may take to show what it took.
    var patience: Duration
    /// What else must hold before anything is sent.
    var gates: [any PublicationGate] = []
  }

  let options: Options
  let console: Console
  private let reporter: StageReporter

  private static let stages = ["Check", "Prepare", "Upload", "Read back"]

  init(options: Options, console: Console) {
    self.options = options
    self.console = console
    reporter = StageReporter(console, names: Self.stages)
  }

  /// What was read and verified on this machine.
  struct Checked: Sendable {
    let release: LocalRelease
    let evidence: ReleaseEvidence?
    let attestations: [String: ReleaseEvidence.FileAttestations]?
  }

  /// Reads the files and verifies what is said about them; nothing is sent.
  ///
  /// - Throws: `CommandFailure`.
  func check() async throws -> Checked {
    try await stage("Check", doing: "reading the files") {
      let release = try LocalRelease(arguments: options.arguments)
      var evidence: ReleaseEvidence?
      var attestations: [String: ReleaseEvidence.FileAttestations]?
      if options.withAttestations {
        guard let policy = options.policy?.policy else {
          throw CommandFailure(
            status: ExitStatus.usage.rawValue,
            Diagnostic(
              "there is no policy: nobody said who should have signed the release",
              help: [
                "name one by --policy; `hallmark policy init` writes one from an attestation"
              ]))
        }
        let judge = ReleaseEvidence(trusting: options.roots, policy: policy)
        attestations = try await judge.attestations(of: release)
        evidence = judge
      }
      for gate in options.gates {
        try await gate.check(release, policy: options.policy?.policy)
      }
      let count = release.files.count
      let signed = attestations.map { all in
        ", \(all.values.reduce(0) { $0 + $1.attestations.count }) attestations by the policy"
      }
      return (
        Checked(release: release, evidence: evidence, attestations: attestations),
        "\(release.project) \(release.version), \(count) file\(count == 1 ? "" : "s")\(signed ?? "")"
      )
    }
  }

  /// Publishes what was checked.
  ///
  /// - Throws: `CommandFailure` when nothing was uploaded, `CancellationError`.
  func publish(
    _ checked: Checked, by authorization: UploadAuthorization, over transport: HTTPTransport
  ) async throws -> PublishOutcome {
    let publication = IndexPublication(
      release: checked.release, attestations: checked.attestations, evidence: checked.evidence,
      index: options.index, authorization: authorization, transport: transport)
    for file in checked.release.files {
      console.progress("  sha256:\(file.sha256)  \(file.name)")
    }
    let prepared = try await stage("Prepare", doing: "asking \(options.index.name)") {
      let prepared = try await publication.prepare(mintsAlways: options.isDryRun)
      return (prepared, Self.summary(prepared, authorization))
    }
    var outcome = PublishOutcome(
      publication: publication, policyOrigin: options.policy?.origin, plan: prepared.plan)
    if options.isDryRun {
      outcome.end = await publication.discard(prepared)
      return outcome
    }
    let committed = try await stage("Upload", doing: "uploading") {
      let committed = try await publication.commit(prepared) { name, _ in
        reporter.began("Upload", name)
        if !console.isLive { console.progress("  uploaded \(name)") }
      }
      return (committed, PublishOutcome.summary(committed))
    } isFailure: {
      $0.failure != nil
    }
    outcome.committed = committed
    outcome.end = committed.end
    if committed.names(.uploaded).isEmpty, committed.names(.wasThere).isEmpty { return outcome }
    outcome.reports = try await stage("Read back", doing: "reading from the index") {
      let reports = try await publication.readBack(committed, patience: options.patience)
      let good = reports.count { $0.failure == nil }
      return (reports, "\(good) of \(reports.count) files are there as they are here")
    } isFailure: {
      $0.contains { $0.failure != nil }
    }
    return outcome
  }

  private static func summary(
    _ prepared: IndexPublication.Prepared, _ authorization: UploadAuthorization
  ) -> String {
    let plan = prepared.plan
    var parts = ["\(plan.uploads.count) to upload"]
    if !plan.skipped.isEmpty { parts.append("\(plan.skipped.count) already there") }
    if prepared.session != nil {
      parts.append(authorization.carriesAttestations ? "upload token minted" : "stored token")
    }
    return parts.joined(separator: ", ")
  }

  /// Runs one stage and shows its line.
  private func stage<Value: Sendable>(
    _ name: String, doing: String, _ work: () async throws -> (Value, String),
    isFailure: (Value) -> Bool = { _ in false }
  ) async throws -> Value {
    let start = ContinuousClock.now
    reporter.began(name, doing)
    do {
      let (value, summary) = try await work()
      let duration = ContinuousClock.now - start
      if isFailure(value) {
        reporter.failed(name, summary, took: duration)
      } else {
        reporter.finished(name, summary, took: duration)
      }
      return value
    } catch {
      let isInterrupted = error is CancellationError || Task.isCancelled
      reporter.failed(
        name, isInterrupted ? "interrupted" : "stopped here", took: ContinuousClock.now - start)
      // What was interrupted may fail in its own words.
      if isInterrupted { throw CancellationError() }
      throw error
    }
  }
}
