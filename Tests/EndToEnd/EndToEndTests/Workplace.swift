// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A folder for one test, with its own folder for temporary files, so that everything that a
/// program leaves behind can be found.
final class Workplace: Sendable {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: temporary, withIntermediateDirectories: true)
  }

  // What a failed test left would go on for ever.
  deinit {
    for process in ProcessTable.processes(mentioning: path) { kill(process.identifier, SIGKILL) }
  }

  /// The folder's path.
  var path: String { scratch.path }

  /// Where programs put what is temporary.
  var temporary: String { "\(scratch.path)/tmp" }

  /// The variables that make them do so.
  var environment: [String: String] { ["TMPDIR": temporary] }

  /// Something in the folder.
  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a text file and gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try scratch.write(name, text) }

  /// Runs the client here.
  func hallmark(
    _ arguments: [String], environment more: [String: String] = [:], timeout: Double = 240
  ) throws -> Program.Outcome {
    let outcome = try Program("hallmark").run(
      arguments, environment: environment.merging(more) { $1 }, in: path, timeout: timeout)
    #expect(outcome.status < 128, "crashed or hung: \(outcome)")
    return outcome
  }

  /// The names in one of the folders here, sorted; empty where there is none.
  func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: self(folder))) ?? []).sorted()
  }

  /// Checks that no process and no temporary file is left.
  ///
  /// - Parameters:
  ///   - seconds: how long processes may take to end.
  ///   - temporaryFiles: whether those are looked at too.
  func expectNothingLeft(
    within seconds: Double = 0, temporaryFiles: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let deadline = Date().addingTimeInterval(seconds)
    var processes = ProcessTable.processes(mentioning: path)
    while !processes.isEmpty, Date() < deadline {
      usleep(50_000)
      processes = ProcessTable.processes(mentioning: path)
    }
    #expect(processes.isEmpty, "processes are left", sourceLocation: sourceLocation)
    if temporaryFiles {
      #expect(names(in: "tmp") == [], sourceLocation: sourceLocation)
    }
  }
}

/// The processes of this machine.
enum ProcessTable {
  /// A process, for messages.
  struct Entry: Hashable, Sendable, CustomStringConvertible {
    let identifier: Int32
    let commandLine: String

    var description: String { "\(identifier) \(commandLine)" }
  }

  /// The processes with a path in their command line or environment, but this one.
  ///
  /// A process that has ended and was not yet waited for has neither, and does not count.
  static func processes(mentioning path: String) -> [Entry] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.sorted().compactMap { identifier in
      guard identifier != getpid() else { return nil }
      let commandLine = text("/proc/\(identifier)/cmdline")
      let isMentioned =
        commandLine.contains(path) || text("/proc/\(identifier)/environ").contains(path)
      return isMentioned ? Entry(identifier: identifier, commandLine: commandLine) : nil
    }
  }

  private static func text(_ path: String) -> String {
    guard let bytes = try? TestData.read(path) else { return "" }
    return String(decoding: bytes.map { $0 == 0 ? 0x20 : $0 }, as: UTF8.self)
  }
}
