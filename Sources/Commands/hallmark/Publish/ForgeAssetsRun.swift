// SPDX-License-Identifier: Apache-2.0

import Encodings
import ServiceClients
import TrustedPublishing
import Verification

/// The forge's part of a publication: planned before the index gives a token, staged before anything
/// is uploaded to the index, and made visible after the index has everything.
struct ForgeAssetsRun: Sendable {
  /// Where the assets go.
  let target: ForgeTarget
  /// The assets.
  let files: [ForgeFile]
  /// What is to be done.
  let plan: ForgePlan
  private let publication: ForgePublication

  /// Looks at the forge; nothing is sent.
  ///
  /// - Parameters:
  ///   - target: the release at the forge.
  ///   - release: the files, read and checked.
  ///   - withEvidence: whether the evidence beside them becomes assets too.
  ///   - commit: the commit that was built, if it is known.
  ///   - transport: how services are reached.
  /// - Throws: `CommandFailure`, `CancellationError`.
  init(
    _ target: ForgeTarget, _ release: LocalRelease, withEvidence: Bool, commit: String?,
    over transport: HTTPTransport
  ) async throws {
    self.target = target
    files = try ForgeAssets.files(of: release, withEvidence: withEvidence)
    publication = ForgePublication(
      files, at: target.service(for: release, over: transport), commit: commit)
    do {
      plan = try await publication.prepare()
    } catch let failure as ForgePublication.Failure {
      throw ForgeFailure.commandFailure(for: failure, at: target)
    }
  }

  /// Uploads what is missing where the public does not see it, and compares it.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func stage() async throws -> ForgePublication.Staged {
    do {
      return try await publication.stage(plan)
    } catch let failure as ForgePublication.Failure {
      throw ForgeFailure.commandFailure(for: failure, at: target)
    }
  }

  /// Makes everything visible.
  ///
  /// - Throws: `CancellationError` alone; the failure is part of what comes back.
  func publish(_ staged: ForgePublication.Staged) async throws -> Result<
    ForgePublication.Outcome, CommandFailure
  > {
    do {
      return .success(try await publication.publish(staged))
    } catch let failure as ForgePublication.Failure {
      return .failure(ForgeFailure.commandFailure(for: failure, at: target))
    }
  }

  /// What a plan comes to, in some words.
  var planSummary: String {
    if plan.isDone { return "all \(files.count) assets are public already" }
    let state =
      switch plan.release.state {
      case .absent: target.reference.kind == .github ? "a new draft" : "a new release"
      case .draft: "the draft that is there"
      case .published: "a release that is public already"
      }
    return "\(plan.files.uploads.count) of \(files.count) assets to upload to \(state)"
  }
}

/// What became of the assets, for people and machines.
struct ForgeAssetsOutcome: Sendable {
  /// How far it came.
  enum State: Sendable {
    /// Nothing was sent: a dry run.
    case planned
    /// The files are where the public does not see them, as far as the forge has such a place.
    case staged
    /// Everything is public.
    case published(ForgePublication.Outcome)
  }

  /// The run.
  let run: ForgeAssetsRun
  /// How far it came.
  var state = State.planned
  /// What stopped it.
  var failure: CommandFailure?

  /// What the public sees when the index's part has failed.
  var heldBack: String {
    switch run.plan.release.state {
    case .published: "\(run.target.name): nothing was sent, the release is as it was"
    case .absent where run.target.reference.kind == .gitlab:
      "\(run.target.name): \(run.files.count) files in the package registry, which no release "
        + "points to"
    case .absent, .draft:
      "\(run.target.name): a draft with \(run.files.count) files, which the public does not see"
    }
  }

  /// The stage's line at the end.
  var summary: String {
    guard case .published(let outcome) = state else { return run.planSummary }
    if outcome.wasDone { return "nothing to do: \(run.files.count) assets are public already" }
    return "\(run.files.count) assets public, \(outcome.uploaded.count) uploaded by this run"
      + (outcome.isImmutable ? ", immutable" : "")
  }

  /// The document's member `forge`.
  var json: JSONValue {
    var object = JSONObject([
      ("kind", .string(run.target.reference.kind.rawValue)),
      ("project", .string(run.target.reference.project)),
      ("tag", .string(run.target.reference.tag)), ("api", .string(run.target.base.description)),
    ])
    var uploaded: Set<String> = []
    switch state {
    case .planned: object["state"] = "planned"
    case .staged: object["state"] = "staged"
    case .published(let outcome):
      object["state"] = "published"
      object["page"] = .string(outcome.page)
      object["immutable"] = .boolean(outcome.isImmutable)
      uploaded = Set(outcome.uploaded)
    }
    object["assets"] = .array(
      run.files.map { file in
        [
          "name": .string(file.file.name), "sha256": .string(file.file.sha256.hexadecimal),
          "uploaded": .boolean(uploaded.contains(file.file.name)),
        ]
      })
    return .object(object)
  }
}
