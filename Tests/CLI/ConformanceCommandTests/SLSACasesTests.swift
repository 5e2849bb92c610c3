// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark-conformance slsa`, through the real program.
@Suite struct SLSACasesTests {
  static let conformance = Program("hallmark-conformance")
  static let set = TestData.slsa.folder

  @Test(.enabled(if: TestData.slsa.isPresent || TestData.isCI))
  func decidesEveryCaseAsExpected() throws {
    let outcome = try Self.conformance.run(
      ["slsa", "\(Self.set)/cases.jsonl", "--files", "\(Self.set)/files"], timeout: 600)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output == "\(TestData.slsa.caseCount) passed, 0 failed\n")
  }

  /// Without keys, or under another trusted root, what needs them must not pass.
  @Test(
    .enabled(if: TestData.slsa.isPresent || TestData.isCI),
    arguments: [
      (["--keys", "/nonexistent"], "ErrorInvalidPublicKey"), ([], "pass"),
    ])
  func needsTheKeys(options: [String], got: String) throws {
    let lines = try String(contentsOfFile: "\(Self.set)/cases.jsonl", encoding: .utf8)
      .split(separator: "\n")
    let line = try #require(
      lines.first { $0.contains("verify-npm-package") && $0.contains("\"expected\": \"pass\"") })
    let (file, remove) = try Self.caseFile("\(line)\n")
    defer { remove() }
    let outcome = try Self.conformance.run(
      [
        "slsa", file, "--files", "\(Self.set)/files", "--trusted-root",
        "\(Self.set)/trusted_root.json",
      ] + (options.isEmpty ? ["--keys", Self.set] : options))
    #expect(outcome.status == (got == "pass" ? 0 : 1), "\(outcome)")
    if got != "pass" {
      #expect(outcome.output.contains(" pass \(got)\n"))
      #expect(outcome.output.hasSuffix("0 passed, 1 failed\n"))
    }
  }

  /// A difference is named, and counts.
  @Test(arguments: [
    ("verify-artifact", "pass", "ErrorVerifierNotSupported"),
    ("verify-image", "pass", "ErrorMutableImage"),
  ])
  func printsDifferences(command: String, expected: String, got: String) throws {
    let digest = String(repeating: "0", count: 64)
    let line = """
      {"id": "one", "command": "\(command)", "expected": "\(expected)", "artifacts": ["x"], \
      "artifact_digests": ["sha256:\(digest)"], "image": "name:tag", "provenance": "cases.jsonl", \
      "flags": {"source_uri": "github.com/a/b", "builder_id": "https://example.com/builder"}}
      """
    let (file, remove) = try Self.caseFile(line + "\n")
    defer { remove() }
    let folder = (file as NSString).deletingLastPathComponent
    let outcome = try Self.conformance.run(["slsa", file, "--files", folder])
    #expect(outcome.status == 1)
    #expect(outcome.output == "one \(expected) \(got)\n0 passed, 1 failed\n")
  }

  @Test(arguments: ["{}", "[", "{\"id\": 1}", "\u{0}"])
  func refusesOtherFiles(text: String) throws {
    let (file, remove) = try Self.caseFile(text + "\n")
    defer { remove() }
    let outcome = try Self.conformance.run(["slsa", file, "--files", "/"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("line 1"))
  }

  private static func caseFile(_ text: String) throws -> (path: String, remove: () -> Void) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("hallmark-slsa-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("cases.jsonl")
    try Data(text.utf8).write(to: file)
    return (file.path, { try? FileManager.default.removeItem(at: folder) })
  }
}
