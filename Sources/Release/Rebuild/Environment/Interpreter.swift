// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
package import SystemPackage

/// A Python interpreter of the host, as builds see it.
package struct Interpreter: Hashable, Sendable {
  /// The program, without links; virtual environments are left for what they stand on.
  package let program: FilePath
  /// The folder it is installed in (`sys.base_prefix`).
  package let prefix: FilePath
  /// The version, such as `3.11.7`.
  package let version: String
  /// The implementation, such as `cpython`.
  package let implementation: String
  /// The SHA-256 of the program's file.
  package let sha256: SHA256Hash

  /// The oldest minor version of Python 3 that the driver runs on.
  private static let oldestMinor = 6

  private static let script = """
    import json, os, sys
    print(json.dumps([os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable), \
    os.path.realpath(sys.base_prefix), os.path.realpath(sys.base_exec_prefix), \
    ".".join(map(str, sys.version_info[:3])), sys.implementation.name]))
    """

  /// Asks an interpreter who it is; nothing of its site packages is imported.
  ///
  /// - Parameter python: a path, or a name to be found in `PATH`.
  /// - Throws: ``RebuildError`` of reason `environment`.
  package init(python: String) async throws {
    let outcome: ChildProcess.Outcome
    do {
      outcome = try await ChildProcess(
        command: [python, "-I", "-S", "-c", Self.script],
        // All of it: version selectors such as pyenv's stand in between, and it is a person's own.
        environment: Platform.environment,
        folder: FilePath(FileManager.default.currentDirectoryPath)
      ).collect(limit: 1 << 16)
    } catch let error as RebuildError {
      throw RebuildError(.environment, error.message, help: Platform.venvHelp)
    }
    let answer = try? JSONNode(parsing: outcome.standardOutput).array(limit: 5).map {
      try $0.string()
    }
    guard outcome.isSuccess, let answer, answer.count == 5 else {
      throw RebuildError(
        .environment, "`\(python)` does not run", help: Platform.venvHelp,
        logTail: outcome.standardError.split(separator: "\n").suffix(5).map(String.init))
    }
    let numbers = answer[3].split(separator: ".").compactMap { Int($0) }
    guard numbers.count == 3, numbers[0] == 3, numbers[1] >= Self.oldestMinor else {
      throw RebuildError(
        .environment, "`\(python)` is Python \(answer[3]), but 3.6 or newer is needed",
        help: Platform.venvHelp)
    }
    program = FilePath(answer[0])
    prefix = FilePath(answer[1])
    version = answer[3]
    implementation = answer[4]
    sha256 = try FileTree.digest(program).sha256
    let home = FilePath(Platform.environment["HOME"] ?? "/")
    for folder in [prefix, FilePath(answer[2])] where !folder.starts(with: "/usr") {
      // The whole prefix is shown to builds.
      guard folder.components.count > 1, !home.starts(with: folder) else {
        throw RebuildError(
          .environment, "`\(python)` is installed in `\(folder)`, which builds may not see",
          help: "use a Python in a folder of its own")
      }
    }
    guard answer[2] == answer[1] || FilePath(answer[2]).starts(with: "/usr") else {
      throw RebuildError(
        .environment, "`\(python)` is installed in two folders, `\(prefix)` and `\(answer[2])`",
        help: "use a Python in one folder")
    }
  }

  /// What builds must see of it beyond `/usr`.
  var mounts: [Sandbox.Mount] {
    prefix.starts(with: "/usr") ? [] : [Sandbox.Mount(source: prefix, target: prefix)]
  }
}
