// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A release that is interrupted leaves no process, no temporary file and no half of anything.
struct InterruptionTests {
  private let workplace: Workplace
  private let project: SampleProject

  init() throws {
    workplace = try Workplace()
    project = try SampleProject(in: workplace)
  }

  private func start() throws -> RunningProgram {
    try RunningProgram(
      Program("hallmark"),
      ["release", project.path, "--embedded", "--json", "--out", workplace("out")],
      environment: workplace.environment, in: workplace.path)
  }

  /// Moments of a release, by what has been printed, or by what runs.
  enum Moment: String, CaseIterable, Sendable {
    case atOnce, serverStarts, buildBegins, buildGoesOn, evidenceIsWritten, installGoesOn

    /// Whether a release has come to it.
    func isReached(by run: RunningProgram, in workplace: Workplace) -> Bool {
      switch self {
      case .atOnce: true
      case .serverStarts: !Self.servers(workplace).isEmpty
      case .buildBegins: run.errors.contains("[ok] Stack")
      case .buildGoesOn:
        ProcessTable.processes(mentioning: workplace.path)
          .contains { $0.commandLine.contains("bwrap ") }
      case .evidenceIsWritten: run.errors.contains("[ok] Attest")
      case .installGoesOn:
        run.errors.contains("[ok] Verify")
          && ProcessTable.processes(mentioning: workplace.path)
            .contains { $0.commandLine.contains(" install ") }
      }
    }

    static func servers(_ workplace: Workplace) -> [ProcessTable.Entry] {
      ProcessTable.processes(mentioning: workplace.path)
        .filter { $0.commandLine.contains("hallmark-server") }
    }
  }

  /// Evidence is there for all files or for none.
  private func expectNothingHalfWritten() {
    let names = workplace.names(in: "out").filter { $0 != "logs" }
    // The distributions and the record of their build, then the evidence.
    #expect([0, 3, 13].contains(names.count), "\(names)")
    #expect(!names.contains { $0.hasPrefix(".") })
  }

  @Test(arguments: Moment.allCases)
  func controlC(moment: Moment) throws {
    let run = try start()
    try run.wait(for: "\(moment)") { moment.isReached(by: $0, in: workplace) }
    run.sendToGroup(SIGINT)
    let start = Date()
    let status = try run.waitForEnd(seconds: 15)
    #expect(status == 128 + SIGINT, "\(run.output)\(run.errors)")
    #expect(Date().timeIntervalSince(start) < 10)
    #expect(run.output == "")
    workplace.expectNothingLeft()
    expectNothingHalfWritten()
  }

  @Test func termination() throws {
    let run = try start()
    try run.wait(for: "build") { Moment.buildGoesOn.isReached(by: $0, in: workplace) }
    run.send(SIGTERM)
    #expect(try run.waitForEnd(seconds: 15) == 128 + SIGTERM)
    workplace.expectNothingLeft()
    expectNothingHalfWritten()
  }

  /// Nothing can be cleaned up by a client that is killed, but nothing goes on either.
  @Test(arguments: [Moment.serverStarts, .buildGoesOn])
  func killedClient(moment: Moment) throws {
    let run = try start()
    try run.wait(for: "\(moment)") { moment.isReached(by: $0, in: workplace) }
    run.send(SIGKILL)
    #expect(try run.waitForEnd() == 128 + SIGKILL)
    let deadline = Date().addingTimeInterval(8)
    while !Moment.servers(workplace).isEmpty, Date() < deadline { usleep(20_000) }
    #expect(Moment.servers(workplace) == [])
    // A build that had begun may come to its end, on its own.
    workplace.expectNothingLeft(within: 60, temporaryFiles: false)
    expectNothingHalfWritten()
  }
}
