// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A program that runs while the test does something else.
///
/// It holds the other end of the program's standard input, so a server with `--exit-with-parent`
/// ends with this value, and also when the test's process is killed.
final class RunningProgram: Sendable {
  private let process: Process
  private let input = Pipe()
  private let scratch: Scratch
  private let name: String

  /// Starts a program.
  init(
    _ program: Program, _ arguments: [String], environment: [String: String] = [:],
    in folder: String? = nil
  ) throws {
    scratch = try Scratch()
    name = (program.path as NSString).lastPathComponent
    process = Process()
    process.executableURL = URL(fileURLWithPath: program.path)
    process.arguments = arguments
    process.environment = Program.environment(adding: environment)
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = input
    process.standardOutput = try FileHandle(
      forWritingTo: URL(fileURLWithPath: try scratch.write("output", "")))
    process.standardError = try FileHandle(
      forWritingTo: URL(fileURLWithPath: try scratch.write("errors", "")))
    try process.run()
  }

  deinit {
    try? input.fileHandleForWriting.close()
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// The process's identifier.
  var identifier: Int32 { process.processIdentifier }
  /// Standard output so far.
  var output: String { text("output") }
  /// Standard error so far.
  var errors: String { text("errors") }

  private func text(_ name: String) -> String {
    String(decoding: (try? TestData.read("\(scratch.path)/\(name)")) ?? [], as: UTF8.self)
  }

  /// Waits until the program has done something that can be seen.
  ///
  /// - Throws: ``Failure`` when it ends before that, or the time runs out.
  func wait(
    for what: String, seconds: Double = 120, until condition: (RunningProgram) -> Bool
  ) throws {
    let deadline = Date().addingTimeInterval(seconds)
    while !condition(self) {
      guard process.isRunning, Date() < deadline else {
        throw Failure(
          description: "\(name): no \(what); status \(process.isRunning ? "none" : "ended")\n"
            + output + errors)
      }
      usleep(5_000)
    }
  }

  /// Sends a signal.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal to the process group, as a terminal does; the program must lead one.
  func sendToGroup(_ signal: Int32) {
    let group = getpgid(process.processIdentifier)
    kill(group == process.processIdentifier ? -group : process.processIdentifier, signal)
  }

  /// Waits until the program has ended.
  ///
  /// - Returns: the exit status, or 128 + n after signal n.
  /// - Throws: ``Failure`` when it takes longer; it is killed then.
  @discardableResult
  func waitForEnd(seconds: Double = 20) throws -> Int32 {
    let deadline = Date().addingTimeInterval(seconds)
    while process.isRunning, Date() < deadline { usleep(5_000) }
    guard !process.isRunning else {
      kill(process.processIdentifier, SIGKILL)
      throw Failure(description: "\(name) did not end in \(seconds) s\n\(output)\(errors)")
    }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
      ? 128 + process.terminationStatus : process.terminationStatus
  }

  /// Ends the program in order.
  @discardableResult
  func stop() throws -> Int32 {
    send(SIGTERM)
    return try waitForEnd()
  }

  /// Why a program did not do what a test waits for.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
