// SPDX-License-Identifier: Apache-2.0

/// Why a project cannot be exported, built or installed.
package struct RebuildError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The class of the failure.
  package enum Reason: String, Hashable, Sendable {
    /// The folder has no usable `pyproject.toml`.
    case project
    /// The source tree is not a git commit that can be built from.
    case source
    /// A program that is needed is missing or too old.
    case environment
    /// There is no sandbox on this machine.
    case sandbox
    /// A requirement of the build cannot be had: no such version, no wheel, or no index.
    case requirements
    /// The build went beyond a limit; see ``RebuildError/limit``.
    case limit
    /// The build ran and failed.
    case build
    /// The build's files are not what the project says.
    case output
    /// The package cannot be installed or run.
    case install
    /// Files cannot be read or written.
    case files
  }

  /// The class of the failure.
  package let reason: Reason
  /// What happened: lower case, one sentence, no full stop.
  package let message: String
  /// What the user can do about it.
  package let help: String?
  /// The last lines of the program's output, if one ran.
  package let logTail: [String]
  /// The limit, if one ended the build.
  package let limit: Sandbox.Limits.Kind?

  init(
    _ reason: Reason, _ message: String, help: String? = nil, logTail: [String] = [],
    limit: Sandbox.Limits.Kind? = nil
  ) {
    self.reason = reason
    self.message = message
    self.help = help
    self.logTail = logTail
    self.limit = limit
  }

  /// The message alone.
  package var description: String { message }
}
