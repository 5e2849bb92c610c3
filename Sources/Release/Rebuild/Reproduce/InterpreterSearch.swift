// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import PythonPackaging
import Reproducibility
import SystemPackage

/// The Pythons of this machine: those in `PATH`, of pyenv and of uv, newest first; or the one that
/// a person chose.
struct InterpreterSearch: Sendable {
  /// What was found, newest first.
  let interpreters: [Interpreter]
  /// Whether a person chose, so that no bound counts.
  let isChosen: Bool

  /// The minor versions of Python 3 that are looked for.
  private static let minors = (6...19).reversed()

  /// Looks for interpreters.
  ///
  /// - Parameter chosen: a path or a name in `PATH` that a person chose.
  /// - Throws: ``RebuildError`` of reason `environment` for a chosen one that does not run.
  init(chosen: String?) async throws {
    isChosen = chosen != nil
    if let chosen {
      interpreters = [try await Interpreter(python: chosen)]
      return
    }
    var found: [Interpreter] = []
    var seen: Set<FilePath> = []
    for program in Self.programs() where FileTree.isFile(program) {
      guard let interpreter = try? await Interpreter(python: program.string),
        seen.insert(interpreter.program).inserted
      else { continue }
      found.append(interpreter)
    }
    interpreters = found.sorted { Self.version(of: $0) > Self.version(of: $1) }
  }

  private static func programs() -> [FilePath] {
    let environment = Platform.environment
    var programs: [FilePath] = []
    for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
      // Shims of version managers are scripts that choose by folder.
      guard !folder.utf8.elementsEqual("shims".utf8), !folder.hasSuffix("/shims") else { continue }
      for minor in minors {
        programs.append(FilePath(String(folder)).appending("python3.\(minor)"))
      }
    }
    guard let home = environment["HOME"].map({ FilePath($0) }) else { return programs }
    let pyenv = environment["PYENV_ROOT"].map { FilePath($0) } ?? home.appending(".pyenv")
    for folder in [pyenv.appending("versions"), home.appending(".local/share/uv/python")] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
      programs += names.sorted().map { folder.appending($0).appending("bin/python3") }
    }
    return programs
  }

  private static func version(of interpreter: Interpreter) -> (Int, Int) {
    let numbers = interpreter.version.split(separator: ".").compactMap { Int($0) }
    return numbers.count > 2 ? (numbers[1], numbers[2]) : (0, 0)
  }

  /// The newest that is within bounds, and not a preview.
  func newest(within bounds: PythonBounds) -> Interpreter? {
    isChosen
      ? interpreters.first
      : interpreters.first { interpreter in
        guard let version = try? Version(interpreter.version) else { return false }
        return interpreter.implementation == "cpython"
          && bounds.allows(version, minor: Self.version(of: interpreter).0)
      }
  }
}
