// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
import PythonPackaging
package import SystemPackage

/// The lock of a project's build requirements, `pylock.build.toml`: what it is, and what it would be
/// if it were written now.
package struct ProjectLock: Sendable {
  /// Which uploads count.
  package enum Uploads: Hashable, Sendable {
    /// All.
    case any
    /// Those before a moment.
    case before(Timestamp)
    /// Those that counted for the lock that is there; without one, those before now.
    case asBefore
  }

  /// The folder of `pyproject.toml`.
  package var project: FilePath
  /// The interpreter's name or path.
  package var python: String
  /// Which uploads count.
  package var uploads: Uploads
  /// Environments.
  package var store: EnvironmentStore

  /// Describes a lock.
  package init(
    project: FilePath, python: String = "python3", uploads: Uploads = .asBefore,
    store: EnvironmentStore = EnvironmentStore()
  ) {
    self.project = project
    self.python = python
    self.uploads = uploads
    self.store = store
  }

  /// The file.
  package var path: FilePath { project.appending(BuildLock.filename) }

  /// The lock that is there.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements` or `files`.
  package func existing() throws(RebuildError) -> BuildLock? {
    guard FileTree.isFile(path) else { return nil }
    return try BuildLock(parsing: try FileTree.read(path, limit: 16 << 20))
  }

  /// Resolves the requirements of `pyproject.toml` and those that the back end, asked in the
  /// sandbox, adds for sdist and wheel.
  ///
  /// The same question has the same answer as long as no upload is deleted: a lock that is there
  /// keeps its moment and its version of Python, unless others are asked for.
  ///
  /// - Parameters:
  ///   - existing: the lock that is there; `nil` starts anew.
  ///   - progress: called with each line that is printed.
  /// - Returns: the lock.
  /// - Throws: ``RebuildError``, `CancellationError`.
  package func resolved(
    keeping existing: BuildLock?, log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> BuildLock {
    let configuration = try ProjectConfiguration(project: project)
    let interpreter = try await Interpreter(python: python)
    let place = SandboxedBuild.Place.sandbox(try await Sandbox.find())
    let source = try await SourceExport(
      project: project, output: project.appending("dist"), allowDirty: true)
    let moment: Timestamp? =
      switch uploads {
      case .any: nil
      case .before(let moment): moment
      case .asBefore: existing.map(\.uploadedBefore) ?? Timestamp(Date())
      }
    return try await FileTree.withTemporaryFolder { work in
      let tree = work.appending("source")
      try FileTree.makeFolder(tree)
      if source.wantsRepository(configuration) {
        try await source.exportRepository(into: tree)
      } else {
        try await source.export(into: tree)
      }
      var question = EnvironmentStore.Question(
        try BuildSystem(source: tree).requirements, uploadedBefore: moment)
      for kind in [SandboxedBuild.Kind.sdist, .wheel] {
        let build = try SandboxedBuild(
          source: tree, kind: kind, requirements: .resolved(question), interpreter: interpreter,
          sourceDateEpoch: source.time, place: place, store: store)
        for requirement in try await build.dynamicRequirements(log: progress)
        where !question.requirements.contains(requirement) {
          question.requirements.append(requirement)
        }
      }
      question.oldestPython =
        existing?.oldestPython
        ?? interpreter.version.split(separator: ".").prefix(2).joined(separator: ".")
      return try await store.lock(question, for: interpreter, log: progress)
    }
  }

  /// Writes a lock in place of what is there.
  ///
  /// - Throws: ``RebuildError`` of reason `files`.
  package func write(_ lock: BuildLock) throws {
    let temporary = project.appending(".\(BuildLock.filename).\(Platform.uniqueSuffix).partial")
    defer { try? FileManager.default.removeItem(atPath: temporary.string) }
    try FileTree.write(lock.bytes, to: temporary)
    do {
      try Platform.rename(temporary, to: path)
    } catch {
      throw RebuildError(.files, "cannot write `\(path)`")
    }
  }
}

extension BuildLock {
  /// What is different in a newer lock, one line per package and question.
  package func changes(to newer: BuildLock) -> [String] {
    func versions(_ lock: BuildLock) -> [String: String] {
      Dictionary(
        lock.pylock.packages.map { ($0.requirement.project.normalized, "\($0.version)") },
        uniquingKeysWith: { "\($0), \($1)" })
    }
    let (old, new) = (versions(self), versions(newer))
    var lines: [String] = []
    for name in Set(old.keys).union(new.keys).sorted() where old[name] != new[name] {
      lines.append("\(name): \(old[name] ?? "none") → \(new[name] ?? "none")")
    }
    if requirements?.sorted() != newer.requirements?.sorted() {
      let list = (newer.requirements ?? []).map { "`\($0)`" }.joined(separator: ", ")
      lines.append("the requirements are now \(list.isEmpty ? "none" : list)")
    }
    if lines.isEmpty, bytes != newer.bytes { lines.append("files or their digests") }
    return lines
  }
}
