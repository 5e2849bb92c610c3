// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A publication that is interrupted or killed is completed by the next run, without a duplicate.
struct PublishInterruptionTests {
  /// When a client is killed.
  enum Moment: String, CaseIterable, Sendable {
    /// Between two uploads: one is done, and the next hangs before the index has the file.
    case between
    /// Before the answer: the index has the file.
    case beforeTheAnswer

    var faults: [FaultyIndex.Fault] {
      switch self {
      case .between: [.wait("upload", 600, calls: Array(stride(from: 2, to: 40, by: 2)))]
      case .beforeTheAnswer: [.wait("upload", 600, after: true, calls: Array(1...20))]
      }
    }

    /// What the index has printed when a run of this number is to be killed.
    func isReached(_ run: Int, _ log: String) -> Bool {
      switch self {
      case .between:
        log.split(separator: "\n").count { $0.contains(#""call": "upload""#) } == 2 * run
      case .beforeTheAnswer: log.split(separator: "\n").count { $0.contains(#""stored""#) } == run
      }
    }
  }

  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  private func start(_ release: SignedRelease, _ index: FaultyIndex) throws -> RunningProgram {
    try RunningProgram(
      Program("hallmark"),
      ["publish", "dist", "--index", "\(index.url)/legacy/", "--patience", "1"] + release.trust,
      environment: workplace.environment.merging(index.jobEnvironment) { $1 }, in: workplace.path)
  }

  /// Killed at each of twenty files in turn; each run goes on where the one before was killed.
  @Test(arguments: Moment.allCases)
  func killedAtEachOfTwentyFiles(_ moment: Moment) throws {
    let release = try SignedRelease(in: workplace, count: 20)
    let index = try FaultyIndex(.init(faults: moment.faults), in: workplace)
    let kills = moment == .between ? 19 : 20
    for kill in 1...kills {
      let run = try start(release, index)
      try run.wait(for: "upload \(kill)", seconds: 60) { _ in moment.isReached(kill, index.log) }
      run.send(SIGKILL)
      #expect(try run.waitForEnd() == 128 + SIGKILL)
      let state = try index.state()
      #expect(state.files.count == kill)
      #expect(state.files.allSatisfy { release.digests[$0.key] == $0.value })
    }
    let last = try release.publish(to: index)
    #expect(last.status == 0, "\(last)")
    try release.expectPublished(at: index)
    let lines = last.output.split(separator: "\n")
    #expect(lines.count { $0.hasSuffix("already there") } == kills)
    #expect(lines.count { $0.hasSuffix("uploaded") } == 20 - kills)
    #expect(try index.state().uploads.values.allSatisfy { $0 == 1 })
    #expect(workplace.names(in: "tmp") == [])
  }

  /// Ctrl-C and termination also give the token up.
  @Test(arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) throws {
    let release = try SignedRelease(in: workplace, count: 3)
    let index = try FaultyIndex(
      .init(faults: [.wait("upload", 600, calls: [2])]), in: workplace)
    let run = try start(release, index)
    try run.wait(for: "upload") { _ in Moment.between.isReached(1, index.log) }
    run.send(signal)
    #expect(try run.waitForEnd() == 128 + signal, "\(run.errors)")
    #expect(try index.state().good == 0, "the token is still good")
    #expect(try index.state().files.count == 1)
    let last = try release.publish(to: index)
    #expect(last.status == 0, "\(last)")
    try release.expectPublished(at: index)
  }
}
