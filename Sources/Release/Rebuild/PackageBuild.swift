// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import FoundationEssentials
import PythonPackaging
package import SystemPackage

/// Building a Python project the way its users' installers would: from a clean export of one
/// commit, an sdist, then from that sdist the wheel, each in a fresh environment (PEP 517).
package struct PackageBuild: Sendable {
  /// The folder of `pyproject.toml`.
  package var project: FilePath
  /// Where the finished files go.
  package var output: FilePath
  /// Whether a source tree that is not a clean commit is built all the same.
  package var allowDirty: Bool
  /// The interpreter's name or path.
  package var python: String
  /// Where the build's log is written; `nil` keeps only its end, for error texts.
  package var log: FilePath?

  /// Describes a build.
  package init(
    project: FilePath, output: FilePath, allowDirty: Bool = false, python: String = "python3",
    log: FilePath? = nil
  ) {
    self.project = project
    self.output = output
    self.allowDirty = allowDirty
    self.python = python
    self.log = log
  }

  /// Builds, and moves the files into the output folder when all of them are right.
  ///
  /// Temporary folders are removed also on failure and when the task is cancelled; the programs
  /// that run are then stopped.
  ///
  /// - Parameter progress: Called with each line that the programs print, without line end.
  /// - Returns: The files and all that provenance says about them.
  /// - Throws: ``RebuildError``, with the end of the log if the build itself failed, and
  ///   `CancellationError`.
  package func run(
    progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> BuildResult {
    let started = Timestamp(Date())
    let configuration = try ProjectConfiguration(project: project)
    let source = try await SourceExport(project: project, output: output, allowDirty: allowDirty)
    // A folder that cannot be written to should not show itself only after the build.
    try FileTree.makeFolder(output)
    try FileTree.checkWritable(output)
    let logFile = try log.map { try FileTree.create($0) }
    defer { try? logFile?.close() }
    var buildLog = BuildLog(file: logFile, progress: progress)
    return try await FileTree.withTemporaryFolder { work in
      let environment = try await BuildEnvironment(
        python: python, work: work, additional: ["SOURCE_DATE_EPOCH": String(source.time)],
        log: &buildLog)
      let tree = work.appending("source")
      let results = work.appending("dist")
      for folder in [tree, results] { try FileTree.makeFolder(folder) }
      try await source.export(into: tree)
      try await BuildTool.install(into: environment, work: work, log: &buildLog)
      let pip = try await BuildTool.pipVersion(of: environment, work: work)
      // Without --sdist or --wheel, `build` makes the wheel from the sdist.
      let command = [
        environment.python.string, "-m", "build", "--outdir", results.string, tree.string,
      ]
      guard try await environment.process(command, in: work).run(log: &buildLog) else {
        let reason = buildLog.lastError.map { ": \($0)" } ?? ""
        throw RebuildError(
          .build, "the build of `\(project)` failed\(reason)",
          help: log.map { "the whole log is in `\($0)`" }, logTail: buildLog.tail)
      }
      let checked = try BuildOutput(folder: results, configuration: configuration)
      try FileTree.publish(checked.files.map { results.appending($0.text) }, into: output)
      let files = try checked.files.map { name in
        let path = output.appending(name.text)
        let (sha256, size) = try FileTree.digest(path)
        return BuildResult.File(filename: name, path: path, sha256: sha256, size: size)
      }
      return BuildResult(
        project: checked.project, version: checked.version, files: files, commit: source.commit,
        ref: source.ref, subfolder: source.subfolder, isDirty: source.isDirty,
        sourceDateEpoch: source.time,
        tools: BuildResult.Tools(
          python: environment.pythonVersion, pip: pip, build: BuildTool.version,
          requirements: configuration.buildRequirements, backend: configuration.buildBackend,
          generator: checked.generator),
        commands: [Self.recorded(command, work: work)], startedOn: started,
        finishedOn: Timestamp(Date()), log: log)
    }
  }

  // The random name of the temporary folder says nothing to anyone later.
  private static func recorded(_ command: [String], work: FilePath) -> [String] {
    let prefix = "\(work.string)/"
    return command.map { argument in
      argument.hasPrefix(prefix) ? "$WORK/\(argument.dropFirst(prefix.count))" : argument
    }
  }
}

extension Timestamp {
  /// A moment of the clock, to the second.
  init(_ date: Date) { self.init(unixSeconds: Int64(date.timeIntervalSince1970)) }
}
