// SPDX-License-Identifier: Apache-2.0

import Adoption
import Encodings
import PythonPackaging
import ReleaseAudit
import Rebuild
import Verification

/// A project as it is on the disk, and the plan for it.
struct AdoptionReading {
  /// The project.
  let read: ReadProject
  /// What an earlier run wrote down.
  let record: AdoptionRecord?

  /// Reads a project.
  ///
  /// - Parameters:
  ///   - path: its folder.
  ///   - profile: the profile; that of the earlier run by default.
  /// - Throws: `CommandFailure`.
  init(path: String, profile: AuditProfile?) async throws {
    let first = try PinsFile.read(path)
    record = try Self.record(first)
    var read = first
    let wanted = profile ?? record?.profile ?? .spec8
    if wanted != first.project.profile {
      do throws(ProjectReader.Missing) {
        read = try ProjectReader(profile: wanted).read(path)
      } catch {
        throw CommandFailure(status: ExitStatus.couldNotRun.rawValue, Diagnostic("\(error)"))
      }
    }
    read.project.unixTime = FileReading.now().seconds
    self.read = try await read.addingGit()
  }

  /// Takes what is there already.
  init(_ read: ReadProject, record: AdoptionRecord?) {
    self.read = read
    self.record = record
  }

  private static func record(_ read: ReadProject) throws -> AdoptionRecord? {
    guard let file = read.project.files[AdoptionRecord.path] else { return nil }
    do throws(DocumentError) {
      return try AdoptionRecord(parsing: file.bytes)
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the record of the adoption cannot be used: \(error)",
          place: read.location(of: file.path),
          help: ["take the file from the last commit, or remove it to begin anew"]))
    }
  }

  /// Plans, with a lock of the requirements where a new one is needed.
  ///
  /// - Parameters:
  ///   - answers: what a person says.
  ///   - python: the interpreter for the resolver.
  ///   - locks: whether requirements are looked up.
  ///   - console: where progress goes.
  /// - Returns: The plan.
  /// - Throws: `CommandFailure`.
  func plan(
    _ answers: AdoptionAnswers, python: String, locks: Bool, console: Console
  ) async throws -> AdoptionPlan {
    do {
      let facts = try AdoptionFacts(read.project, record: record, answers: answers)
      var lock: String?
      if locks, let wanted = AdoptionPlan.requirementsToLock(read.project, facts, record) {
        lock = try await Self.lock(
          wanted, oldest: facts.pythonOfReleases, input: facts.requirementsStem + ".in",
          python: python, console: console)
      }
      var toolsLock: String?
      if locks, let wanted = AdoptionPlan.toolsToLock(read.project, facts, record) {
        toolsLock = try await Self.lock(
          wanted, oldest: AdoptionPlan.pythonOfTools, input: facts.toolsStem + ".in",
          python: python, console: console)
      }
      return try AdoptionPlan(
        read.project, facts: facts, record: record, lock: lock, toolsLock: toolsLock,
        license: answers.license)
    } catch let refusal as AdoptionRefusal {
      throw Self.failure(refusal, at: read.root)
    }
  }

  /// Everything that is missing, in one message.
  static func failure(_ refusal: AdoptionRefusal, at place: String) -> CommandFailure {
    let problems = refusal.problems
    return CommandFailure(
      status: ExitStatus.usage.rawValue,
      Diagnostic(
        problems.first?.problem ?? "nothing can be planned", place: place,
        notes: problems.dropFirst().map(\.problem), help: problems.map(\.help)))
  }

  /// Looks requirements up; nil, with a warning, where that is not possible.
  static func lock(
    _ requirements: [String], oldest: String, input: String, python: String, console: Console
  ) async throws -> String? {
    try await Interruption.run {
      do {
        let reporter = StageReporter(console, names: ["Lock"])
        return try await reporter.stage("Lock", doing: "looking up \(input)") {
          let interpreter = try await Interpreter(python: python)
          let lock = try await EnvironmentStore().lock(
            .init(requirements, oldestPython: oldest), for: interpreter
          ) { line in reporter.began("Lock", line) }
          let count = lock.pylock.packages.count
          return (
            BuildRequirements.text(lock, input: input),
            "\(count) package\(count == 1 ? "" : "s") for \(input)"
          )
        }
      } catch let error as CancellationError {
        throw error
      } catch let error as RebuildError {
        try Task.checkCancellation()
        console.report(
          Diagnostic(
            "the requirements are not locked: \(error)", severity: .warning, place: input,
            notes: error.logTail.suffix(3).map { $0 },
            help: ["run again where pip can reach an index"]))
        return nil
      }
    }
  }
}
