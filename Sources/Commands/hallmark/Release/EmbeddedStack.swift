// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage
import Verification

/// The embedded stack as a child of this process: found, started, watched and stopped.
///
/// The child gets a session of its own, so that Ctrl-C reaches this process alone, which then stops
/// the stack in order. Its standard input is a pipe that nothing is written to: when this process
/// ends, whatever the reason, the pipe closes and the stack stops (`--exit-with-parent`). A stack
/// that is to stay has neither: it reads `/dev/null`, and outlives this process.
struct EmbeddedStack: Sendable {
  /// How to start a stack.
  struct Options: Sendable {
    /// Where it keeps its data.
    var data: FilePath
    /// The port of its TLS listener; any free one if `nil`.
    var port: Int?
    /// The project whose workspace may publish.
    var publisher: String
    /// Whether it stays after this process.
    var keep: Bool
    /// Where its messages go.
    var log: FilePath
  }

  /// What it said about itself.
  let announcement: StackAnnouncement
  /// Where its messages are.
  let log: FilePath
  private let child: Int32
  private let lifeline: FileDescriptor?

  private static let startLimit: Duration = .seconds(30)
  private static let stopLimit: Duration = .seconds(8)
  private static let pause: Duration = .milliseconds(20)

  /// The server's program: beside this one, else in `PATH`.
  ///
  /// - Throws: `CommandFailure` when there is none.
  static func serverProgram() throws(CommandFailure) -> FilePath {
    let name = "hallmark-server"
    let beside = Platform.executablePath()?.removingLastComponent()
    let search = (Platform.environment("PATH") ?? "").split(separator: ":")
      .filter { $0.hasPrefix("/") }.map { FilePath(String($0)) }
    for folder in [beside].compactMap({ $0 }) + search {
      let candidate = folder.appending(name)
      if Platform.isExecutable(candidate) { return candidate }
    }
    throw CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "the program `\(name)` is neither beside this program nor in PATH",
        help: ["build it with `swift build --product \(name)`, or install both together"]))
  }

  /// Starts a stack and waits until it is ready.
  ///
  /// - Throws: `CommandFailure` with the stack's own words, `CancellationError`. A child that was
  ///   started is stopped then.
  static func start(_ options: Options) async throws -> EmbeddedStack {
    let program = try serverProgram()
    var arguments = [
      "stack", "--data", options.data.string, "--publisher", options.publisher, "--announce",
    ]
    if let port = options.port { arguments += ["--port", String(port)] }
    if !options.keep { arguments.append("--exit-with-parent") }

    let output = try Platform.makePipe()
    defer { try? output.reading.close() }
    let child: Int32
    let lifeline: FileDescriptor?
    do {
      (child, lifeline) = try spawn(program, arguments, output: output.writing, options: options)
    } catch {
      try? output.writing.close()
      throw error
    }
    // Only the child may hold this end, or the pipe would never end.
    try? output.writing.close()
    do {
      let line = try await firstLine(of: output.reading, child: child)
      return EmbeddedStack(
        announcement: try StackAnnouncement(parsing: line), log: options.log, child: child,
        lifeline: lifeline)
    } catch {
      let ending = (error as? StartFailure)?.ending
      if ending == nil { await stop(child) }
      try? lifeline?.close()
      if error is CancellationError { throw error }
      throw failure(error, log: options.log)
    }
  }

  private static func spawn(
    _ program: FilePath, _ arguments: [String], output: FileDescriptor, options: Options
  ) throws -> (child: Int32, lifeline: FileDescriptor?) {
    do {
      let log = try FileDescriptor.open(
        options.log, .writeOnly, options: [.create, .append, .closeOnExec],
        permissions: [.ownerReadWrite])
      defer { try? log.close() }
      if options.keep {
        let empty = try FileDescriptor.open("/dev/null", .readOnly, options: [.closeOnExec])
        defer { try? empty.close() }
        let child = try Platform.spawn(
          program, arguments: arguments, input: empty, output: output, error: log)
        return (child, nil)
      }
      let input = try Platform.makePipe()
      defer { try? input.reading.close() }
      do {
        let child = try Platform.spawn(
          program, arguments: arguments, input: input.reading, output: output, error: log)
        return (child, input.writing)
      } catch {
        try? input.writing.close()
        throw error
      }
    } catch let error as Errno {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic("the embedded stack cannot be started: \(error.description.lowercased())"))
    }
  }

  /// Why there was no announcement.
  private struct StartFailure: Error {
    let problem: String
    let ending: Platform.Ending?
  }

  private static func firstLine(
    of output: FileDescriptor, child: Int32
  ) async throws -> [UInt8] {
    Platform.makeNonblocking(output)
    let start = ContinuousClock.now
    var line: [UInt8] = []
    while true {
      var isClosed = false
      do {
        let chunk = try [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
          count = try output.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
        isClosed = chunk.isEmpty
        line += chunk
      } catch let error as Errno where error == .wouldBlock || error == .interrupted {
        // Nothing yet.
      }
      if let end = line.firstIndex(of: UInt8(ascii: "\n")) { return Array(line[..<end]) }
      guard line.count <= 64 << 10 else {
        throw StartFailure(problem: "it announced itself in no usable way", ending: nil)
      }
      // The end of its output precedes that of the process by a moment.
      if let ending = Platform.ending(of: child) {
        throw StartFailure(problem: "it ended with \(ending)", ending: ending)
      }
      guard ContinuousClock.now - start < startLimit else {
        let problem = isClosed ? "it closed its output" : "it was not ready after 30 seconds"
        throw StartFailure(problem: problem, ending: nil)
      }
      try await Task.sleep(for: pause)
    }
  }

  // The stack's last words are the reason that a person needs, so its own error is shown as such.
  private static func failure(_ error: any Error, log: FilePath) -> CommandFailure {
    let problem = (error as? StartFailure)?.problem ?? "\(error)"
    let words = lastLines(of: log)
    var diagnostic = Diagnostic("the embedded stack did not start: \(problem)")
    if let reason = words.last(where: { $0.hasPrefix("error: ") }) {
      diagnostic = Diagnostic(
        "the embedded stack did not start: \(reason.dropFirst("error: ".count))")
      diagnostic.help = words.filter { $0.hasPrefix("help: ") }
        .map { String($0.dropFirst("help: ".count)) }
    } else {
      diagnostic.notes = words.map { "hallmark-server: \($0)" }
    }
    return CommandFailure(status: ExitStatus.couldNotRun.rawValue, diagnostic)
  }

  /// The last lines of its messages, for error texts.
  func lastLines() -> [String] { Self.lastLines(of: log) }

  private static func lastLines(of log: FilePath) -> [String] {
    guard let bytes = try? FileReading.bytes(of: log.string, limit: 16 << 20) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).suffix(12)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Stops the stack and waits until it is gone; also when this task is cancelled.
  func stop() async {
    await Self.stop(child)
    try? lifeline?.close()
  }

  private static func stop(_ child: Int32) async {
    // A task of its own: cleaning up must not be cut short by the cancellation that caused it.
    let task = Task {
      Platform.send(Platform.terminationSignal, to: child)
      let start = ContinuousClock.now
      while Platform.ending(of: child) == nil {
        guard ContinuousClock.now - start < stopLimit else {
          Platform.send(Platform.killSignal, to: child)
          while Platform.ending(of: child) == nil { try? await Task.sleep(for: pause) }
          return
        }
        try? await Task.sleep(for: pause)
      }
    }
    await task.value
  }
}
