// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
package import SystemPackage

/// One file, made from a source by its build back end (PEP 517) in the sandbox.
///
/// The back end is asked in the sandbox what it requires besides `pyproject.toml`; if it is more
/// than is there, all is resolved again with it and the build starts anew.
package struct SandboxedBuild: Sendable {
  /// What is made.
  package enum Kind: String, Hashable, Sendable {
    /// A source distribution.
    case sdist
    /// A wheel.
    case wheel
  }

  /// Where the build's requirements come from.
  package enum Requirements: Hashable, Sendable {
    /// They are resolved now; what the back end asks for is added.
    case resolved(EnvironmentStore.Question)
    /// They are locked; what the back end asks for must be among them.
    case locked(BuildLock)
  }

  /// Where the build runs.
  package enum Place: Sendable {
    /// In a sandbox.
    case sandbox(Sandbox)
    /// On this machine, with all that the caller may do.
    case unsandboxed

    /// What is to be said aloud before anything is built there.
    package var warning: String? {
      switch self {
      case .sandbox(let sandbox): sandbox.warning
      case .unsandboxed:
        "there is no sandbox: the build may read, change and send all that you may; time, output, "
          + "memory and processes are watched, disk only in its own temporary folder"
      }
    }
  }

  /// The source: a folder of files; its times count.
  package var source: FilePath
  /// The project's folder in the source; empty for the source itself.
  package var subfolder: String
  /// What is made.
  package var kind: Kind
  /// The back end.
  package var system: BuildSystem
  /// The build's requirements.
  package var requirements: Requirements
  /// The interpreter.
  package var interpreter: Interpreter
  /// The value of `SOURCE_DATE_EPOCH`; `nil` leaves it out.
  package var sourceDateEpoch: Int64?
  /// Further variables.
  package var variables: [String: String] = [:]
  /// Folders of tools outside `/usr` that the build may read at their own paths.
  package var toolchains: [FilePath] = []
  /// What the build can see of its place.
  package var conditions = Sandbox.Conditions.standard
  /// What it may use.
  package var limits = Sandbox.Limits()
  /// Where it runs.
  package var place: Place
  /// Environments.
  package var store: EnvironmentStore
  /// The answer to ``Requirements/resolved(_:)``, where the question was asked before.
  var firstLock: BuildLock?

  /// Describes a build in a sandbox, with the back end that the source names.
  ///
  /// - Throws: ``RebuildError`` of reason `project` or `files`.
  package init(
    source: FilePath, subfolder: String = "", kind: Kind, requirements: Requirements? = nil,
    interpreter: Interpreter,
    sourceDateEpoch: Int64?, place: Place, store: EnvironmentStore = EnvironmentStore()
  ) throws(RebuildError) {
    self.source = source
    self.subfolder = subfolder
    self.kind = kind
    system = try BuildSystem(source: source.appending(subfolder))
    self.requirements =
      requirements ?? .resolved(EnvironmentStore.Question(system.requirements))
    self.interpreter = interpreter
    self.sourceDateEpoch = sourceDateEpoch
    self.place = place
    self.store = store
  }

  /// Builds.
  ///
  /// - Parameter progress: called with each line that is printed, without line end.
  /// - Returns: the file.
  /// - Throws: ``RebuildError`` of reason `requirements` when these cannot be had, `limit` when the
  ///   build went beyond one, `build` when it failed, `output` when its file has no proper name;
  ///   `CancellationError`. No process is left then, and no file.
  package func run(
    log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> BuiltFile {
    var log = BuildLog(file: nil, progress: progress)
    return try await run(log: &log)
  }

  func run(log: inout BuildLog) async throws -> BuiltFile {
    var (lock, known) = try await startingLock(log: &log)
    // A back end's answer depends on the source alone; two rounds are more than any needs.
    for _ in 0..<3 {
      let site = try await store.environment(for: lock, interpreter: interpreter, log: &log)
      let run = SandboxRun(build: self, site: site, hook: "build_\(kind.rawValue)", known: known)
      let result = try await run.run(log: &log)
      if let file = result.file {
        return BuiltFile(
          filename: try Self.filename(file.name, kind: kind), bytes: file.bytes, lock: lock,
          site: site, dynamicRequirements: result.requirements,
          surroundings: result.surroundings, logTail: log.tail)
      }
      let wanted = result.requirements
      switch requirements {
      case .resolved(var question):
        question.requirements += wanted.filter { !question.requirements.contains($0) }
        lock = try await store.lock(question, for: interpreter, log: &log)
      case .locked(let locked):
        for requirement in wanted { try locked.check(satisfies: requirement, on: interpreter) }
      }
      known = wanted
    }
    throw RebuildError(
      .build, "the build back end asks for other requirements each time it is asked",
      logTail: log.tail)
  }

  /// Asks the back end what it requires besides `pyproject.toml`, and builds nothing.
  ///
  /// - Throws: ``RebuildError``, `CancellationError`.
  package func dynamicRequirements(
    log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> [String] {
    var log = BuildLog(file: nil, progress: progress)
    let (lock, _) = try await startingLock(log: &log)
    let site = try await store.environment(for: lock, interpreter: interpreter, log: &log)
    let run = SandboxRun(build: self, site: site, hook: nil, known: nil)
    return try await run.run(log: &log).requirements
  }

  // The requirements that need no second look, and the lock that has them.
  private func startingLock(log: inout BuildLog) async throws -> (BuildLock, known: [String]) {
    switch requirements {
    case .resolved(let question):
      if let firstLock { return (firstLock, question.requirements) }
      return (try await store.lock(question, for: interpreter, log: &log), question.requirements)
    case .locked(let lock): return (lock, lock.requirements ?? [])
    }
  }

  private static func filename(
    _ name: String, kind: Kind
  ) throws(RebuildError) -> DistributionFilename {
    do {
      let filename = try DistributionFilename(name)
      let type = kind == .sdist ? "sdist" : "bdist_wheel"
      guard filename.filetype == type else {
        throw RebuildError(.output, "the build made `\(filename)`, which is no \(kind.rawValue)")
      }
      return filename
    } catch let error as RebuildError {
      throw error
    } catch {
      throw RebuildError(.output, "the build made an unexpected file: \(error)")
    }
  }
}
