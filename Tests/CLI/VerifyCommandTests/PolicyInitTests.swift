// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark policy init`: what it writes verifies what it was written from, and nothing is pinned
/// that nobody confirmed.
@Suite(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
struct PolicyInitTests {
  static let hallmark = Program("hallmark")
  static let sdist = "pypi_attestations-0.0.19.tar.gz"

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func path(_ name: String) -> String { "\(TestData.pypiAttestations.folder)/\(name)" }

  private func run(_ arguments: [String]) throws -> Program.Outcome {
    try Self.hallmark.run(arguments, in: scratch.path)
  }

  @Test(arguments: [
    (sdist, [], "workflow = \"release.yml\""),
    (sdist, [], "repository_id = \"772247423\""),
    ("gitlab_oidc_project-0.0.3.tar.gz", [], "ref = \"refs/heads/main\""),
    ("rfc8785-0.1.2-py3-none-any.whl", ["--staging"], "identity = \"william@yossarian.net\""),
  ])
  func whatItWritesVerifies(name: String, options: [String], line: String) throws {
    let written = try run(["policy", "init", path(name), "--yes"] + options)
    #expect(written.status == 0, "\(written)")
    #expect(written.errors.contains("signed by"), "the signer is not shown")
    let policy = String(
      decoding: try TestData.read("\(scratch.path)/hallmark.toml"), as: UTF8.self)
    #expect(policy.contains(line), "\(policy)")
    let verified = try run(["verify", path(name), "--policy", "hallmark.toml"] + options)
    #expect(verified.status == 0, "\(verified)")
    let other = name == Self.sdist ? "gitlab_oidc_project-0.0.3.tar.gz" : Self.sdist
    #expect(try run(["verify", path(other), "--policy", "hallmark.toml"]).status == 3)
  }

  @Test func nothingIsPinnedUnasked() throws {
    let refused = try run(["policy", "init", path(Self.sdist)])
    #expect(refused.status == 2, "\(refused)")
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/hallmark.toml"))
    let printed = try run(["policy", "init", path("\(Self.sdist).provenance"), "--output", "-"])
    #expect(printed.status == 0)
    #expect(printed.output.contains("[[publisher]]"))
  }

  @Test func aPolicyIsNotWrittenOver() throws {
    _ = try scratch.write("hallmark.toml", "mine")
    #expect(try run(["policy", "init", path(Self.sdist), "--yes"]).status == 1)
    #expect(try TestData.read("\(scratch.path)/hallmark.toml") == Array("mine".utf8))
  }

  @Test func onlyWhatVerifiesIsPinned() throws {
    // Another instance's signature, a file without evidence, no evidence at all, a changed file.
    let changed = try scratch.write(
      Self.sdist, try TestData.pypiAttestations.bytes(Self.sdist) + [0])
    _ = try scratch.write(
      "\(Self.sdist).publish.attestation",
      try TestData.pypiAttestations.bytes("\(Self.sdist).publish.attestation"))
    for (file, status) in [
      (path("rfc8785-0.1.2-py3-none-any.whl"), 3), (path("200170367.pem"), 3),
      ("\(scratch.path)/none", 1), (changed, 3),
    ] as [(String, Int32)] {
      let outcome = try run(["policy", "init", file, "--yes"])
      #expect(outcome.status == status, "\(outcome)")
    }
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/hallmark.toml"))
  }
}

/// `--attest-result`: the verdict as a summary that others can verify by a key.
@Suite(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
struct AttestResultTests {
  static let hallmark = Program("hallmark")
  static let sdist = "pypi_attestations-0.0.19.tar.gz"
  static let verifier = ["--verifier-id", "https://verify.example", "--resource-uri", "pkg:x@1"]

  private let scratch: Scratch
  private let file = "\(TestData.pypiAttestations.folder)/\(sdist)"

  init() throws {
    scratch = try Scratch()
    let openssl = Program(path: "/usr/bin/openssl")
    let made = try openssl.run(
      ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "\(scratch.path)/key.pem"])
    let exported = try openssl.run(
      ["ec", "-in", "\(scratch.path)/key.pem", "-pubout", "-out", "\(scratch.path)/pub.pem"])
    guard made.status == 0, exported.status == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private func run(_ arguments: [String]) throws -> Program.Outcome {
    try Self.hallmark.run(["verify", file] + arguments, in: scratch.path)
  }

  private func attest(repository: String) throws -> Program.Outcome {
    try run([
      "--repo", repository, "--attest-result", "result.jsonl", "--result-key", "key.pem",
      "--result-verifier-id", "https://verify.example", "--result-resource-uri", "pkg:x@1",
    ])
  }

  @Test func passedIsVerifiedByTheKey() throws {
    #expect(try attest(repository: "trailofbits/pypi-attestations").status == 0)
    let read = ["--evidence", "result.jsonl", "--key", "pub.pem"]
    #expect(
      try run(read + Self.verifier + ["--verified-level", "SLSA_BUILD_LEVEL_2"]).status == 0)
    #expect(
      try run(read + Self.verifier + ["--verified-level", "SLSA_BUILD_LEVEL_3"]).status == 3)
    #expect(
      try run(read + ["--verifier-id", "https://x.example", "--resource-uri", "pkg:x@1"])
        .status == 3)
    #expect(try run(read).status == 0)
    // Openssl agrees about the signature over the envelope's encoding.
    let envelope = try #require(
      try JSONSerialization.jsonObject(
        with: Data(try TestData.read("\(scratch.path)/result.jsonl"))) as? [String: Any])
    let payload = try #require(Data(base64Encoded: envelope["payload"] as? String ?? ""))
    let type = try #require(envelope["payloadType"] as? String)
    let signatures = try #require(envelope["signatures"] as? [[String: Any]])
    let signature = try #require(Data(base64Encoded: signatures[0]["sig"] as? String ?? ""))
    let signed = Data("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    _ = try scratch.write("signed", Array(signed))
    _ = try scratch.write("signature", Array(signature))
    let check = try Program(path: "/usr/bin/openssl").run(
      ["dgst", "-sha256", "-verify", "pub.pem", "-signature", "signature", "signed"],
      in: scratch.path)
    #expect(check.status == 0, "\(check)")
  }

  /// A summary of a failure is evidence, and never a pass.
  @Test func failedIsNoPass() throws {
    #expect(try attest(repository: "evil/evil").status == 3)
    let read = ["--evidence", "result.jsonl", "--key", "pub.pem"]
    let outcome = try run(read)
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("HM0226"))
    #expect(try run(read + Self.verifier).status == 3)
  }

  @Test(arguments: [
    ["--attest-result", "r"], ["--attest-result", "r", "--result-key", "key.pem"],
    ["--result-resource-uri", "x"],
  ])
  func optionsBelongTogether(options: [String]) throws {
    #expect(try run(["--repo", "trailofbits/pypi-attestations"] + options).status == 2)
  }

  @Test(arguments: ["pub.pem", "none", "."])
  func unusableKeys(key: String) throws {
    let outcome = try run([
      "--repo", "trailofbits/pypi-attestations", "--attest-result", "r", "--result-key", key,
      "--result-verifier-id", "https://verify.example",
    ])
    #expect(outcome.status == 1, "\(outcome)")
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/r"))
  }
}
