// SPDX-License-Identifier: Apache-2.0

import Rebuild
import SystemPackage

/// The first stage: sdist and wheel as `hallmark build` makes them, with the record of the build.
struct BuildStage: Sendable {
  let options: HermeticBuild.Options
  let console: Console

  /// Builds into the output folder; `progress` gets each line that the build prints.
  ///
  /// - Throws: ``RebuildError``; `CommandFailure` of status 5 when the second build differs, with no
  ///   file in the output folder; `CancellationError`.
  func run(progress: @escaping @Sendable (String) -> Void) async throws -> BuiltRelease {
    let record = try await HermeticBuild.withWorkspace(options) { build in
      build.place.warn(on: console)
      let sdist = try await build.makeSdist(try await build.lock(log: progress), log: progress)
      let wheel = try await build.makeWheel(from: sdist, log: progress)
      let outcome = BuildRun.Outcome(
        record: nil, output: options.output,
        differences: [sdist, wheel].compactMap { file in
          if case .different(let report) = file.check { report } else { nil }
        })
      if let failure = outcome.failure { throw failure }
      return try build.publish(sdist, wheel)
    }
    return try BuiltRelease(recordAt: options.output.appending(record.filename))
  }

  /// The stage's line.
  static func summary(_ build: BuiltRelease) -> String {
    let source =
      if let commit = build.commit, !build.isDirty {
        "from commit \(commit.prefix(12))"
      } else {
        "from uncommitted files"
      }
    let more = build.given.isEmpty ? "" : ", \(build.given.count) wheels from elsewhere"
    return "\(build.project) \(build.version), sdist and wheel \(source), \(build.manner)\(more)"
  }
}
