// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Subprocess
import SystemPackage

/// A build's process, watched until it ends or goes beyond a limit.
struct SupervisedProcess: Sendable {
  /// The program's path and its arguments.
  let command: [String]
  /// The whole environment of the program.
  let environment: [String: String]
  /// The folder in which it runs.
  let folder: FilePath
  /// What it and all that it starts may use.
  let limits: Sandbox.Limits
  /// Whether ``command`` makes a process namespace, so that all of its processes can be seen.
  let isSandbox: Bool
  /// The build's temporary folder, where there is no sandbox: its size is watched here.
  var scratch: FilePath?

  /// How it ended.
  struct Outcome: Sendable {
    /// Whether it ended with status 0.
    let isSuccess: Bool
    /// `exit status 1` or `signal 9`.
    let status: String
    /// The limit that ended it.
    let exceeded: Sandbox.Limits.Kind?
  }

  private static let interval = Duration.milliseconds(100)

  // How often the size of a folder is looked at, in intervals.
  private static let intervalsOfSize = 10

  /// Runs it; standard output goes to a file, standard error line by line to the log.
  ///
  /// - Throws: ``RebuildError`` of reason `environment`, and `CancellationError`; the processes are
  ///   gone then too.
  func run(
    input: FileDescriptor, output: FileDescriptor, log: inout BuildLog
  ) async throws -> Outcome {
    guard let scratch, !isSandbox else {
      return try await run(input: input, output: output, strays: nil, log: &log)
    }
    let strays = StrayProcesses(folder: scratch)
    do {
      let outcome = try await run(input: input, output: output, strays: strays, log: &log)
      await strays.endRest()
      return outcome
    } catch {
      await strays.endRest()
      throw error
    }
  }

  private func run(
    input: FileDescriptor, output: FileDescriptor, strays: StrayProcesses?, log: inout BuildLog
  ) async throws -> Outcome {
    var options = PlatformOptions()
    options.processGroupID = 0
    // Without a sandbox the first process ends all the others before it ends itself.
    options.teardownSequence =
      (strays == nil
        ? [] : [.send(signal: .terminate, allowedDurationToNextStep: StrayProcesses.patience)])
      + [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { variables[key] = value }
    }
    var collected = log
    let limits = limits
    let result = try await Subprocess.run(
      .path(FilePath(command.first ?? "")), arguments: Arguments(Array(command.dropFirst())),
      environment: .custom(variables), workingDirectory: folder, platformOptions: options,
      input: .fileDescriptor(input, closeAfterSpawningProcess: false),
      output: .fileDescriptor(output, closeAfterSpawningProcess: false),
      error: .sequence
    ) { execution in
      let process = execution.processIdentifier.value
      return try await withThrowingTaskGroup(of: Sandbox.Limits.Kind?.self) { group in
        group.addTask {
          let exceeded = await watch(process)
          // Whatever it left may hold the log open, for whose end is waited.
          let isGone = !isSandbox && SandboxUsage.hasEnded(process)
          await end(process, strays, isNeeded: exceeded != nil || isGone)
          return exceeded
        }
        var lines = LineBuffer()
        var printed = 0
        var exceeded: Sandbox.Limits.Kind?
        for try await chunk in execution.standardError {
          printed += chunk.withUnsafeBytes { $0.count }
          guard printed <= limits.output else {
            if exceeded == nil { await end(process, strays) }
            exceeded = .output
            continue
          }
          for line in chunk.withUnsafeBytes({ lines.add($0) }) { collected.add(line) }
        }
        if let line = lines.finish() { collected.add(line) }
        group.cancelAll()
        for try await watched in group { exceeded = exceeded ?? watched }
        return exceeded
      }
    }
    log = collected
    try Task.checkCancellation()
    return Outcome(
      isSuccess: result.terminationStatus.isSuccess,
      status: ChildProcess.text(result.terminationStatus), exceeded: result.closureResult)
  }

  // The first process of the namespace is only gone when all others are, and `bwrap` ends after it;
  // without it, `bwrap` would end first.
  private func end(
    _ process: Int32, _ strays: StrayProcesses?, isNeeded: Bool = true
  ) async {
    guard isNeeded else { return }
    if let strays { return await strays.end(process) }
    let roots = SandboxUsage.children(of: process)
    for root in roots { Platform.kill(root) }
    if !roots.isEmpty {
      guard (try? await Task.sleep(for: .seconds(1))) != nil else { return }
    }
    Platform.killGroup(process)
  }

  /// The limit that is exceeded; `nil` when the process has ended.
  private func watch(_ process: Int32) async -> Sandbox.Limits.Kind? {
    let start = ContinuousClock.now
    let before = scratch.map { Platform.use(ofFolder: $0) } ?? 0
    var count = 0
    while true {
      // Cancelled when the process has ended.
      guard (try? await Task.sleep(for: Self.interval)) != nil else { return nil }
      if ContinuousClock.now - start > .seconds(limits.seconds) { return .time }
      let usage = SandboxUsage(below: process, isSandbox: isSandbox)
      if let exceeded = usage.exceeded(limits) { return exceeded }
      guard !isSandbox else { continue }
      if SandboxUsage.hasEnded(process) { return nil }
      count += 1
      if let scratch, count.isMultiple(of: Self.intervalsOfSize),
        Platform.use(ofFolder: scratch) - before > limits.disk
      {
        return .disk
      }
    }
  }
}
