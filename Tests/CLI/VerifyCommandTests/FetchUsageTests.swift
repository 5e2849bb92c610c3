// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark verify` and `hallmark download` before they ask anybody: what `--offline` says, and
/// wrong usage, through the real program.
@Suite struct FetchUsageTests {
  static let hallmark = Program("hallmark")
  static let signer = ["--repository", "acme/greeting"]
  static let emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func run(_ arguments: [String]) throws -> Program.Outcome {
    // A proxy that nobody answers at, so that no test can reach the network by mistake.
    let outcome = try Self.hallmark.run(
      arguments, environment: ["HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""],
      in: scratch.path, timeout: 20)
    #expect(outcome.status < 128, "crashed or hung: \(outcome)")
    return outcome
  }

  @Test func offlineSaysWhatAReleaseNeeds() throws {
    let outcome = try run(["verify", "Greeting==1.0", "--offline"] + Self.signer)
    #expect(outcome.status == 6)
    #expect(outcome.output == "https://pypi.org/simple/greeting/\n", "\(outcome)")
    #expect(outcome.errors.contains("undecided"), "\(outcome)")
  }

  @Test func offlineSaysWhatAnAddressNeeds() throws {
    let outcome = try run(
      ["verify", "pypi:https://files.example.org/x/greeting-1.0.tar.gz", "--offline"] + Self.signer)
    #expect(outcome.status == 6)
    #expect(
      outcome.output == """
        https://pypi.org/simple/greeting/
        https://files.example.org/x/greeting-1.0.tar.gz

        """)
  }

  @Test func offlineSaysWhatAFileNeeds() throws {
    _ = try scratch.write("thing.bin", [])
    let outcome = try run(
      [
        "verify", "thing.bin", "--fetch", "--offline", "--fetch-from",
        "https://example.org/v1/",
      ] + Self.signer)
    #expect(outcome.status == 6)
    let lines = outcome.output.split(separator: "\n")
    #expect(
      lines.first
        == "https://api.github.com/repos/acme/greeting/attestations/sha256:\(Self.emptyDigest)?per_page=100"
    )
    #expect(lines.contains("https://example.org/v1/thing.bin.sigstore.json"), "\(outcome)")
    #expect(lines.last == "https://example.org/v1/multiple.intoto.jsonl")
    // A thing that is no distribution is not asked about at an index.
    #expect(!outcome.output.contains("pypi.org"))
  }

  @Test func offlineSaysWhatADigestNeeds() throws {
    let outcome = try run(
      ["verify", "sha256:\(Self.emptyDigest)", "--fetch", "--offline"] + Self.signer)
    #expect(outcome.status == 6)
    #expect(
      outcome.output
        == "https://api.github.com/repos/acme/greeting/attestations/sha256:\(Self.emptyDigest)"
        + "?per_page=100\n", "\(outcome)")
  }

  @Test func offlineAsJSON() throws {
    let outcome = try run(
      ["download", "greeting", "six>=1", "--policy", try policy(), "--offline", "--json"])
    #expect(outcome.status == 6)
    #expect(try JSONSchema("fetch-plan-v1.json").problems(in: outcome.output) == [])
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "hallmark.fetch-plan/v1")
    #expect(
      document["addresses"] as? [String]
        == ["https://pypi.org/simple/greeting/", "https://pypi.org/simple/six/"])
  }

  @Test func offlineIsNothingNewForAFile() throws {
    _ = try scratch.write("thing.bin", [])
    let outcome = try run(["verify", "thing.bin", "--offline"] + Self.signer)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("HM0217"))
  }

  private func policy() throws -> String {
    try scratch.write(
      "p.toml", "[[publisher]]\nkind = \"GitHub\"\nrepository = \"acme/greeting\"\n")
  }

  @Test(arguments: [
    (["verify", "greeting==x"], "is not a version"), (["verify", "gr eeting==1"], "project name"),
    (["verify", "pypi:x.zip"], "`.whl` or `.tar.gz`"), (["verify", "pypi:ftp://x/y"], "https://"),
    (["verify", "pypi:https://u:p@example.org/a-1.tar.gz"], "user name"),
    (["verify", "pypi:http://example.org/a-1.tar.gz"], "https"),
    (["verify", "a==1", "--evidence", "x"], "--evidence is for files"),
    (["verify", "a==1", "--index", "http://example.org/simple/"], "https"),
    (["verify", "a==1", "--index", "https://u:SECRET@example.org/"], "user name"),
    (["verify", "a==1", "--index", "x"], "--index"),
    (["verify", "a==1", "--timeout", "0"], "--timeout"),
    (["verify", "x", "--online", "--offline"], "exclude each other"),
    (["verify", "x", "--fetch-from", "http://example.org/"], "https"),
    (["verify", "x", "--github-api", "http://example.org/"], "https"),
    (["download"], "name a requirement"), (["download", "a b"], "not a requirement"),
    (["download", "a @ https://example.org/a.whl"], "by address"),
    (["download", "a", "a==1", "--package-policy", "a=x"], "asked for twice"),
    (["download", "a"], "no expectation"),
    (["download", "a", "--package-policy", "b"], "NAME=FILE"),
    (["download", "a", "--dest", ""], "--dest"),
  ])
  func wrongUsage(_ arguments: [String], _ words: String) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(words), "\(outcome)")
    #expect(outcome.output.isEmpty)
    #expect(!outcome.errors.contains("SECRET"))
  }

  @Test(arguments: [
    ("-r", "in.txt", "a\n--index-url x\n", "line 2: the option `--index-url`"),
    ("-r", "in.txt", "a \\\n b", "line 1"),
    ("-r", "in.txt", "a==1 ; x \u{1b}[31m", "line 1"),
    ("--pylock", "pylock.toml", "lock-version = \"9.0\"\npackages = []", "version 1"),
    ("--pylock", "pylock.toml", "lock-version = ", "line 1"),
    ("--pylock", "pylock.toml", "[!]", "line 1, column 2"),
    ("--pylock", "pylock.toml", "x=" + String(repeating: "[", count: 5_000), "lock file"),
  ])
  func wrongFiles(_ option: String, _ name: String, _ text: String, _ words: String) throws {
    _ = try scratch.write(name, text)
    let outcome = try run(["download", option, name, "--policy", try policy()])
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains(words), "\(outcome)")
    #expect(outcome.errors.contains("--> \(name)"), "\(outcome)")
    #expect(!outcome.errors.contains("\u{1b}"))
  }

  @Test func filesThatCannotBeRead() throws {
    for arguments in [
      ["-r", "missing", "--policy", try policy()], ["--pylock", ".", "--policy", try policy()],
      ["a", "--policy", "missing"], ["a", "--policy", try policy(), "--trusted-root", "missing"],
      ["a", "--policy", try policy(), "--tls-ca", "missing"],
    ] {
      let outcome = try run(["download"] + arguments)
      #expect(outcome.status == 1, "\(arguments) \(outcome)")
    }
  }

  @Test func helpTeaches() throws {
    let outcome = try run(["download", "--help"])
    #expect(outcome.status == 0)
    for words in ["Examples:", "--require-hashes", "Dependencies are not resolved"] {
      #expect(outcome.output.contains(words), "\(outcome)")
    }
  }
}
