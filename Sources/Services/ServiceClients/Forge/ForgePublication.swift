// SPDX-License-Identifier: Apache-2.0

import Encodings
package import TrustedPublishing

/// The files of a release at a forge, in three phases, so that it can be gated together with an
/// index: `prepare` only reads; `stage` puts the files where nobody else sees them, and reads them
/// back; `publish` makes them visible.
///
/// Nothing is uploaded twice and nothing that is there is changed. A release that is published
/// already has no place where files are unseen, so its missing files go up in `publish`. Whatever
/// happens, each phase can be run again from the start.
package struct ForgePublication: Sendable {
  /// Why a phase did not come to its end, and what is out now.
  package struct Failure: Error, Sendable {
    /// What happened: ``TransportError``, ``ForgeProblem``, `ForgePlan.Problem`, ``LocalFileError``.
    package let cause: any Error
    /// What can be seen at the forge, and by whom.
    package let exposure: ForgeExposure
  }

  /// What was put where nobody else sees it.
  package struct Staged: Sendable {
    /// The release as it was before.
    package let plan: ForgePlan
    /// The release as it was compared.
    package let release: ForgeRelease
    /// The names of the files that were uploaded.
    package let uploaded: [String]
  }

  /// A finished publication.
  package struct Outcome: Hashable, Sendable {
    /// The release's page.
    package let page: String
    /// The names of the files that this run uploaded.
    package let uploaded: [String]
    /// Whether everything was there and visible before.
    package let wasDone: Bool
    /// Whether the forge says that the release can no longer be changed.
    package let isImmutable: Bool
  }

  /// The API.
  package let service: any ForgeService
  private let files: [ForgeFile]
  private let commit: String?
  private let firstPause: Duration

  private static let attempts = 3

  /// Says what is to be published.
  ///
  /// - Parameters:
  ///   - files: the files; their names must differ.
  ///   - service: the API of the release.
  ///   - commit: the commit that was built, if there is one: the tag must stand for it.
  ///   - firstPause: the time before an upload that ended unclearly is tried again; doubled then.
  package init(
    _ files: [ForgeFile], at service: any ForgeService, commit: String?,
    firstPause: Duration = .seconds(1)
  ) {
    self.files = files
    self.service = service
    self.commit = commit
    self.firstPause = firstPause
  }

  /// Compares the files with what is there; files whose digest the forge does not tell are read.
  ///
  /// - Throws: ``Failure``, `CancellationError`.
  package func prepare() async throws -> ForgePlan {
    var progress = ForgeExposure.nothingSent
    return try await tracking(&progress) { progress in
      let release = try await service.current()
      var plan = ForgePlan(files.map(\.file), release: release)
      progress = ForgeExposure(release, names: files.map(\.file.name))
      for file in plan.files.unread {
        guard let asset = release.asset(named: file.name) else { continue }
        let found = try await read(asset, size: file.size)
        plan = ForgePlan(
          release: release,
          files: found.map { plan.files.settling(file.name, digest: $0) }
            ?? plan.files.replacing(file.name) { _ in .conflict(.otherSize(asset.size ?? -1)) })
      }
      if let problem = plan.problem(tag: service.reference.tag, commit: commit) { throw problem }
      return plan
    }
  }

  /// Uploads what is missing where nobody else sees it, and compares all files by reading them.
  ///
  /// For a release that is published, or a plan with nothing to do, nothing is sent.
  ///
  /// - Throws: ``Failure``, `CancellationError`.
  package func stage(_ plan: ForgePlan) async throws -> Staged {
    var progress = ForgeExposure(plan.release, names: files.map(\.file.name))
    return try await tracking(&progress) { progress in
      guard !plan.release.isPublished else {
        return Staged(plan: plan, release: plan.release, uploaded: [])
      }
      let release = try await draft(plan.release)
      progress = progress.withDraft(service.hasDrafts)
      let assets = try await complete(plan, release: release, progress: &progress)
      return Staged(
        plan: plan, release: release.with(assets), uploaded: plan.files.uploads.map(\.name))
    }
  }

  /// Makes the files visible to everybody, and looks whether they are.
  ///
  /// - Throws: ``Failure``, `CancellationError`.
  package func publish(_ staged: Staged) async throws -> Outcome {
    let names = files.map(\.file.name)
    var progress = ForgeExposure(staged.plan.release, names: names)
    if !staged.plan.release.isPublished { progress = progress.staged(names, service.hasDrafts) }
    return try await tracking(&progress) { progress in
      var before = try await service.current()
      var uploaded = staged.uploaded
      var compared = staged.release
      if staged.plan.release.isPublished {
        let assets = try await complete(staged.plan, release: before, progress: &progress)
        compared = before.with(assets)
        uploaded = staged.plan.files.uploads.map(\.name)
        before = try await service.current()
      }
      try checkUnchanged(compared, before)
      let isVisible = before.isPublished && names.allSatisfy(before.visibleNames.contains)
      if !isVisible {
        progress = progress.unclear()
        do {
          try await service.publish(before, names: names)
        } catch let error as TransportError where error.mayHaveWorked {
          // What counts is what is there now.
          let now = try? await service.current()
          guard let now, now.isPublished, names.allSatisfy(now.visibleNames.contains) else {
            if let now { progress = ForgeExposure(now, names: names) }
            throw error
          }
        } catch {
          if let now = try? await service.current() { progress = ForgeExposure(now, names: names) }
          throw error
        }
      }
      let after = try await service.current()
      progress = ForgeExposure(after, names: names)
      try checkUnchanged(compared, after)
      guard after.isPublished else { throw ForgeProblem.gone }
      for name in names where !after.visibleNames.contains(name) {
        throw ForgeProblem.changed(name: name)
      }
      let isImmutable = after.state == .published(isImmutable: true)
      return Outcome(
        page: after.page, uploaded: uploaded, wasDone: staged.plan.isDone && uploaded.isEmpty,
        isImmutable: isImmutable)
    }
  }

  private func draft(_ release: ForgeRelease) async throws -> ForgeRelease {
    guard release.state == .absent else { return release }
    do {
      return try await service.makeDraft(release)
    } catch let error as TransportError where error.mayHaveWorked {
      let now = try await service.current()
      guard now.state == .draft else { throw error }
      return now
    }
  }

  /// Uploads what is missing, and reads every file back.
  private func complete(
    _ plan: ForgePlan, release: ForgeRelease, progress: inout ForgeExposure
  ) async throws -> [ForgeRelease.Asset] {
    let missing = Set(plan.files.uploads.map(\.name))
    var assets: [ForgeRelease.Asset] = []
    for file in files {
      let asset: ForgeRelease.Asset
      if missing.contains(file.file.name) {
        if release.isPublished { progress = progress.unclear() }
        asset = try await upload(file, to: release)
        progress = progress.adding(
          file.file.name, isVisible: release.isPublished && service.hasDrafts)
      } else if let there = release.asset(named: file.file.name) {
        asset = there
      } else {
        throw ForgeProblem.changed(name: file.file.name)
      }
      assets.append(asset)
    }
    for (file, asset) in zip(files, assets) {
      let found = try await read(asset, size: file.file.size)
      guard found == file.file.sha256 else {
        throw ForgeProblem.differs(
          name: file.file.name, expected: file.file.sha256, found: found)
      }
    }
    return assets
  }

  /// The digest of an asset; `nil` for a file that is larger than it should be.
  private func read(_ asset: ForgeRelease.Asset, size: Int64) async throws -> SHA256Hash? {
    do {
      return try await service.digest(of: asset, limit: size)
    } catch let error as TransportError where error.reason == .tooLarge {
      return nil
    }
  }

  /// Uploads one file; after an answer that leaves it open whether the file is there, looks first.
  private func upload(
    _ file: ForgeFile, to release: ForgeRelease
  ) async throws -> ForgeRelease.Asset {
    let name = file.file.name
    if let partial = release.asset(named: name), !partial.isComplete {
      try await service.remove(partial: partial)
    }
    var pause = firstPause
    for attempt in 1... {
      do {
        return try await service.upload(file, to: release)
      } catch let error as TransportError where error.mayHaveWorked || error.saysTaken {
        let asset = try await service.current().asset(named: name)
        if let asset, asset.isComplete { return asset }
        guard error.mayHaveWorked, attempt < Self.attempts else { throw error }
        if let asset { try await service.remove(partial: asset) }
        try await Task.sleep(for: pause)
        pause = pause * 2
      }
    }
    throw CancellationError()
  }

  /// Checks that the files are those that were compared.
  private func checkUnchanged(_ compared: ForgeRelease, _ now: ForgeRelease) throws {
    // Without drafts, the number of the release says nothing.
    guard !service.hasDrafts || (now.state != .absent && now.number == compared.number) else {
      throw ForgeProblem.gone
    }
    if let expected = compared.commit, let found = now.commit,
      !found.utf8.elementsEqual(expected.utf8)
    {
      throw ForgePlan.Problem.otherCommit(
        tag: service.reference.tag, found: found, expected: expected)
    }
    if compared.state == .draft {
      for asset in now.assets where compared.asset(named: asset.name) == nil {
        throw ForgeProblem.changed(name: asset.name)
      }
    }
    for file in files {
      let name = file.file.name
      guard let asset = now.asset(named: name), asset.isComplete,
        asset.size == nil || asset.size == file.file.size,
        asset.sha256 == nil || asset.sha256 == file.file.sha256
      else { throw ForgeProblem.changed(name: name) }
      if let before = compared.asset(named: name), before.number != 0,
        before.number != asset.number
      {
        throw ForgeProblem.changed(name: name)
      }
    }
  }

  private func tracking<Value>(
    _ progress: inout ForgeExposure, _ work: (inout ForgeExposure) async throws -> Value
  ) async throws -> Value {
    do {
      return try await work(&progress)
    } catch let error as CancellationError {
      throw error
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw Failure(cause: error, exposure: progress)
    }
  }
}

extension ForgeRelease {
  /// The same release with these files, besides what was in it under other names.
  fileprivate func with(_ assets: [Asset]) -> ForgeRelease {
    ForgeRelease(
      state: state, number: number, commit: commit,
      assets: self.assets.filter { old in
        !assets.contains { $0.name.utf8.elementsEqual(old.name.utf8) }
      } + assets, visibleNames: visibleNames,
      foreignNames: foreignNames, uploadAddress: uploadAddress, page: page)
  }
}

extension TransportError {
  /// Whether the service may have done what it was asked, or may do it a moment later.
  var mayHaveWorked: Bool {
    switch reason {
    case .unreachable, .timeout, .rateLimited, .tooLarge, .badAnswer: true
    case .status(let status): status >= 500
    default: false
    }
  }

  /// Whether the service says that there is such a thing already.
  var saysTaken: Bool {
    switch reason {
    case .status(400), .status(409), .status(422): true
    default: false
    }
  }
}
