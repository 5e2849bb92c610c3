// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import PythonPackaging

/// A file that a build in the sandbox made, and with what.
package struct BuiltFile: Sendable {
  /// Its name.
  package let filename: DistributionFilename
  /// Its contents.
  package let bytes: [UInt8]
  /// The requirements as they were locked.
  package let lock: BuildLock
  /// The environment.
  package let site: BuildSite
  /// What the back end asked for besides `pyproject.toml`.
  package let dynamicRequirements: [String]
  /// Where it was made.
  package let surroundings: BuildSurroundings
  /// The last lines of the log.
  package let logTail: [String]

  /// Its SHA-256.
  package var sha256: SHA256Hash { SHA256Hash(hashing: bytes) }
}
