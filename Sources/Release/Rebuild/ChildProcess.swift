// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Subprocess
import SystemPackage

/// A program to run as a child, in a process group of its own.
///
/// The group lets cancellation reach the children's children, and keeps a Ctrl-C at the terminal
/// for this process alone, which then stops them in order.
struct ChildProcess: Sendable {
  /// The program's path, or its name to be found in `PATH`, and its arguments.
  let command: [String]
  /// The whole environment of the child.
  let environment: [String: String]
  /// The folder in which it runs.
  let folder: FilePath

  /// What a finished child left.
  struct Outcome: Sendable {
    let isSuccess: Bool
    /// `exit status 1` or `signal 9`.
    let status: String
    let standardOutput: [UInt8]
    let standardError: String
  }

  /// Bytes of standard output that are collected, where nothing else is asked.
  static let outputLimit = 64 << 20

  /// Runs the child and collects what it prints.
  ///
  /// - Parameter limit: most bytes of standard output.
  /// - Returns: what it left.
  /// - Throws: ``RebuildError`` of reason `environment` when the program is missing, or of reason
  ///   `limit` when it prints more, and `CancellationError`.
  func collect(limit: Int = outputLimit) async throws -> Outcome {
    let result = try await translatingErrors {
      try await Subprocess.run(
        executable, arguments: arguments(command.dropFirst()), environment: childEnvironment,
        workingDirectory: folder, platformOptions: platformOptions, input: .none,
        output: .bytes(limit: limit), error: .bytes(limit: 1 << 20))
    }
    try Task.checkCancellation()
    return Outcome(
      isSuccess: result.terminationStatus.isSuccess, status: Self.text(result.terminationStatus),
      standardOutput: result.standardOutput,
      standardError: LineBuffer.printable(result.standardError[...]))
  }

  /// Runs the child with umask 022 and gives each line that it prints to the log.
  ///
  /// - Returns: Whether it ended with status 0.
  /// - Throws: ``RebuildError`` of reason `environment` when the program is missing, and
  ///   `CancellationError`.
  func run(log: inout BuildLog) async throws -> Bool {
    log.add("$ \(command.joined(separator: " "))")
    var collected = log
    // No portable way to set a child's umask but a shell; the arguments do not pass its parser.
    let shell = ["-c", "umask 022; exec \"$@\"", "sh"] + command
    let result = try await translatingErrors {
      try await Subprocess.run(
        .path("/bin/sh"), arguments: arguments(shell[...]), environment: childEnvironment,
        workingDirectory: folder, platformOptions: platformOptions, input: .none,
        output: .sequence, error: .combinedWithOutput
      ) { execution in
        var lines = LineBuffer()
        for try await chunk in execution.standardOutput {
          for line in chunk.withUnsafeBytes({ lines.add($0) }) { collected.add(line) }
        }
        if let line = lines.finish() { collected.add(line) }
      }
    }
    log = collected
    try Task.checkCancellation()
    if !result.terminationStatus.isSuccess { log.add(Self.text(result.terminationStatus)) }
    return result.terminationStatus.isSuccess
  }

  private var executable: Executable {
    let program = command.first ?? ""
    return program.utf8.contains(UInt8(ascii: "/")) ? .path(FilePath(program)) : .name(program)
  }

  private func arguments(_ texts: ArraySlice<String>) -> Arguments { Arguments(Array(texts)) }

  private var childEnvironment: Environment {
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
    return .custom(variables)
  }

  private var platformOptions: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))
    ]
    return options
  }

  private func translatingErrors<Result>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    do {
      return try await body()
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      let program = command.first ?? ""
      if error.code == .executableNotFound {
        throw RebuildError(
          .environment, "the program `\(program)` is not there",
          help: Platform.installHelp(program: program))
      }
      if error.code == .outputLimitExceeded {
        throw RebuildError(
          .limit, "`\(program)` was ended, since it printed too much", limit: .output)
      }
      throw RebuildError(.environment, "`\(program)` cannot be run: \(error)")
    }
  }

  /// An ending in words.
  static func text(_ status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): "exit status \(code)"
    case .signaled(let signal): "signal \(signal)"
    }
  }
}
