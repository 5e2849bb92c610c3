// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import RepositorySimulator
import Sigstore
import TestSupport
import Testing
import TrustSimulator

/// `hallmark trust` against a repository on this machine.
@Suite("hallmark trust")
struct TrustCommandTests {
  static let hallmark = Program("hallmark")
  private let scratch: Scratch
  private let server: AnsweringServer
  private var repository: RepositorySimulator
  private let root: String

  init() throws {
    scratch = try Scratch()
    server = try AnsweringServer()
    repository = try RepositorySimulator(targets: [
      "trusted_root.json": Array(try TrustSimulator().trustedRoot().json.compactText.utf8),
      "signing_config.v0.2.json": BuiltInInstance.staging.signingConfig, "../../escape": [1],
    ])
    root = try scratch.write("root.json", repository.rootBytes)
    try publish(at: Timestamp(unixSeconds: Int64(Date().timeIntervalSince1970)))
  }

  /// Publishes all roles as of a time and serves them.
  private mutating func publish(
    at time: Timestamp, _ change: (inout RepositorySimulator) -> Void = { _ in }
  )
    throws
  {
    for name in repository.roles.keys {
      repository.roles[name]?.expires = time.adding(seconds: 86_400)
    }
    change(&repository)
    try repository.publish(["root", "targets", "snapshot", "timestamp"])
    for (name, bytes) in repository.files { server.answer("/\(name)", with: bytes) }
    for (path, bytes) in repository.served { server.answer("/targets/\(path)", with: bytes) }
  }

  private func run(_ arguments: [String], home: String = "home") throws -> Program.Outcome {
    try Self.hallmark.run(
      arguments, environment: ["XDG_DATA_HOME": "\(scratch.path)/\(home)"], in: scratch.path,
      timeout: 60)
  }

  private func state(_ home: String = "home") -> [UInt8]? {
    try? TestData.read("\(scratch.path)/\(home)/hallmark/trust/acme/instance.json")
  }

  private static var now: Timestamp { Timestamp(unixSeconds: Int64(Date().timeIntervalSince1970)) }

  @Test("an instance is added, shown, updated, exported and imported")
  mutating func lifeOfAnInstance() throws {
    let added = try run(["trust", "add", "acme", server.url, "--root", root])
    #expect(added.status == 0, "\(added)")
    #expect(!server.requests.contains { $0.contains("escape") })
    #expect(try run(["trust", "add", "acme", server.url, "--root", root]).status == 1)
    let list = try run(["trust", "list"])
    #expect(list.status == 0 && list.output.contains("acme") && list.output.contains("public-good"))
    let shown = try run(["trust", "show", "acme", "--print", "trusted-root"])
    #expect(Array(shown.output.utf8) == repository.roles["targets"]?.targets["trusted_root.json"])
    #expect(try run(["trust", "show", "acme"]).output.contains(server.url))
    try publish(at: Self.now)
    let updated = try run(["trust", "update", "acme", "--json"])
    #expect(updated.status == 0 && updated.output.contains("\"rootVersion\":3"), "\(updated)")
    let exported = try run(["trust", "export", "acme", "--output", "acme.json"])
    #expect(exported.status == 0, "\(exported)")
    server.stop()
    let refused = try run(["trust", "import", "acme.json"], home: "other")
    #expect(refused.status == 2 && refused.errors.contains("--root-sha256"), "\(refused)")
    #expect(state("other") == nil)
    let digest = SHA256Hash(hashing: try TestData.read(root)).hexadecimal
    let imported = try run(
      ["trust", "import", "acme.json", "--root-sha256", digest], home: "other")
    #expect(imported.status == 0, "\(imported)")
    #expect(
      try run(["trust", "show", "acme", "--print", "trusted-root"], home: "other").output
        == run(["trust", "show", "acme", "--print", "trusted-root"]).output)
    let named = try run(
      ["trust", "import", "acme.json", "--root", root, "--name", "beta"], home: "other")
    #expect(named.status == 0 && named.output.contains("beta"), "\(named)")
  }

  @Test("a new instance is never trusted on first sight")
  func firstSight() throws {
    let outcome = try run(["trust", "add", "acme", server.url])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("help: ") && outcome.errors.contains("--root-sha256"))
    #expect(state() == nil && server.requests.isEmpty)
  }

  @Test("an instance is added by its root's digest")
  func byDigest() throws {
    let digest = SHA256Hash(hashing: try TestData.read(root)).hexadecimal
    #expect(
      try run(["trust", "add", "acme", server.url, "--root-sha256", digest]).status == 0)
    let other = SHA256Hash(hashing: []).hexadecimal
    let wrong = try run(["trust", "add", "beta", server.url, "--root-sha256", other])
    #expect(wrong.status == 3 && wrong.errors.contains(other), "\(wrong)")
  }

  @Test("a repository that cannot be accepted changes nothing")
  mutating func refusals() throws {
    #expect(try run(["trust", "add", "acme", server.url, "--root", root]).status == 0)
    let before = state()
    let now = Self.now
    let cases: [(String, (inout RepositorySimulator) -> Void)] = [
      ("expired", { $0.roles["timestamp"]?.expires = now.adding(seconds: -5) }),
      ("rolled back", { $0.roles["timestamp"]?.version = 1 }),
      ("valid signatures of 0 keys", { $0.roles["timestamp"]?.signers = [] }),
    ]
    let good = repository
    for (expected, change) in cases {
      repository = good
      try publish(at: Self.now, change)
      let outcome = try run(["trust", "update", "acme"])
      #expect(outcome.status == 3 && outcome.errors.contains(expected), "\(outcome)")
      if expected == "expired" { #expect(outcome.errors.contains("clock of this machine")) }
      #expect(state() == before)
    }
    server.stop()
    let unreachable = try run(["trust", "update", "acme", "--timeout", "2"])
    #expect(unreachable.status == 6 && unreachable.errors.contains(server.url), "\(unreachable)")
    #expect(state() == before)
  }

  @Test("a private instance counts only where it is named")
  func named() throws {
    #expect(try run(["trust", "add", "acme", server.url, "--root", root]).status == 0)
    let file = try scratch.write("file", "x")
    let policy = try scratch.write(
      "policy.toml", "instance = \"nobody\"\n[[publisher]]\nkind = \"GitHub\"\nowner = \"a\"\n")
    let unknown = try run(["verify", file, "--policy", policy])
    #expect(unknown.status == 2 && unknown.errors.contains("no instance `nobody`"), "\(unknown)")
    // The option is stronger than the policy; then it is the evidence that is missing.
    #expect(try run(["verify", file, "--policy", policy, "--instance", "acme"]).status == 3)
    #expect(try run(["verify", file, "--policy", policy, "--instance", "public-good"]).status == 3)
    #expect(
      try run(["verify", file, "--repository", "a/b", "--instance", "acme", "--staging"]).status
        == 2)
  }

  @Test("a damaged store of the public instance is passed over with a warning")
  func damaged() throws {
    _ = try scratch.write("home/hallmark/trust/public-good/instance.json", "{")
    let file = try scratch.write("file", "x")
    let outcome = try run(["verify", file, "--repository", "a/b"])
    #expect(outcome.status == 3 && outcome.errors.contains("warning: "), "\(outcome)")
    #expect(outcome.errors.contains("built in"))
  }

  static let usage: [([String], Int32, String)] = [
    (["trust", "show", "nobody"], 2, "there is no instance"),
    (["trust", "show", "../x"], 2, "is not the name"),
    (["trust", "export", "public-good", "--output", "x"], 1, "no signed metadata"),
    (["trust", "export", "nobody", "--output", "x"], 2, "there is no instance"),
    (["trust", "import", "missing.json"], 1, "no such file"),
    (["trust", "update", "nobody"], 2, "there is no instance"),
    (["trust", "update", "--url", "https://example.org"], 2, "one instance"),
    (["trust", "add", "a", "http://example.org", "--root", "x"], 2, "https"),
    (["trust", "add", "a", "https://example.org", "--root-sha256", "x"], 2, "hexadecimal"),
  ]

  @Test("wrong usage is explained", arguments: usage)
  func wrongUsage(_ arguments: [String], _ status: Int32, _ expected: String) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == status && outcome.errors.contains(expected), "\(outcome)")
  }
}
