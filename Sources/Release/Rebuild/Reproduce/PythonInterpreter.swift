// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import PythonPackaging
package import Reproducibility
package import SystemPackage

/// A Python of this machine.
package struct PythonInterpreter: Hashable, Sendable {
  /// The program.
  package let path: FilePath
  /// Its version.
  package let version: Version
  /// The minor version of Python 3.
  package let minor: Int

  /// The oldest and the newest minor versions that are looked for.
  private static let minors = 6...19

  /// Asks a program which Python it is; `nil` if it does not answer.
  package static func ask(_ program: String) async -> PythonInterpreter? {
    let script = """
      import sys,os,platform
      print(platform.python_version())
      print(os.path.realpath(sys.executable))
      """
    let environment = [
      "PATH": Platform.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent",
      "LC_ALL": "C.UTF-8",
    ]
    guard
      let outcome = try? await ChildProcess(
        command: [program, "-I", "-S", "-c", script], environment: environment, folder: "/"
      ).collect(limit: 1 << 14), outcome.isSuccess
    else { return nil }
    let lines = String(decoding: outcome.standardOutput, as: UTF8.self).split(separator: "\n")
    guard lines.count == 2, let version = try? Version(String(lines[0])) else { return nil }
    let numbers = lines[0].split(separator: ".")
    guard numbers.count > 1, numbers[0] == "3", let minor = Int(numbers[1]) else { return nil }
    return PythonInterpreter(path: FilePath(String(lines[1])), version: version, minor: minor)
  }

  /// The Pythons of this machine, newest first: those in `PATH`, of pyenv and of uv.
  package static func all() async -> [PythonInterpreter] {
    let environment = Platform.environment
    var programs: [FilePath] = []
    for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
      for minor in minors {
        programs.append(FilePath(String(folder)).appending("python3.\(minor)"))
      }
    }
    if let home = environment["HOME"].map({ FilePath($0) }) {
      let pyenv = environment["PYENV_ROOT"].map { FilePath($0) } ?? home.appending(".pyenv")
      for folder in [pyenv.appending("versions"), home.appending(".local/share/uv/python")] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
        for name in names.sorted() {
          programs.append(folder.appending(name).appending("bin/python3"))
        }
      }
    }
    var found: [PythonInterpreter] = []
    var seen: Set<FilePath> = []
    for program in programs where FileTree.isFile(program) {
      // Shims of version managers are scripts; only what they lead to counts.
      guard let interpreter = await ask(program.string), seen.insert(interpreter.path).inserted
      else { continue }
      found.append(interpreter)
    }
    return found.sorted { $0.version > $1.version }
  }

  /// The newest that is within bounds.
  package static func newest(
    of interpreters: [PythonInterpreter], within bounds: PythonBounds
  ) -> PythonInterpreter? {
    interpreters.first { bounds.allows($0.version, minor: $0.minor) }
  }
}
