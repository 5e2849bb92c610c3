// SPDX-License-Identifier: Apache-2.0

import SystemPackage

/// A call of git that runs nothing that a repository names, and asks nobody.
///
/// A repository's own configuration may name programs for git to run. What can be switched off from
/// outside is: hooks, the file system monitor, pagers, transports, submodules.
struct GitCommand: Sendable {
  /// The folder in which git runs.
  let folder: FilePath
  /// Options of git itself, before the command.
  var options: [String] = []
  /// Configuration besides that of all calls.
  var configuration: [String] = []
  /// Variables besides those of all calls.
  var variables: [String: String] = [:]
  /// Variables that are taken over from this process.
  var inherited: [String] = []
  /// Most bytes of a file that git writes, a multiple of 512; none is asked where it is `nil`.
  var fileSizeLimit: Int?

  private static let configuration = [
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "credential.helper=",
    "diff.external=", "log.showSignature=false", "protocol.allow=never", "submodule.recurse=false",
  ]

  private static let variables = [
    "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "/bin/false", "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1", "GIT_PAGER": "cat", "LC_ALL": "C",
  ]

  /// Runs git and gives what it did, whatever its status.
  ///
  /// - Parameters:
  ///   - arguments: the command and its arguments.
  ///   - limit: most bytes that it may print.
  /// - Returns: what git did.
  /// - Throws: ``RebuildError`` where there is no git, or it prints more, `CancellationError`.
  func run(
    _ arguments: [String], limit: Int = ChildProcess.outputLimit
  ) async throws -> ChildProcess.Outcome {
    var environment = Self.variables.merging(variables) { $1 }
    for name in ["PATH", "TMPDIR"] + inherited {
      if let value = Platform.environment[name] { environment[name] = value }
    }
    let settings = (Self.configuration + configuration).flatMap { ["-c", $0] }
    // No portable way to limit a child but a shell; the arguments do not pass its parser.
    let limiting = fileSizeLimit.map {
      ["/bin/sh", "-c", "ulimit -f \($0 / 512) && exec \"$@\"", "sh"]
    }
    return try await ChildProcess(
      command: (limiting ?? []) + ["git", "--no-pager"] + options + settings + arguments,
      environment: environment, folder: folder
    ).collect(limit: limit)
  }
}
