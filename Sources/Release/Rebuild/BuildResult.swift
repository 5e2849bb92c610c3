// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging
package import SystemPackage

/// What a build made, from what, and how: all that provenance says about it.
package struct BuildResult: Sendable {
  /// One file of the release.
  package struct File: Sendable {
    /// The file's name.
    package let filename: DistributionFilename
    /// Where it lies now.
    package let path: FilePath
    /// Its SHA-256.
    package let sha256: SHA256Hash
    /// Its size in bytes.
    package let size: Int64
  }

  /// The versions of the programs that built.
  package struct Tools: Sendable {
    /// Python, such as `3.11.7`.
    package let python: String
    /// pip.
    package let pip: String
    /// PyPA's `build`.
    package let build: String
    /// The build's requirements as `pyproject.toml` writes them.
    package let requirements: [String]
    /// The build back end's import path, if `pyproject.toml` names it.
    package let backend: String?
    /// The back end as it names itself in the wheel, such as `hatchling 1.27.0`.
    package let generator: String?
  }

  /// The project's name, in the spelling of its metadata.
  package let project: ProjectName
  /// The version that was built.
  package let version: Version
  /// The source distribution, then the wheel.
  package let files: [File]
  /// The commit that was built; `nil` outside of git.
  package let commit: String?
  /// The branch or tag at the commit, else the commit's id; `nil` outside of git.
  package let ref: String?
  /// The project's folder relative to the top of its repository; empty at the top.
  package let subfolder: String
  /// Whether the source was not exactly that of the commit.
  package let isDirty: Bool
  /// The value of `SOURCE_DATE_EPOCH`, in seconds.
  package let sourceDateEpoch: Int64
  /// The versions of the programs.
  package let tools: Tools
  /// The commands in order, each as its arguments; the temporary folder is written `$WORK`.
  package let commands: [[String]]
  /// When the build started.
  package let startedOn: Timestamp
  /// When it finished.
  package let finishedOn: Timestamp
  /// Where the build's log is, if one was asked for.
  package let log: FilePath?
}
