// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Rebuild
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// A release in stages, against an instance and an index that run elsewhere.
///
/// After each stage the state is written; a run that was stopped, by whatever, is repeated and goes
/// on. What is finished is not believed but compared: files with their digests, evidence with the
/// policy, index and forge with the files.
struct StagedRelease: Sendable {
  /// What is asked for.
  struct Options: Sendable {
    /// What to build, and how.
    var build: HermeticBuild.Options
    /// The release at a forge, if one is named.
    var forge: ForgeReference?
    /// The stage to begin with again, if one is named.
    var from: ReleaseStage?
    /// The last stage.
    var until: ReleaseStage
    /// Whether everything is forgotten first.
    var restart: Bool
    /// The version of this program.
    var version: String

    /// Where the files of the release go.
    var output: FilePath { build.output }
  }

  let options: Options
  let services: ReleaseServices
  let console: Console
  let reporter: StageReporter

  init(options: Options, services: ReleaseServices, console: Console) {
    self.options = options
    self.services = services
    self.console = console
    reporter = StageReporter(console, names: ReleaseStage.allCases.map(\.title))
  }

  var folder: StagedFolder { StagedFolder(path: options.output) }

  /// Goes through the stages.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func run() async throws -> StagedOutcome {
    do {
      return try await checkedRun()
    } catch let error as CancellationError {
      throw error
    } catch {
      try Task.checkCancellation()
      // The words and statuses of publishing, where a service is what failed.
      throw error is TransportError
        ? PublishFailure.commandFailure(for: error) : ReleaseFailure.commandFailure(for: error)
    }
  }

  private func checkedRun() async throws -> StagedOutcome {
    guard options.until < .approve || services.policy != nil else { throw Self.noPolicy }
    let source = try await SourceExport(
      project: options.build.project, output: options.output,
      allowDirty: options.build.allowDirty)
    var outcome: StagedOutcome
    switch try resumption(source) {
    case .goOn(let state): outcome = StagedOutcome(state: state, output: options.output)
    case .stop(let obstacle): throw Self.failure(obstacle, in: options.output)
    case .anew: outcome = try await build()
    }
    for stage in ReleaseStage.allCases
    where stage <= options.until && outcome.stages[stage] == nil {
      let isSkipped = options.from.map { stage < $0 } ?? false
      // Files and evidence are always compared; services are not asked for what is not wanted.
      if isSkipped, [.approve, .publish].contains(stage) { continue }
      try await run(stage, &outcome)
      outcome.state.finished.insert(stage)
      try folder.write(outcome.state)
    }
    return outcome
  }

  private func resumption(_ source: SourceExport) throws -> ReleaseResumption {
    // A state that cannot be read is no obstacle for who wants to forget it.
    let isForgotten = options.restart
    let state = isForgotten ? try? folder.state() : try folder.state()
    let wanted = subject(
      project: state?.subject.project ?? "", version: state?.subject.version ?? "",
      commit: source.commit, isDirty: source.isDirty)
    return ReleaseResumption(
      state, wanted: wanted, from: options.from, restart: options.restart)
  }

  private func subject(
    project: String, version: String, commit: String?, isDirty: Bool
  ) -> ReleaseState.Subject {
    ReleaseState.Subject(
      project: project, version: version, commit: commit, isDirty: isDirty,
      instance: services.selection.certificateAuthority.url,
      index: services.index.uploadURL.description, forge: options.forge)
  }

  private func build() async throws -> StagedOutcome {
    let state = try await stage(.build, doing: "exporting the commit") {
      let old = try? folder.state()
      let build = try await BuildStage(options: options.build, console: console).run { line in
        reporter.began(ReleaseStage.build.title, line)
      }
      folder.clear(old)
      let state = ReleaseState(
        subject: subject(
          project: build.project.normalized, version: build.version.normalized,
          commit: build.commit, isDirty: build.isDirty),
        build: BuildReference(build.record).json,
        files: (build.files + build.given).map(\.planned))
      OutputFiles.removeLeftovers(
        of: state.files.map(\.name) + [build.record.name], in: options.output)
      return (state, BuildStage.summary(build))
    }
    var outcome = StagedOutcome(state: state, output: options.output)
    outcome.state.finished = [.build]
    outcome.stages[.build] = .done
    try folder.write(outcome.state)
    return outcome
  }

  /// Runs one stage and shows its line.
  func stage<Value: Sendable>(
    _ stage: ReleaseStage, doing: String, _ work: () async throws -> (Value, String)
  ) async throws -> Value {
    try await reporter.stage(stage.title, doing: doing, work)
  }

  static let noPolicy = CommandFailure(
    status: ExitStatus.usage.rawValue,
    Diagnostic(
      "there is no policy: nobody said who should sign the release",
      help: [
        "name one by --policy; `hallmark policy init` writes one from an attestation, which "
          + "`--until attest` makes"
      ]))

  private static func failure(
    _ obstacle: ReleaseResumption.Obstacle, in output: FilePath
  ) -> CommandFailure {
    let place = output.appending(ReleaseState.filename).string
    switch obstacle {
    case .nothingThere(let from):
      return CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "there is no release to go on with", place: place,
          help: [
            "leave out --from \(from.rawValue), or name the folder of the earlier stages by --out"
          ]))
    case .notReached(let stage, let from):
      return CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the stage `\(stage.rawValue)` is not done, and comes before `\(from.rawValue)`",
          place: place, help: ["leave out --from: the release goes on where it stopped"]))
    case .otherRelease(let differences):
      return CommandFailure(
        status: ExitStatus.differs.rawValue,
        Diagnostic(
          "an unfinished release is there, and it is another one", place: place,
          expected: differences.first.map { "\($0.what) \($0.wanted)" },
          found: differences.first.map { "\($0.what) \($0.found)" },
          notes: differences.dropFirst().map { "\($0.what): \($0.found), not \($0.wanted)" },
          help: [
            "finish it as it was begun, begin anew by --restart, or name the stage from which it "
              + "may differ by --from"
          ]))
    }
  }
}
