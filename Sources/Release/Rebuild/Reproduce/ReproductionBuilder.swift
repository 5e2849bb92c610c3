// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import PythonPackaging
import Reproducibility
import SystemPackage

/// Builds variants of one file in the sandbox, and compares each with the published one.
struct ReproductionBuilder: Sendable {
  let sandbox: Sandbox
  let store: EnvironmentStore
  let limits: Sandbox.Limits
  let interpreters: InterpreterSearch
  /// Is told what goes on.
  let progress: @Sendable (String) -> Void
  /// Is told each line that a build prints.
  let log: @Sendable (String) -> Void

  /// A published file and what is known about its build.
  struct Target: Sendable {
    let filename: DistributionFilename
    let bytes: [UInt8]
    let inference: BuildInference
    /// The moment that bounds the build requirements.
    let uploadedBefore: Timestamp?
  }

  /// Builds a target's variants in turn until one has the published bytes.
  ///
  /// - Parameters:
  ///   - target: the published file.
  ///   - build: makes the file in one variant.
  /// - Returns: the closest; a build that cannot be done is an outcome too.
  /// - Throws: ``RebuildError`` that is not the release's fault, `CancellationError`.
  func reproduce(
    _ target: Target, _ build: (BuildVariant) async throws -> BuiltFile
  ) async throws -> FileReproduction {
    let digest = SHA256Hash(hashing: target.bytes)
    var best: FileReproduction?
    var failure: RebuildFailure?
    var attempts = 0
    guard target.inference.isEnvironmentKnown else {
      return FileReproduction(
        filename: target.filename, sha256: digest,
        outcome: .obstacle(
          RebuildFailure(
            .unknownGenerator,
            "nothing says which build back end made `\(target.filename)`, nor when")),
        facts: target.inference.facts)
    }
    for variant in target.inference.variants.prefix(Reproduction.attemptLimit) {
      attempts += 1
      progress("building \(target.filename): \(variant.text)")
      do {
        let result = try await attempt(target, variant, digest: digest, build)
        if best.map({ Self.rank(result) < Self.rank($0) }) ?? true { best = result }
        if result.verdict == .identical { break }
      } catch let problem as RebuildFailure {
        failure = failure ?? problem
        // What is not there is not there for another variant either.
        guard problem.obstacle == .buildFailed else { break }
      } catch let error as RebuildError {
        guard let problem = Self.failure(for: error) else { throw error }
        failure = failure ?? problem
        guard problem.obstacle == .buildFailed else { break }
      }
    }
    var result =
      best
      ?? FileReproduction(
        filename: target.filename, sha256: digest,
        outcome: .obstacle(
          failure ?? RebuildFailure(.buildFailed, "no variant of the build could be tried")))
    result.facts = target.inference.facts
    result.attempts = attempts
    return result
  }

  private func attempt(
    _ target: Target, _ variant: BuildVariant, digest: SHA256Hash,
    _ build: (BuildVariant) async throws -> BuiltFile
  ) async throws -> FileReproduction {
    let built = try await build(variant)
    guard built.filename.text == target.filename.text else {
      throw RebuildFailure(
        .otherFile, "the source makes `\(built.filename)`, not `\(target.filename)`",
        logTail: built.logTail)
    }
    let report = ArtifactComparison(
      published: target.bytes, rebuilt: built.bytes, filename: target.filename
    ).report()
    var result = FileReproduction(
      filename: target.filename, sha256: digest, outcome: .compared(report))
    result.variant = variant
    result.python = built.site.interpreter.version
    result.environment = built.lock.pylock.packages.map {
      "\($0.requirement.project.normalized)==\($0.version.normalized)"
    }
    result.lock = built.lock.sha256
    result.isLockKept = built.lock.isKept
    result.rebuilt = built.bytes
    return result
  }

  // Fewer differences are closer on the same rung.
  private static func rank(_ result: FileReproduction) -> (Int, Int) {
    guard case .compared(let report) = result.outcome else { return (9, 0) }
    return (report.verdict.rung, report.differences.reduce(0) { $0 + $1.count })
  }

  /// Builds one file from a source.
  ///
  /// - Throws: ``RebuildFailure``, ``RebuildError``, `CancellationError`.
  func build(
    _ kind: SandboxedBuild.Kind, source: FilePath, variant: BuildVariant, of target: Target,
    subfolder: String = ""
  ) async throws -> BuiltFile {
    try await plan(kind, source: source, variant: variant, of: target, subfolder: subfolder)
      .run(log: log)
  }

  /// The build of one file from a source.
  ///
  /// - Throws: ``RebuildFailure``, ``RebuildError``.
  func plan(
    _ kind: SandboxedBuild.Kind, source: FilePath, variant: BuildVariant, of target: Target,
    subfolder: String = ""
  ) throws -> SandboxedBuild {
    guard let interpreter = interpreters.newest(within: target.inference.python) else {
      throw RebuildFailure(
        .interpreterMissing,
        "no interpreter of this machine is \(target.inference.python.text)"
          + (target.inference.python.reason.map { ": \($0)" } ?? ""))
    }
    var build = try SandboxedBuild(
      source: source, subfolder: subfolder, kind: kind, interpreter: interpreter,
      sourceDateEpoch: variant.sourceDateEpoch, place: .sandbox(sandbox), store: store)
    build.requirements = .resolved(
      EnvironmentStore.Question(
        build.system.requirements + target.inference.requirements.map(\.text),
        uploadedBefore: target.uploadedBefore))
    build.conditions.umask = variant.umask
    build.limits = limits
    return build
  }

  /// The obstacle that an error is; `nil` for one of this machine.
  private static func failure(for error: RebuildError) -> RebuildFailure? {
    let obstacle: RebuildObstacle
    switch error.reason {
    case .requirements: obstacle = .requirementUnavailable
    case .limit: obstacle = .limitExceeded
    case .build, .output, .project: obstacle = .buildFailed
    case .source: obstacle = .noReference
    case .sandbox, .environment, .install, .files: return nil
    }
    // The resolver's first line says that there is no solution, the next one why.
    let mark = "cause: "
    let cause = error.logTail.lazy.compactMap { line in
      line.utf8.firstRange(of: mark.utf8).map { String(line[$0.upperBound...]) }
    }.first
    let reason = obstacle == .requirementUnavailable ? cause.map { ": \($0)" } ?? "" : ""
    return RebuildFailure(
      obstacle, error.message + reason,
      help: obstacle == .requirementUnavailable ? error.help : nil,
      logTail: error.logTail)
  }
}
