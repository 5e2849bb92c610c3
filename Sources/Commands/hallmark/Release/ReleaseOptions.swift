// SPDX-License-Identifier: Apache-2.0

import Rebuild
import SystemPackage

/// What a release is asked to do.
struct ReleaseOptions: Sendable {
  /// The embedded stack's data folder; a temporary one if `nil`.
  var data: FilePath?
  /// The port of the embedded stack; any free one if `nil`.
  var port: Int?
  /// Whether the stack stays.
  var keep: Bool
  /// What to build, and how.
  var build: HermeticBuild.Options
  /// The version of this program.
  var version: String

  /// The folder of `pyproject.toml`.
  var project: FilePath { build.project }
  /// Where the files of the release go.
  var output: FilePath { build.output }
}
