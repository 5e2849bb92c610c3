// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging

/// A release whose files have all passed.
struct DownloadedRelease: Sendable {
  /// One file.
  struct File: Sendable {
    /// Its name.
    let filename: String
    /// Its digest.
    let sha256: SHA256Hash
    /// Who signed it.
    let signers: [String]
  }

  /// What was wanted.
  let requirement: Requirement
  /// The version that was taken.
  let version: Version
  /// The files.
  let files: [File]

  /// The requirement with its hashes, as `pip install --require-hashes` reads it.
  var lockedRequirement: String {
    ([requirement.text(version: version)]
      + files.map(\.sha256.hexadecimal).sorted().map { "    --hash=sha256:\($0)" })
      .joined(separator: " \\\n") + "\n"
  }

  /// A requirements file of releases.
  static func requirementsFile(_ releases: [DownloadedRelease]) -> String {
    "# Each file below passed its policy; install by: pip install --require-hashes -r FILE\n"
      + releases.map(\.lockedRequirement).joined()
  }

  /// The release for machines: an element of `releases` in `hallmark.download/v1`.
  var json: JSONValue {
    [
      "name": .string(requirement.project.normalized), "version": .string(version.normalized),
      "marker": requirement.marker.map { .string($0) } ?? .null,
      "extras": .array(requirement.extras.map { .string($0) }),
      "files": .array(
        files.map { file in
          [
            "filename": .string(file.filename), "sha256": .string(file.sha256.hexadecimal),
            "signers": .array(file.signers.map { .string($0) }),
          ]
        }),
    ]
  }
}
