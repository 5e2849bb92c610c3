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
    /// The release at a forge that gets the files too, if one is named.
    var forge: ForgeTarget?
    /// The commit that was built, if it is known; the forge's tag must stand for it.
    var commit: String?
    /// What else must hold before anything is sent.
    var gates: [any PublicationGate] = []
  }

  let options: Options
  let console: Console
  private let reporter: StageReporter

  private static let stages = ["Check", "Prepare", "Draft", "Upload", "Read back", "Assets"]

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
        try await gate.check(release)
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
    let (prepared, assets) = try await prepare(publication, checked, authorization)
    var outcome = PublishOutcome(
      publication: publication, policyOrigin: options.policy?.origin, plan: prepared.plan)
    outcome.assets = assets.map { ForgeAssetsOutcome(run: $0) }
    if options.isDryRun {
      outcome.end = await publication.discard(prepared)
      return outcome
    }
    let staged = try await draft(assets, of: publication, prepared)
    if staged != nil { outcome.assets?.state = .staged }
    let committed = try await stage("Upload", doing: "uploading") {
      let committed = try await publication.commit(prepared) { name, placement in
        reporter.began("Upload", name)
        if !console.isLive { console.progress("  \(placement.rawValue) \(name)") }
      }
      return (committed, PublishOutcome.summary(committed))
    } isFailure: {
      $0.failure != nil
    }
    outcome.committed = committed
    outcome.end = committed.end
    if committed.names(.uploaded).isEmpty, committed.names(.wasThere).isEmpty {
      outcome.holdAssetsBack()
      return outcome
    }
    outcome.reports = try await stage("Read back", doing: "reading from the index") {
      let reports = try await publication.readBack(committed, patience: options.patience)
      let good = reports.count { $0.failure == nil }
      return (reports, "\(good) of \(reports.count) files are there as they are here")
    } isFailure: {
      $0.contains { $0.failure != nil }
    }
    guard let assets, let staged else { return outcome }
    guard outcome.failures.isEmpty else {
      outcome.holdAssetsBack()
      return outcome
    }
    outcome.assets = try await publish(assets, staged)
    return outcome
  }

  private func prepare(
    _ publication: IndexPublication, _ checked: Checked, _ authorization: UploadAuthorization
  ) async throws -> (IndexPublication.Prepared, ForgeAssetsRun?) {
    try await stage("Prepare", doing: "asking \(options.index.name)") {
      // The forge first: what stops a release there should not cost a token.
      let assets = try await self.assets(checked, over: publication.transport)
      let prepared = try await publication.prepare(mintsAlways: options.isDryRun)
      let summary = [Self.summary(prepared, authorization), assets?.planSummary]
      return ((prepared, assets), summary.compactMap { $0 }.joined(separator: "; "))
    }
  }

  private func assets(
    _ checked: Checked, over transport: HTTPTransport
  ) async throws -> ForgeAssetsRun? {
    guard let target = options.forge else { return nil }
    return try await ForgeAssetsRun(
      target, checked.release, withEvidence: checked.attestations != nil, commit: options.commit,
      over: transport)
  }

  /// Puts the assets where the public does not see them, before the index gets anything.
  private func draft(
    _ assets: ForgeAssetsRun?, of publication: IndexPublication,
    _ prepared: IndexPublication.Prepared
  ) async throws -> ForgePublication.Staged? {
    guard let assets else { return nil }
    do {
      return try await stage("Draft", doing: "uploading to \(assets.target.name)") {
        let staged = try await assets.stage()
        let summary =
          staged.plan.release.isPublished
          ? "the release is public already" : "\(assets.files.count) assets compared, unseen yet"
        return (staged, summary)
      }
    } catch {
      await publication.discard(prepared)
      guard var failure = error as? CommandFailure else { throw error }
      failure.diagnostic.notes.append("\(options.index.name): nothing was uploaded")
      throw failure
    }
  }

  private func publish(
    _ assets: ForgeAssetsRun, _ staged: ForgePublication.Staged
  ) async throws -> ForgeAssetsOutcome {
    try await stage("Assets", doing: "making them public") {
      var outcome = ForgeAssetsOutcome(run: assets)
      outcome.state = .staged
      switch try await assets.publish(staged) {
      case .success(let published): outcome.state = .published(published)
      case .failure(var failure):
        failure.diagnostic.notes.append("\(options.index.name): the release is public there")
        failure.diagnostic.help.append("run the same command again: it completes the release")
        outcome.failure = failure
      }
      return (outcome, outcome.failure == nil ? outcome.summary : "not public")
    } isFailure: {
      $0.failure != nil
    }
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
    try await reporter.stage(name, doing: doing, work, isFailure: isFailure)
  }
}
