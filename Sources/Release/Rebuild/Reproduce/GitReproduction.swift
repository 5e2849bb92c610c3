// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility
import SystemPackage

/// Makes a release's sdist and wheels again from a repository: the sdist from the checkout, the
/// wheel from that sdist, or else from the checkout.
struct GitReproduction: Sendable {
  let run: Reproduction
  let release: PublishedRelease
  let repository: String
  let wanted: SourceCheckout.Wanted

  func report() async throws -> ReproductionReport {
    try await FileTree.withTemporaryFolder { work in
      let checkout: SourceCheckout
      do {
        run.progress("cloning \(repository)")
        checkout = try await SourceCheckout(
          cloning: repository, wanted: wanted, into: work.appending("checkout"))
      } catch let problem as SourceCheckout.Problem {
        return withoutSource(problem)
      }
      run.progress("rebuilding commit \(checkout.commit)")
      let subfolder: String
      do {
        subfolder =
          try project.map { project throws(RebuildFailure) in
            try checkout.folder(of: project, named: run.choices.subdirectory)
          } ?? ""
      } catch let failure as RebuildFailure {
        return withoutSource(failure)
      }
      var sdists = BuiltSdists()
      var files: [FileReproduction] = []
      for item in release.items {
        let start = ContinuousClock.now
        var result = try await reproduce(
          item, of: checkout, in: subfolder, sdists: &sdists)
        result.duration = ContinuousClock.now - start
        files.append(result)
      }
      var report = ReproductionReport(source: repository, files: files)
      report.tag = checkout.tag
      report.commit = checkout.commit
      report.subdirectory = subfolder.isEmpty ? nil : subfolder
      report.isCommitAttested = wanted.attestedCommit != nil
      return report
    }
  }

  private var project: ProjectName? { release.items.first?.file.filename.project }

  private func withoutSource(_ problem: SourceCheckout.Problem) -> ReproductionReport {
    let failure =
      switch problem {
      case .repository(let message): RebuildFailure(.noSource, message)
      case .reference(let message): RebuildFailure(.noReference, message)
      case .submodules(let commit):
        RebuildFailure(
          .noReference, "the commit \(commit.prefix(12)) has submodules, which are not fetched",
          help: SourceCheckout.submodulesHelp)
      case .moved(let tag, let commit, let attested):
        RebuildFailure(
          .tagMoved,
          "the tag `\(tag)` is at \(commit), but the attestation names \(attested)")
      }
    return withoutSource(failure)
  }

  private func withoutSource(_ failure: RebuildFailure) -> ReproductionReport {
    ReproductionReport(
      source: repository,
      files: release.items.map { item in
        FileReproduction(
          filename: item.file.filename,
          sha256: (try? item.file.contents.get()).map { SHA256Hash(hashing: $0) },
          outcome: .obstacle(failure))
      })
  }

  private func reproduce(
    _ item: PublishedRelease.Item, of checkout: SourceCheckout, in subfolder: String,
    sdists: inout BuiltSdists
  ) async throws -> FileReproduction {
    let published = item.file
    let inference: BuildInference
    let bytes: [UInt8]
    let source = BuildInference.Source.git(commitTime: checkout.commitTime)
    let isWheel: Bool
    switch item.contents {
    case .failure(let failure): return item.ended(by: failure)
    case .success(.wheel(let contents, let traits)):
      isWheel = true
      guard let metadata = traits.metadata ?? release.sdist?.traits.metadata else {
        return item.ended(
          by: RebuildFailure(
            .archiveRefused, "the metadata of `\(published.filename)` cannot be read"))
      }
      bytes = contents
      inference = BuildInference(
        wheel: traits, sdist: release.sdist?.traits, metadata: metadata,
        uploadTime: run.bound(of: published),
        isTimeGiven: run.choices.uploadedBefore != nil, source: source,
        date: run.choices.sourceDateEpoch)
    case .success(.sdist(let contents, let traits)):
      isWheel = false
      bytes = contents
      inference = BuildInference(
        wheel: release.wheel, sdist: traits, metadata: traits.metadata,
        uploadTime: run.bound(of: published),
        isTimeGiven: run.choices.uploadedBefore != nil, source: source,
        date: run.choices.sourceDateEpoch)
    }
    let target = ReproductionBuilder.Target(
      filename: published.filename, bytes: bytes, inference: inference,
      uploadedBefore: run.bound(of: published))
    var made = sdists
    defer { sdists = made }
    return try await run.builder.reproduce(target) { variant in
      let prepare = { try await self.prepare(checkout, in: subfolder, variant: variant) }
      if isWheel, variant.buildsWheelFromCheckout {
        try await prepare()
        return try await run.builder.build(
          .wheel, source: checkout.folder, variant: variant, of: target, subfolder: subfolder)
      }
      let sdist = try await made.sdist(
        by: run.builder, from: checkout.folder, subfolder: subfolder, variant: variant, of: target,
        prepare: prepare)
      return isWheel ? try await wheel(from: sdist, variant: variant, of: target) : sdist
    }
  }

  private func wheel(
    from sdist: BuiltFile, variant: BuildVariant, of target: ReproductionBuilder.Target
  ) async throws -> BuiltFile {
    try await FileTree.withTemporaryFolder { folder in
      let unpacked: SdistSource
      do {
        unpacked = try SdistSource(parsing: sdist.bytes)
      } catch {
        throw RebuildFailure(.buildFailed, "the rebuilt sdist cannot be read: \(error)")
      }
      try unpacked.extract(into: folder)
      return try await run.builder.build(.wheel, source: folder, variant: variant, of: target)
    }
  }

  private func prepare(
    _ checkout: SourceCheckout, in subfolder: String, variant: BuildVariant
  ) async throws {
    try await checkout.restore(withWindowsLineEndings: variant.hasWindowsLineEndings)
    checkout.setTimes(variant.sourceDateEpoch ?? checkout.commitTime)
    guard variant.replaysTimes, let sdist = release.sdist?.traits else { return }
    _ = RecordedTimes.replay(
      sdist.recordedTimes, on: checkout.folder.appending(subfolder))
  }
}
