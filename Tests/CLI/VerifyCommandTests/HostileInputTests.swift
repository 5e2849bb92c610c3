// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Hostile evidence, policies and trust to `hallmark verify` and `hallmark inspect`, through the real
/// program.
///
/// It ends by itself with a documented status and says file and reason, whatever the size. The bounds
/// here are generous, because the program under test may be a debug build beside others: the time is
/// when the process is killed, and killed is a failure.
@Suite struct HostileInputTests {
  static let hallmark = Program("hallmark")
  static let digest = "sha256:" + String(repeating: "0", count: 64)
  static let expectation = ["--repository", "owner/repository"]
  static let memoryLimit = 400
  static let timeLimit = 60.0
  static let sparseSize: UInt64 = 4 << 30

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func run(_ arguments: [String], _ statuses: [Int32], says word: String) throws {
    let outcome = try Self.hallmark.run(arguments, in: "/", timeout: Self.timeLimit)
    let what = "\(outcome.errors.prefix(600))"
    #expect(statuses.contains(outcome.status), "status \(outcome.status): \(what)")
    #expect(outcome.peakMemory < Self.memoryLimit, "\(outcome.peakMemory) MB: \(what)")
    #expect(outcome.errors.contains(word), "does not name `\(word)`: \(what)")
    #expect(outcome.errors.contains("error"), "\(what)")
    #expect(!outcome.errors.contains("\u{1b}"), "\(what)")
    // A message is for a person: nothing of a hostile size is repeated.
    #expect(outcome.errors.utf8.count < 10_000, "\(outcome.errors.utf8.count) bytes")
  }

  private func verify(_ evidence: String, _ statuses: [Int32], says word: String) throws {
    try run(
      ["verify", Self.digest, "--evidence", evidence] + Self.expectation, statuses, says: word)
  }

  /// A file of 4 GB of zeros that takes no place.
  private func sparse(_ name: String) throws -> String {
    let path = try scratch.write(name, [])
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.truncate(atOffset: Self.sparseSize)
    try handle.close()
    return path
  }

  @Test(arguments: HostileInput.all)
  func evidence(input: HostileInput) throws {
    let path = try scratch.write("hostile.json", input.bytes)
    try verify(path, [3], says: "hostile.json")
    // What is no evidence cannot be shown; an empty list of attestations can.
    try run(["inspect", path], [1], says: "hostile.json")
  }

  /// A bundle that is readable, with something huge inside: it is shown, and never accepted.
  @Test(
    .enabled(if: TestData.conformance.isPresent || TestData.isCI),
    arguments: ["checkpoint", "payload"])
  func bundles(part: String) throws {
    let bytes = try TestData.conformance.bytes(
      "bundle-verify/happy-path-intoto-in-dsse-v3/bundle.sigstore.json")
    var text = String(decoding: bytes, as: UTF8.self)
    switch part {
    case "checkpoint":
      let found = try #require(
        text.range(of: #""envelope":\s*"[^"]*""#, options: .regularExpression))
      text.replaceSubrange(
        found, with: "\"envelope\":\"" + String(repeating: #"a\n"#, count: 4_000_000) + "\"")
    default:
      let subject = #"{"name":"a","digest":{"sha256":"\#(String(repeating: "a", count: 64))"}},"#
      let statement =
        #"{"_type":"https://in-toto.io/Statement/v1","predicateType":"a","subject":["#
        + String(repeating: subject, count: 100_000) + subject.dropLast() + #"],"predicate":{}}"#
      let found = try #require(
        text.range(of: #""payload":\s*"[^"]*""#, options: .regularExpression))
      text.replaceSubrange(
        found, with: "\"payload\":\"\(Data(statement.utf8).base64EncodedString())\"")
    }
    let path = try scratch.write("hostile.json", text)
    try verify(path, [3], says: "error")
    let shown = try Self.hallmark.run(["inspect", path], in: "/", timeout: Self.timeLimit)
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.peakMemory < 200, "\(shown.peakMemory) MB")
    #expect(shown.output.utf8.count < 10_000)
  }

  @Test func imageFolders() throws {
    let entry = #"{"annotations":{"kind":"dev.cosignproject.cosign/atts"}}"#
    for (number, manifests) in [
      "[" + String(repeating: entry + ",", count: 50_000) + entry + "]",
      "[" + String(repeating: "{},", count: 1_000_000) + "{}]",
      String(repeating: "[", count: 1_000_000), "[{\"digest\":\"sha256:../../../etc/passwd\"}]",
    ].enumerated() {
      let folder = "layout\(number)"
      let path = try scratch.write("\(folder)/index.json", "{\"manifests\":\(manifests)}")
      let layout = String(path.dropLast("/index.json".count))
      try verify(layout, [1, 3], says: number == 3 ? "error" : folder)
    }
  }

  @Test func filesOfFourGigabytes() throws {
    let zeros = try sparse("zeros")
    try verify(zeros, [3], says: "zeros")
    try run(["inspect", zeros], [1], says: "zeros")
    try run(["verify", Self.digest, "--policy", zeros, "--evidence", zeros], [1], says: "zeros")
    try run(
      ["verify", Self.digest, "--trusted-root", zeros, "--evidence", zeros] + Self.expectation,
      [1], says: "zeros")
    try run(["verify", Self.digest, "--key", zeros, "--evidence", zeros], [1], says: "zeros")
    _ = try FileManager.default.createDirectory(
      atPath: "\(scratch.path)/layout", withIntermediateDirectories: true)
    let index = try sparse("layout/index.json")
    try verify(String(index.dropLast("/index.json".count)), [1, 3], says: "layout")
  }

  /// Policies and roots of a hostile form: they are refused, and nothing is decided.
  @Test(arguments: [
    String(repeating: "[", count: 900_000), String(repeating: "a.", count: 400_000),
    String(repeating: "[[publisher]]\n", count: 70_000), "[ .", "a = [}",
    "a = \"" + String(repeating: "x", count: 1_000_000), "\u{0}", "a = 1\na = 2\n",
    String(repeating: "a=[", count: 300_000), String(repeating: "{", count: 1_000_000),
  ])
  func policies(text: String) throws {
    let policy = try scratch.write("hostile.toml", text)
    let evidence = try scratch.write("evidence.json", "{}")
    try run(
      ["verify", Self.digest, "--policy", policy, "--evidence", evidence], [1], says: "hostile.toml"
    )
  }

  @Test(arguments: HostileInput.all)
  func trustedRoots(input: HostileInput) throws {
    let root = try scratch.write("hostile.json", input.bytes)
    let evidence = try scratch.write("evidence.json", "{}")
    try run(
      ["verify", Self.digest, "--trusted-root", root, "--evidence", evidence] + Self.expectation,
      [1], says: "hostile.json")
  }

  @Test func whatIsNoFile() throws {
    let pipe = "\(scratch.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let link = "\(scratch.path)/link"
    #expect(symlink("/nonexistent/target", link) == 0)
    let loop = "\(scratch.path)/loop"
    #expect(symlink(loop, loop) == 0)
    let evidence = try scratch.write("evidence.json", "{}")
    for file in [pipe, link, loop, "/dev/zero", "\(scratch.path)/absent", scratch.path] {
      let name = String(file.split(separator: "/").last ?? "")
      try verify(file, [1, 3], says: name)
      try run(["inspect", file], [1], says: name)
      try run(["verify", Self.digest, "--policy", file, "--evidence", evidence], [1], says: name)
      try run(
        ["verify", Self.digest, "--trusted-root", file, "--evidence", evidence] + Self.expectation,
        [1], says: name)
    }
  }

  /// The superuser reads everything.
  @Test(.enabled(if: geteuid() != 0)) func unreadableFiles() throws {
    let path = try scratch.write("closed", "{}")
    #expect(chmod(path, 0) == 0)
    try verify(path, [1, 3], says: "closed")
    try run(["inspect", path], [1], says: "closed")
  }
}
