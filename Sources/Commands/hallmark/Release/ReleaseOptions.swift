// SPDX-License-Identifier: Apache-2.0

import SystemPackage

/// What a release is asked to do.
struct ReleaseOptions: Sendable {
  /// The folder of `pyproject.toml`.
  var project: FilePath
  /// Where the files of the release go.
  var output: FilePath
  /// The embedded stack's data folder; a temporary one if `nil`.
  var data: FilePath?
  /// The port of the embedded stack; any free one if `nil`.
  var port: Int?
  /// Whether the stack stays.
  var keep: Bool
  /// Whether a source tree that is not a clean commit is built all the same.
  var allowDirty: Bool
  /// The version of this program.
  var version: String
}
