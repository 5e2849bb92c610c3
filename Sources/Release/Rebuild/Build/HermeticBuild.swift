// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
package import SystemPackage

/// The build of a release that can be proved: from a clean export of one commit, in the sandbox,
/// with locked requirements, and a second time under other conditions.
///
/// A caller goes through ``lock(_:)``, ``makeSdist()``, ``makeWheel()`` and ``publish()``; each step
/// has a log file of its own. The workspace is temporary; nothing appears in the output folder
/// before ``publish()``.
package struct HermeticBuild: Sendable {
  /// What to build, and how.
  package struct Options: Sendable {
    /// The folder of `pyproject.toml`.
    package var project: FilePath
    /// Where the files go.
    package var output: FilePath
    /// Where the logs go; the folder `logs` in the output folder by default.
    package var logs: FilePath?
    /// Whether a source that is not a clean commit is built all the same.
    package var allowDirty = false
    /// The interpreter's name or path.
    package var python = "python3"
    /// Whether everything is built a second time and compared.
    package var checks = true
    /// Whether the build runs without a sandbox.
    package var isUnsandboxed = false
    /// Folders of tools outside `/usr` that the build may read; the programs in their `bin` are
    /// found.
    package var toolchains: [FilePath] = []
    /// What a build may use.
    package var limits = Sandbox.Limits()
    /// Further wheels of the release, made elsewhere.
    package var wheels: [FilePath] = []
    /// The version of this program, for the record.
    package var toolVersion = ""
    /// Environments.
    package var store = EnvironmentStore()

    /// Describes a build.
    package init(project: FilePath, output: FilePath) {
      self.project = project
      self.output = output
    }
  }

  /// What is asked for.
  package let options: Options
  /// The source.
  package let source: SourceExport
  /// What `pyproject.toml` says.
  package let configuration: ProjectConfiguration
  /// The interpreter.
  package let interpreter: Interpreter
  /// The place of the builds.
  package let place: SandboxedBuild.Place

  let startedOn: Timestamp
  /// Each toolchain with the digest of all that is in its folder.
  let toolchains: [(folder: FilePath, sha256: SHA256Hash)]
  private let work: FilePath

  /// Prepares a build, runs `body`, and removes the workspace.
  ///
  /// - Throws: ``RebuildError`` of reason `project`, `source`, `sandbox`, `environment` or `files`,
  ///   and what `body` throws.
  package static func withWorkspace<Result>(
    _ options: Options, _ body: (HermeticBuild) async throws -> Result
  ) async throws -> Result {
    try await FileTree.withTemporaryFolder { work in
      try await body(try await HermeticBuild(options, work: work))
    }
  }

  private init(_ options: Options, work: FilePath) async throws {
    startedOn = Timestamp(Date())
    self.options = options
    self.work = work
    configuration = try ProjectConfiguration(project: options.project)
    source = try await SourceExport(
      project: options.project, output: options.output, allowDirty: options.allowDirty)
    try FileTree.makeFolder(options.output)
    try FileTree.checkWritable(options.output)
    place = options.isUnsandboxed ? .unsandboxed : .sandbox(try await Sandbox.find())
    interpreter = try await Interpreter(python: options.python)
    toolchains = try options.toolchains.map { ($0, try FolderManifest.sha256(of: $0)) }
    let tree = work.appending("source")
    try FileTree.makeFolder(tree)
    if source.wantsRepository(configuration) {
      try await source.exportRepository(into: tree)
    } else {
      try await source.export(into: tree)
    }
  }

  /// The back end that the source names.
  func backend() throws(RebuildError) -> String { try BuildSystem(source: tree).backend }

  /// The SHA-256 of the resolver that is in the cache, if it is the one that is pinned.
  var resolverDigest: SHA256Hash? {
    UVTool.digest(ofGenuine: UVTool.place(in: options.store.cache))
  }

  private var tree: FilePath { work.appending("source") }

  /// Where the log files are.
  package var logs: FilePath { options.logs ?? options.output.appending("logs") }

  /// The committed lock, if the project has one.
  ///
  /// - Throws: ``RebuildError`` of reason `requirements` or `files`.
  package func committedLock() throws(RebuildError) -> BuildLock? {
    try FileTree.readSource(BuildLock.filename, in: tree, limit: Pylock.sizeLimit)
      .map { bytes throws(RebuildError) in try BuildLock(parsing: bytes) }
  }

  /// Takes the committed lock, or resolves the requirements of `pyproject.toml` now.
  ///
  /// - Parameter progress: called with each line that is printed.
  /// - Returns: the requirements for ``makeSdist(_:log:)``.
  /// - Throws: ``RebuildError``, `CancellationError`.
  package func lock(
    log progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> LockedRequirements {
    let system = try BuildSystem(source: tree)
    return try await logged("lock", progress) { log in
      if let committed = try committedLock() {
        for requirement in system.requirements {
          try committed.check(satisfies: requirement, on: interpreter)
        }
        return LockedRequirements(lock: committed, isCommitted: true)
      }
      let question = Self.question(system.requirements)
      return LockedRequirements(
        lock: try await options.store.lock(question, for: interpreter, log: &log),
        isCommitted: false)
    }
  }

  /// Makes the source distribution from the commit.
  ///
  /// - Throws: ``RebuildError``, `ArchiveError`, `CancellationError`.
  package func makeSdist(
    _ requirements: LockedRequirements, log progress: @escaping @Sendable (String) -> Void
  ) async throws -> CheckedFile {
    try await make(.sdist, from: tree, requirements, log: progress)
  }

  /// Makes the wheel from the source distribution.
  ///
  /// - Throws: ``RebuildError``, `ArchiveError`, `CancellationError`.
  package func makeWheel(
    from sdist: CheckedFile, log progress: @escaping @Sendable (String) -> Void
  ) async throws -> CheckedFile {
    let folder = work.appending("unpacked")
    try FileTree.makeFolder(folder)
    try SdistSource(parsing: sdist.bytes).extract(into: folder)
    return try await make(.wheel, from: folder, sdist.requirements, log: progress)
  }

  private func make(
    _ kind: SandboxedBuild.Kind, from folder: FilePath, _ requirements: LockedRequirements,
    log progress: @escaping @Sendable (String) -> Void
  ) async throws -> CheckedFile {
    let asked: SandboxedBuild.Requirements =
      requirements.isCommitted
      ? .locked(requirements.lock)
      : .resolved(Self.question(requirements.lock.requirements ?? []))
    var build = try SandboxedBuild(
      source: folder, kind: kind, requirements: asked, interpreter: interpreter,
      sourceDateEpoch: source.time, place: place, store: options.store)
    build.limits = options.limits
    build.toolchains = options.toolchains
    build.firstLock = requirements.lock
    let start = ContinuousClock.now
    let first = try await logged(kind.rawValue, progress) { log in try await build.run(log: &log) }
    var second: BuiltFile?
    if options.checks {
      // A time in an archive is exact to two seconds.
      let elapsed = ContinuousClock.now - start
      if elapsed < .seconds(2) { try await Task.sleep(for: .seconds(2) - elapsed) }
      build.requirements = .locked(first.lock)
      build.firstLock = nil
      build.conditions = conditionsOfCheck
      second = try await logged("\(kind.rawValue)-check", progress) { log in
        try await build.run(log: &log)
      }
    }
    let locked = LockedRequirements(lock: first.lock, isCommitted: requirements.isCommitted)
    let file = try CheckedFile(
      kind: kind, first: first, second: second, sourceDateEpoch: source.time,
      requirements: locked)
    guard file.check.isIdentical == false else { return file }
    // Compilers write down where they worked. Builds of this program are always at one place.
    build.conditions.sourcePath = Sandbox.Conditions.standard.sourcePath
    let third = try await logged("\(kind.rawValue)-check-path", progress) { log in
      try await build.run(log: &log)
    }
    let again = try CheckedFile(
      kind: kind, first: first, second: third, sourceDateEpoch: source.time,
      requirements: locked, dependsOnPath: true)
    return again.check.isIdentical == true ? again : file
  }

  // Without a committed lock the newest files count, and the record says until when.
  private static func question(_ requirements: [String]) -> EnvironmentStore.Question {
    var question = EnvironmentStore.Question(requirements)
    question.recordsMoment = true
    return question
  }

  // Files from the future upset tools that compare times.
  private var conditionsOfCheck: Sandbox.Conditions {
    var conditions = Sandbox.Conditions.varied
    let age = Timestamp(Date()).seconds - source.time
    conditions.sourceTimeShift = max(0, min(conditions.sourceTimeShift, age - 60))
    return conditions
  }

  private func logged<Value>(
    _ name: String, _ progress: @escaping @Sendable (String) -> Void,
    _ work: (inout BuildLog) async throws -> Value
  ) async throws -> Value {
    let path = logs.appending("\(name).log")
    let file = try FileTree.create(path)
    defer { try? file.close() }
    var log = BuildLog(file: file, progress: progress)
    do {
      return try await work(&log)
    } catch let error as RebuildError {
      throw RebuildError(
        error.reason, error.message, help: error.help ?? "the whole log is in `\(path)`",
        logTail: error.logTail, limit: error.limit)
    }
  }

  /// Moves the files into the output folder, all of them or none, with the record of the build.
  ///
  /// - Throws: ``RebuildError`` of reason `output` or `files`.
  package func publish(_ sdist: CheckedFile, _ wheel: CheckedFile) throws -> BuildRecord {
    let folder = work.appending("dist")
    try FileTree.makeFolder(folder)
    for file in [sdist, wheel] {
      try FileTree.write(file.bytes, to: folder.appending(file.filename.text))
    }
    let checked = try BuildOutput(folder: folder, configuration: configuration)
    let given = try givenWheels(of: checked)
    let record = BuildRecord(
      build: self, output: checked, made: [sdist, wheel], given: given,
      finishedOn: Timestamp(Date()))
    let path = folder.appending(record.filename)
    try FileTree.write(Array((record.json.indentedText + "\n").utf8), to: path)
    try FileTree.publish(
      [sdist, wheel].map { folder.appending($0.filename.text) } + given.map(\.path) + [path],
      into: options.output)
    return record
  }

  private func givenWheels(of release: BuildOutput) throws(RebuildError) -> [GivenWheel] {
    let built = Set(release.files.map(\.text))
    let given = try GivenWheel.take(options.wheels, into: work.appending("given"))
    for wheel in given {
      guard wheel.filename.project == release.project, wheel.filename.version == release.version
      else {
        throw RebuildError(
          .output,
          "`\(wheel.filename)` is not a wheel of \(release.project) \(release.version)",
          help: "give the wheels that were made from the same commit")
      }
      guard !built.contains(wheel.filename.text) else {
        throw RebuildError(
          .output, "`\(wheel.filename)` is made by this build too", help: "leave it out")
      }
    }
    return given
  }
}

extension Timestamp {
  /// A moment of the clock, to the second.
  init(_ date: Date) { self.init(unixSeconds: Int64(date.timeIntervalSince1970)) }
}

/// The requirements of a build as they are locked.
package struct LockedRequirements: Hashable, Sendable {
  /// The lock.
  package let lock: BuildLock
  /// Whether it is the project's own.
  package let isCommitted: Bool
}
