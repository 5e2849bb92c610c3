// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark hash` and `sha256sum` read what the other wrote.
@Suite struct HashCommandTests {
  let scratch: Scratch
  /// Names that need care: a backslash, line breaks, blanks, a leading asterisk.
  static let names = ["plain", "a\\b", "c\nd", "e\r", " blank", "*star", "ünïcode"]

  init() throws {
    scratch = try Scratch()
    for name in Self.names { _ = try scratch.write(name, Array("content of \(name)".utf8)) }
  }

  private func hallmark(_ arguments: String...) throws -> Program.Outcome {
    try Program("hallmark").run(["hash"] + arguments, in: scratch.path)
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Program.Outcome {
    try Program(path: "/usr/bin/env").run([program] + arguments, in: scratch.path)
  }

  @Test(arguments: [[], ["--binary"]])
  func writesWhatSha256sumWrites(flags: [String]) throws {
    let own = try Program("hallmark").run(["hash"] + flags + ["--"] + Self.names, in: scratch.path)
    let other = try run("sha256sum", flags + ["--"] + Self.names)
    #expect(own.status == 0)
    #expect(own.output == other.output)
    _ = try scratch.write("SUMS", Array(own.output.utf8))
    let checked = try run("sha256sum", ["--check", "--status", "SUMS"])
    #expect(checked.status == 0, "\(checked)")
  }

  @Test(arguments: [[], ["--binary"]])
  func readsWhatSha256sumWrites(flags: [String]) throws {
    let list = try run("sha256sum", flags + ["--"] + Self.names)
    _ = try scratch.write("SUMS", Array(list.output.utf8))
    let outcome = try hallmark("--check", "SUMS")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.split(separator: "\n").count == Self.names.count)
    #expect(outcome.output.contains("plain: OK\n"))
    let base64 = try run("base64", ["SUMS"])
    _ = try scratch.write("SUMS64", Array(base64.output.utf8))
    #expect(try hallmark("--check", "SUMS64", "--base64").status == 0)
  }

  @Test func base64IsOneLine() throws {
    let text = try hallmark("plain", "ünïcode").output
    let outcome = try hallmark("plain", "ünïcode", "--base64")
    #expect(outcome.output == Data(text.utf8).base64EncodedString() + "\n")
  }

  @Test func machineReadable() throws {
    let outcome = try hallmark("plain", "--json")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let files = try #require(document["files"] as? [[String: String]])
    #expect(files.map { $0["name"] } == ["plain"])
    #expect(files.first?["sha256"]?.count == 64)
  }

  @Test func differencesAndMissingFiles() throws {
    let list = try hallmark("--", "plain", "ünïcode").output
    _ = try scratch.write("SUMS", Array(list.utf8))
    _ = try scratch.write("plain", Array("other".utf8))
    let changed = try hallmark("--check", "SUMS")
    #expect(changed.status == 5)
    #expect(changed.output == "plain: FAILED\nünïcode: OK\n")
    #expect(changed.errors.contains("error: 1 of 2 files are not as the list says"))
    try FileManager.default.removeItem(atPath: "\(scratch.path)/plain")
    let missing = try hallmark("--check", "SUMS")
    #expect(missing.status == 6)
    #expect(missing.output.hasPrefix("plain: FAILED open or read (no such file)\n"))
  }

  @Test(
    arguments: [
      ([], 2, "name at least one file"), (["absent"], 1, "no such file"), (["."], 1, "a folder"),
      (["fifo"], 1, "not a regular file"), (["--check", "absent"], 1, "no such file"),
      (["--check", "plain"], 1, "line 1: it does not begin with a SHA-256"),
      (["--check", "plain", "--base64"], 1, "not canonical base64"),
      (["--check", "plain", "plain"], 2, "--check takes the files from the list"),
      (["--check", "plain", "--binary"], 2, "--binary has no meaning"),
    ] as [([String], Int32, String)])
  func badInput(arguments: [String], status: Int32, sentence: String) throws {
    mkfifo("\(scratch.path)/fifo", 0o600)
    let outcome = try Program("hallmark").run(["hash"] + arguments, in: scratch.path)
    #expect(outcome.status == status, "\(outcome)")
    #expect(outcome.errors.contains(sentence), "\(outcome)")
    #expect(outcome.output == "")
  }
}
