// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility
import SystemPackage

/// Makes the wheels of a release again from its published sdist.
struct SdistReproduction: Sendable {
  let run: Reproduction
  let release: PublishedRelease

  func report() async throws -> ReproductionReport {
    var files: [FileReproduction] = []
    for item in release.items {
      let start = ContinuousClock.now
      var result = try await reproduce(item)
      result.duration = ContinuousClock.now - start
      files.append(result)
    }
    let name = release.items.first { $0.file.filename.filetype == "sdist" }?.file.filename.text
    return ReproductionReport(source: name ?? "no source", files: files)
  }

  private func reproduce(_ item: PublishedRelease.Item) async throws -> FileReproduction {
    let published = item.file
    let digest = (try? published.contents.get()).map { SHA256Hash(hashing: $0) }
    func ended(_ outcome: FileReproduction.Outcome) -> FileReproduction {
      FileReproduction(filename: published.filename, sha256: digest, outcome: outcome)
    }
    switch item.contents {
    case .failure(let failure): return item.ended(by: failure)
    case .success(.sdist):
      guard release.items.contains(where: { $0.file.filename.filetype != "sdist" }) else {
        return ended(
          .obstacle(
            RebuildFailure(
              .noSource, "an sdist is made from a repository, and none was given",
              help: "rebuild it by --from git --repository, or give a wheel that it makes")))
      }
      return ended(.source)
    case .success(.wheel(let bytes, let traits)):
      guard let sdist = release.sdist else {
        let failure = release.sdistFailure
        return ended(
          .obstacle(
            RebuildFailure(
              failure?.obstacle ?? .noSource,
              failure?.message ?? "there is no sdist of `\(published.filename)` to build from",
              help: failure?.help)))
      }
      let inference = BuildInference(
        wheel: traits, sdist: sdist.traits, metadata: traits.metadata ?? sdist.traits.metadata,
        uploadTime: run.bound(of: published),
        isTimeGiven: run.choices.uploadedBefore != nil, source: .sdist,
        date: run.choices.sourceDateEpoch)
      return try await FileTree.withTemporaryFolder { work in
        let folder = work.appending("source")
        try FileTree.makeFolder(folder)
        try SdistSource(parsing: sdist.bytes).extract(into: folder)
        let target = ReproductionBuilder.Target(
          filename: published.filename, bytes: bytes, inference: inference,
          uploadedBefore: run.bound(of: published))
        return try await run.builder.reproduce(target) { variant in
          try await run.builder.build(.wheel, source: folder, variant: variant, of: target)
        }
      }
    }
  }
}
