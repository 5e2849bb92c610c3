// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Foundation
import Sigstore
import TestSupport
import Testing
import TrustSimulator

/// Envelopes without their log entry: what is missing is said, taken from a file, asked for, or made
/// a bundle for good.
@Suite struct LegacyEvidenceTests {
  static let hallmark = Program("hallmark")

  private let scratch: Scratch
  private let server: AnsweringServer
  private let uuid: String
  private let tool: String
  private let arguments: [String]

  init() throws {
    scratch = try Scratch()
    server = try AnsweringServer()
    let simulator = try TrustSimulator(logHost: "127.0.0.1", logURL: server.url)
    let contents = Array("tool".utf8)
    tool = try scratch.write("tool", contents)
    let statement = Statement(
      subjects: [Subject(name: "tool", sha256: SHA256Hash(hashing: contents))],
      predicateType: PredicateType.slsaProvenance, predicate: SimulatedRun.gitHub.provenance())
    let legacy = try simulator.legacy(statement, as: .gitHub, isIntoto: true)
    uuid = legacy.uuid
    _ = try scratch.write("tool.intoto.jsonl", legacy.text + [0x0a])
    _ = try scratch.write("entry.json", legacy.answer)
    let root = try scratch.write(
      "trusted_root.json", try simulator.trustedRoot().json.compactText)
    server.answer("/api/v1/log/entries/\(legacy.uuid)", with: legacy.answer)
    arguments = ["--trusted-root", root]
  }

  private func run(_ arguments: [String]) throws -> Program.Outcome {
    try Self.hallmark.run(arguments + self.arguments, in: scratch.path, timeout: 30)
  }

  private static let repository = ["--repo", "acme/greeting"]

  @Test func withoutTheEntryItIsUndecided() throws {
    let outcome = try run(["verify", tool] + Self.repository)
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("--rekor-entry"))
    #expect(server.requests.isEmpty, "asked without being told to")
  }

  @Test func withTheEntryFromAFile() throws {
    let outcome = try run(["verify", tool, "--rekor-entry", "entry.json"] + Self.repository)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(server.requests.isEmpty)
    let other = try run(["verify", tool, "--rekor-entry", "entry.json", "--repo", "acme/other"])
    #expect(other.status == 3)
  }

  @Test func withTheEntryOfTheLog() throws {
    let outcome = try run(["verify", tool, "--online"] + Self.repository)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(server.requests.contains("/api/v1/log/entries/\(uuid)"))
  }

  @Test func aLogWithoutTheEntry() throws {
    server.answer("/api/v1/log/entries/\(uuid)", with: Array("{}".utf8))
    let malformed = try run(["verify", tool, "--online"] + Self.repository)
    #expect(malformed.status == 6, "\(malformed)")
    server.stop()
    let unreachable = try run(["verify", tool, "--online"] + Self.repository)
    #expect(unreachable.status == 6, "\(unreachable)")
  }

  @Test func upgradedForGood() throws {
    let upgraded = try run(["bundle", "upgrade", "tool.intoto.jsonl", "--online"])
    #expect(upgraded.status == 0, "\(upgraded)")
    let again = try run(["bundle", "upgrade", "tool.intoto.jsonl", "--online"])
    #expect(again.status == 1, "it was written over")
    try FileManager.default.removeItem(atPath: "\(scratch.path)/tool.intoto.jsonl")
    let outcome = try run(["verify", tool] + Self.repository)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("Sigstore bundle"))
  }

  @Test func nothingIsWrittenThatDoesNotVerify() throws {
    let missing = try run(["bundle", "upgrade", "tool.intoto.jsonl"])
    #expect(missing.status == 6, "\(missing)")
    let other = try TrustSimulator(logHost: "127.0.0.1", logURL: server.url)
    let root = try scratch.write("other.json", try other.trustedRoot().json.compactText)
    let foreign = try Self.hallmark.run(
      [
        "bundle", "upgrade", "tool.intoto.jsonl", "--rekor-entry", "entry.json",
        "--trusted-root", root,
      ], in: scratch.path)
    #expect(foreign.status == 3, "\(foreign)")
    let bad = try run(["bundle", "upgrade", "tool", "--rekor-entry", "entry.json"])
    #expect(bad.status == 1)
    let badEntry = try run(["bundle", "upgrade", "tool.intoto.jsonl", "--rekor-entry", "tool"])
    #expect(badEntry.status == 1)
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/tool.sigstore.json"))
  }
}
