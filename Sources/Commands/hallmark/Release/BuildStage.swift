// SPDX-License-Identifier: Apache-2.0

import Rebuild
import SystemPackage

/// The first stage: sdist and wheel from a clean export of the commit.
struct BuildStage: Sendable {
  let options: ReleaseOptions

  /// Builds into the output folder; `progress` gets each line that the build prints.
  func run(progress: @escaping @Sendable (String) -> Void) async throws -> BuildResult {
    try await PackageBuild(
      project: options.project, output: options.output, allowDirty: options.allowDirty
    ).run(progress: progress)
  }

  /// The stage's line.
  static func summary(_ build: BuildResult) -> String {
    let source =
      if let commit = build.commit, !build.isDirty {
        "from commit \(commit.prefix(12))"
      } else {
        "from uncommitted files"
      }
    return "\(build.project) \(build.version), sdist and wheel \(source)"
  }
}
