// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// One release of the example, and its stack running again on the data folder that it left.
struct ReleasedStack: Sendable {
  /// The one of the tests that are running.
  @TaskLocal static var current: ReleasedStack?

  let workplace: Workplace
  /// The commit that was released.
  let commit: String
  /// How `hallmark release` ended.
  let outcome: Program.Outcome
  /// What it printed.
  let release: ReleaseDocument
  /// What was left of it when it ended, before the stack was started again.
  let leftovers: [ProcessTable.Entry]
  /// Temporary files at the same moment.
  let temporaryNames: [String]
  let stack: Stack

  /// Where the release's files are.
  var output: String { workplace("out") }

  /// The distributions.
  var distributions: [String] { release.files.map { "\(output)/\($0.filename)" } }

  init() throws {
    workplace = try Workplace()
    let project = try SampleProject(in: workplace)
    commit = try project.head()
    outcome = try workplace.hallmark([
      "release", project.path, "--embedded", "--json", "--data", workplace("data"), "--out",
      workplace("out"),
    ])
    leftovers = ProcessTable.processes(mentioning: workplace.path)
    temporaryNames = workplace.names(in: "tmp")
    try #require(outcome.status == 0, "\(outcome)")
    release = try ReleaseDocument(of: outcome)
    stack = try Stack(data: workplace("data"), in: workplace)
  }

  /// The stack of the tests that are running.
  static func shared() throws -> ReleasedStack {
    try #require(current, "the suite has no released stack")
  }
}

/// Gives the tests of a suite one released stack, and stops it when the last of them has ended.
struct ReleasedStackTrait: SuiteTrait, TestScoping {
  @concurrent
  func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    let released = try ReleasedStack()
    let result: Result<Void, any Error>
    do {
      try await ReleasedStack.$current.withValue(released, operation: function)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    #expect(try released.stack.server.stop() == 0)
    #expect(released.stack.server.errors == "", "the server wrote messages")
    released.workplace.expectNothingLeft()
    try result.get()
  }
}

extension Trait where Self == ReleasedStackTrait {
  /// One released stack for all tests of the suite.
  static var releasedStack: Self { Self() }
}

/// What holds for a finished release: its files, its services, other clients' opinion.
@Suite(.releasedStack)
enum ReleasedStackTests {}
