// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

/// `hallmark-server stack` as a child process: it announces itself, stops when it should, and says
/// what is wrong when it cannot start.
struct StackCommandTests {
  private static let server = Program("hallmark-server")
  private let scratch: Scratch
  private var data: String { "\(scratch.path)/data" }

  init() throws {
    scratch = try Scratch()
  }

  /// A server that was started and has announced itself.
  private final class Running {
    let process = Process()
    let input = Pipe()
    let announcement: JSONNode

    init(_ arguments: [String]) throws {
      process.executableURL = URL(fileURLWithPath: StackCommandTests.server.path)
      process.arguments = ["stack", "--announce", "--exit-with-parent"] + arguments
      process.environment = Program.environment()
      let output = Pipe()
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      var line: [UInt8] = []
      while let data = try output.fileHandleForReading.read(upToCount: 1), let byte = data.first,
        byte != 0x0a
      {
        line.append(byte)
      }
      announcement = try JSONNode(parsing: line)
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }

    func text(_ key: String) throws -> String { try announcement.required(key).string() }

    /// Waits for the end, at most ten seconds.
    func status() -> Int32? {
      for _ in 0..<1_000 where process.isRunning { usleep(10_000) }
      return process.isRunning ? nil : process.terminationStatus
    }
  }

  private func refused(
    _ arguments: [String], status: Int32, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Self.server.run(arguments, timeout: 30)
    #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.hasPrefix("error: "), "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains("\nhelp: "), "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.errors.contains(word), "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  @Test(.timeLimit(.minutes(2))) func announcesAndStops() throws {
    var before: [UInt8] = []
    for end in ["input", "SIGTERM", "SIGINT"] {
      let running = try Running(["--data", data, "--publisher", "greeting"])
      #expect(try running.text("url").hasPrefix("https://localhost:"))
      #expect(try running.text("httpUrl").hasPrefix("http://127.0.0.1:"))
      #expect(try running.text("indexAudience") == "hallmark")
      for key in [
        "tlsCA", "trustedRoot", "signingConfig", "trustConfig", "identityRequestTokenFile",
      ] {
        #expect(FileManager.default.fileExists(atPath: try running.text(key)), "\(key)")
      }
      // Ports, keys and everything that names them stay the same.
      let root = try TestData.read(try running.text("trustConfig"))
      #expect(before.isEmpty || before == root)
      before = root
      switch end {
      case "input": try running.input.fileHandleForWriting.close()
      case "SIGTERM": kill(running.process.processIdentifier, SIGTERM)
      default: kill(running.process.processIdentifier, SIGINT)
      }
      #expect(running.status() == 0, "\(end)")
    }
  }

  @Test(.timeLimit(.minutes(2))) func whatIsTakenIsRefused() throws {
    let running = try Running(["--data", data])
    let port = try #require(try running.text("url").split(separator: ":").last)
    let httpPort = try #require(try running.text("httpUrl").split(separator: ":").last)
    try refused(["stack", "--data", data], status: 1, "in use by another hallmark-server")
    for (option, number) in [("--port", port), ("--http-port", httpPort)] {
      try refused(
        ["stack", "--data", "\(scratch.path)/other", option, "\(number)"], status: 1,
        "port \(number) on 127.0.0.1 is already in use")
    }
    try running.input.fileHandleForWriting.close()
    #expect(running.status() == 0)
    try refused(
      ["stack", "--data", data, "--port", "1"], status: 1, "was set up with --port \(port)")
  }

  @Test func unusableFoldersAreRefused() throws {
    let file = try scratch.write("file", "text")
    try refused(["stack", "--data", file], status: 1, "is not a folder")
    try refused(["stack", "--data", "\(file)/data"], status: 1, file)
    try refused(["stack", "--data", scratch.path], status: 1, "not a data folder")
    // Nobody can create a folder there, not even root.
    try refused(["stack", "--data", "/proc/hallmark"], status: 1, "/proc/hallmark")
  }

  @Test func fullFolderIsRefusedAndLeftAsItWas() throws {
    // A limit on the size of files fails like a full disk. The errors go through a pipe, because
    // the limit holds for every file.
    let script = "(ulimit -f 0; '\(Self.server.path)' stack --data '\(data)') 2>&1 | cat"
    let outcome = try Program(path: "/bin/sh").run(["-c", script], timeout: 30)
    #expect(outcome.output.contains("no space is left"), "\(outcome)")
    #expect(outcome.output.contains("help: free some space"))
    #expect(!FileManager.default.fileExists(atPath: data))
  }

  @Test(arguments: [
    ([], "--data"), (["--data", "d", "--port", "65536"], "--port"),
    (["--data", "d", "--port", "7", "--http-port", "7"], "different ports"),
    (["--data", "d", "--publisher", "../x"], "../x"), (["--data", "d", "--bogus"], "--bogus"),
  ])
  func wrongUsage(arguments: [String], words: String) throws {
    try refused(["stack"] + arguments, status: 2, words)
  }

  @Test func version() throws {
    let outcome = try Self.server.run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("hallmark-server "))
  }
}
