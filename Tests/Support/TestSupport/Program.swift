// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One of the project's programs, or any other, run as a user would.
package struct Program: Sendable {
  /// The executable's path.
  package let path: String

  /// What a run left behind.
  package struct Outcome: Sendable, CustomStringConvertible {
    /// The exit status; 128 + n after signal n.
    package let status: Int32
    /// Standard output.
    package let output: String
    /// Standard error.
    package let errors: String
    /// Wall time in seconds.
    package let seconds: Double
    /// The most memory that was resident, in MB; 0 where the system does not tell.
    ///
    /// It is looked at every few milliseconds while the program runs, so what is allocated in the
    /// last of them is missed.
    package let peakMemory: Int

    package var description: String { "status \(status)\n\(output)\n\(errors)" }
  }

  /// Names an executable by its path.
  package init(path: String) {
    self.path = path
  }

  /// One of the package's own programs, from `HALLMARK_PROGRAMS` or the folder of the test bundle.
  package init(_ name: String) {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["HALLMARK_PROGRAMS"] {
      path = "\(folder)/\(name)"
    } else {
      // Everything is built into one folder, this test bundle too.
      let bundle = URL(fileURLWithPath: CommandLine.arguments[0])
      path = bundle.deletingLastPathComponent().appendingPathComponent(name).path
    }
  }

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - arguments: the command line after the name.
  ///   - environment: variables on top of a small clean environment.
  ///   - folder: the current folder.
  ///   - timeout: seconds after which it is killed, which shows as status 137.
  package func run(
    _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil,
    timeout: Double = 120
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = Self.environment(adding: environment)
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    // Files, because a full pipe would block the program.
    let scratch = try Scratch()
    let outputFile = try scratch.write("output", [])
    let errorFile = try scratch.write("errors", [])
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    let start = Date()
    try process.run()
    let deadline = start.addingTimeInterval(timeout)
    var peakMemory = 0
    while process.isRunning, Date() < deadline {
      peakMemory = max(peakMemory, Self.peakMemory(of: process.processIdentifier))
      usleep(5_000)
    }
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      // A child that it left and that holds its descriptors would keep this waiting for ever.
      let limit = Date().addingTimeInterval(5)
      while process.isRunning, Date() < limit { usleep(5_000) }
      guard !process.isRunning else { throw StillHeld(path: path, seconds: timeout) }
    }
    process.waitUntilExit()
    let killed = process.terminationReason == .uncaughtSignal
    return Outcome(
      status: killed ? 128 + process.terminationStatus : process.terminationStatus,
      output: String(decoding: try TestData.read(outputFile), as: UTF8.self),
      errors: String(decoding: try TestData.read(errorFile), as: UTF8.self),
      seconds: Date().timeIntervalSince(start), peakMemory: peakMemory)
  }

  /// `VmHWM` of a running process in MB, which never falls.
  private static func peakMemory(of process: Int32) -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    else { return 0 }
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
    }
    return 0
  }

  /// The variables that tests pass on; everything else of the caller's environment is left out.
  package static func environment(adding more: [String: String] = [:]) -> [String: String] {
    let inherited = ProcessInfo.processInfo.environment
    var environment = [
      "PATH": inherited["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
      "HOME": NSTemporaryDirectory() + "hallmark-test-home",
    ]
    // Package mirrors are configured through these.
    for (name, value) in inherited
    where name.hasPrefix("PIP_") || name.hasPrefix("UV_") || name.hasSuffix("_PROXY")
      || name.hasSuffix("_proxy") || name.hasSuffix("CA_BUNDLE") || name.hasPrefix("SSL_CERT")
    {
      environment[name] = value
    }
    return environment.merging(more) { $1 }
  }
}

/// A program that was killed, but whose end could not be seen.
package struct StillHeld: Error, CustomStringConvertible {
  /// The program.
  package let path: String
  /// How long it could take.
  package let seconds: Double

  package var description: String {
    "\(path) did not end in \(seconds) s, or a process that it left holds its descriptors"
  }
}

/// A temporary folder that goes when the last reference to it does.
package final class Scratch: Sendable {
  /// The folder's path.
  package let path: String

  /// Makes a folder.
  package init() throws {
    path = NSTemporaryDirectory() + "hallmark-test-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file and gives its path.
  package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Writes a text file and gives its path.
  package func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}
