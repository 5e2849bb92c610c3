// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import Rebuild
import Reproducibility
import SystemPackage
import Verification

/// The steps of `hallmark build`, each with its line.
struct BuildRun: Sendable {
  let options: HermeticBuild.Options
  let keepsDifferent: Bool
  let console: Console

  private static let steps = ["Source", "Lock", "Sdist", "Wheel", "Files"]

  /// What came out.
  struct Outcome: Sendable {
    /// The record; `nil` if nothing was put into the output folder.
    let record: BuildRecord?
    /// Where the files are.
    let output: FilePath
    /// Files that the second build made differently.
    let differences: [ComparisonReport]
  }

  /// Builds.
  ///
  /// - Throws: `CommandFailure`, `CancellationError`.
  func run() async throws -> Outcome {
    do {
      return try await checkedRun()
    } catch let error as CancellationError {
      throw error
    } catch {
      try Task.checkCancellation()
      throw ReleaseFailure.commandFailure(for: error)
    }
  }

  private func checkedRun() async throws -> Outcome {
    let reporter = StageReporter(console, names: Self.steps)
    let start = ContinuousClock.now
    reporter.began("Source", "exporting the commit")
    return try await HermeticBuild.withWorkspace(options) { build in
      reporter.finished("Source", Self.summary(build), took: ContinuousClock.now - start)
      build.place.warn(on: console)
      @Sendable func show(_ name: String) -> @Sendable (String) -> Void {
        { line in reporter.began(name, line) }
      }
      let lock = try await reporter.stage("Lock", doing: "reading the requirements") {
        let lock = try await build.lock(log: show("Lock"))
        let count = lock.lock.pylock.packages.count
        let origin = lock.isCommitted ? "from \(BuildLock.filename)" : "resolved now"
        return (lock, "\(count) package\(count == 1 ? "" : "s"), \(origin)")
      }
      let sdist = try await reporter.stage("Sdist", doing: "building") {
        let file = try await build.makeSdist(lock, log: show("Sdist"))
        return (file, Self.summary(file))
      } isFailure: {
        $0.check.isIdentical == false
      }
      let wheel = try await reporter.stage("Wheel", doing: "building") {
        let file = try await build.makeWheel(from: sdist, log: show("Wheel"))
        return (file, Self.summary(file))
      } isFailure: {
        $0.check.isIdentical == false
      }
      let differences = [sdist, wheel].compactMap { file in
        if case .different(let report) = file.check { report } else { nil }
      }
      guard differences.isEmpty || keepsDifferent else {
        return Outcome(record: nil, output: options.output, differences: differences)
      }
      let record = try await reporter.stage("Files", doing: "checking names and metadata") {
        let record = try build.publish(sdist, wheel)
        return (record, "\(record.files.count) files and \(record.filename) in \(options.output)")
      }
      return Outcome(record: record, output: options.output, differences: differences)
    }
  }

  private static func summary(_ build: HermeticBuild) -> String {
    let source =
      if let commit = build.source.commit, !build.source.isDirty {
        "commit \(commit.prefix(12))"
      } else {
        "uncommitted files"
      }
    let place =
      switch build.place {
      case .sandbox(let sandbox): "sandbox by bubblewrap \(sandbox.version)"
      case .unsandboxed: "no sandbox"
      }
    return "\(source), Python \(build.interpreter.version), \(place)"
  }

  private static func summary(_ file: CheckedFile) -> String {
    let check =
      switch file.check {
      case .skipped: "built once"
      case .identical:
        file.dependsOnPath ? "built twice, identical at the same path" : "built twice, identical"
      case .different: "the second build differs"
      }
    return "\(file.filename), \(check)"
  }
}

extension SandboxedBuild.Place {
  /// Says aloud what keeps the build from less than a sandbox should.
  func warn(on console: Console) {
    if let warning { console.report(Diagnostic(warning, severity: .warning)) }
  }
}

extension BuildRun.Outcome {
  /// The failure to end with, if the files differ.
  var failure: CommandFailure? {
    guard let first = differences.first else { return nil }
    let causes = differences.flatMap { report in
      report.differences.map { difference -> String in
        let place = difference.member.map { " (`\($0)`)" } ?? ""
        let more = difference.count > 1 ? ", \(difference.count) times" : ""
        return "\(report.filename): \(difference.cause.title)\(place)\(more)"
      }
    }
    let fixes = differences.flatMap(\.differences).map(\.cause.fix)
    var seen: Set<String> = []
    return CommandFailure(
      status: ExitStatus.differs.rawValue,
      Diagnostic(
        "a second build under other conditions made another `\(first.filename)`",
        notes: causes + (record == nil ? ["no file was put into `\(output)`"] : []),
        help: fixes.filter { seen.insert($0).inserted }))
  }

  /// The files with their digests, on standard output.
  func show(on console: Console) {
    guard let record else { return }
    for file in record.files {
      console.output("\(file.sha256.hexadecimal)  \(output.appending(file.filename.text))")
    }
  }

  /// The same for machines.
  var json: JSONValue {
    [
      "result": .string(result),
      "record": record.map { .string(output.appending($0.filename).string) } ?? .null,
      "files": .array(
        (record?.files ?? []).map { file in
          [
            "path": .string(output.appending(file.filename.text).string),
            "sha256": .string(file.sha256.hexadecimal), "size": .integer(file.size),
            "origin": file.isBuilt ? "built" : "given",
          ]
        }),
      "differences": .array(
        differences.flatMap { report in
          report.differences.map { difference -> JSONValue in
            [
              "file": .string(report.filename.text), "cause": .string(difference.cause.rawValue),
              "title": .string(difference.cause.title), "fix": .string(difference.cause.fix),
              "member": difference.member.map { .string($0) } ?? .null,
              "count": .integer(Int64(difference.count)),
            ]
          }
        }),
    ]
  }

  private var result: String {
    guard differences.isEmpty else { return "different" }
    return record?.isReproducible == true ? "identical" : "skipped"
  }
}
