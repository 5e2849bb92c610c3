// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Bad input to `hallmark verify`, through the real program: the documented status, never a crash.
@Suite(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
struct VerifyBadInputTests {
  static let hallmark = Program("hallmark")
  static let wheel = "rfc8785-0.1.2-py3-none-any.whl"
  static let options = ["--staging"] + VerifyPublicArtifactsTests.author

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func vector(_ name: String) throws -> [UInt8] {
    try TestData.pypiAttestations.bytes(name)
  }

  private func verify(_ arguments: [String]) throws -> Program.Outcome {
    let outcome = try Self.hallmark.run(["verify"] + arguments, in: "/", timeout: 20)
    #expect(outcome.status < 128, "crashed or hung: \(outcome)")
    return outcome
  }

  @Test func oneByteChanged() throws {
    var bytes = try vector(Self.wheel)
    bytes[bytes.count / 2] ^= 1
    let file = try scratch.write(Self.wheel, bytes)
    _ = try scratch.write("\(Self.wheel).sigstore", try vector("\(Self.wheel).sigstore"))
    let outcome = try verify([file] + Self.options)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("HM0203"), "\(outcome)")
  }

  @Test func attestationOfAnotherFile() throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    _ = try scratch.write(
      "\(Self.wheel).publish.attestation",
      try vector("pypi_attestations-0.0.19.tar.gz.publish.attestation"))
    let outcome = try verify([file] + VerifyPublicArtifactsTests.toolRepository)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("HM0203"), "\(outcome)")
  }

  @Test func renamedFile() throws {
    let file = try scratch.write("evil-9.0-py3-none-any.whl", try vector(Self.wheel))
    let evidence = try scratch.write(
      "e.attestation", try vector("\(Self.wheel).publish.attestation"))
    let outcome = try verify([file, "--evidence", evidence] + Self.options)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("another file name"), "\(outcome)")
  }

  @Test func noEvidence() throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    let outcome = try verify([file] + Self.options)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("HM0217"), "\(outcome)")
  }

  @Test(arguments: [0, 1, 100, 5_000])
  func truncatedBundle(count: Int) throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    _ = try scratch.write(
      "\(Self.wheel).sigstore", Array(try vector("\(Self.wheel).sigstore").prefix(count)))
    let outcome = try verify([file] + Self.options)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("HM0201"), "\(outcome)")
  }

  @Test func hugeBundle() throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    let bundle = try scratch.write("\(Self.wheel).sigstore", [UInt8](repeating: 0x5b, count: 16))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: bundle))
    try handle.truncate(atOffset: 200 << 20)
    try handle.close()
    let outcome = try verify([file] + Self.options)
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("larger than"), "\(outcome)")
    #expect(outcome.seconds < 5)
  }

  @Test(arguments: [
    String(repeating: "[", count: 1_000_000), "{\"mediaType\":\"x\",\"mediaType\":\"x\"}",
    "\u{0}\u{0}", "\"\\ud800\"", "{\"mediaType\":\"\u{1b}[31m\"}",
    "[" + String(repeating: "0,", count: 1_000_000) + "0]",
  ])
  func hostileBundle(text: String) throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    _ = try scratch.write("\(Self.wheel).sigstore", text)
    let outcome = try verify([file] + Self.options)
    #expect(outcome.status == 3)
    #expect(!outcome.errors.contains("\u{1b}"))
  }

  @Test func filesThatAreNone() throws {
    let pipe = "\(scratch.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let link = "\(scratch.path)/link"
    #expect(symlink("/nonexistent/target", link) == 0)
    for file in [pipe, link, scratch.path, "/nonexistent", "/dev/zero", ""] {
      let outcome = try verify([file] + Self.options)
      #expect(outcome.status == 1, "\(file): \(outcome)")
      #expect(outcome.errors.contains("error"))
    }
  }

  @Test(arguments: [
    ["--identity", "a"], ["--workflow", "x.yml"], ["--repository", "noslash"],
    ["--repository", "a/b/c"], ["--repository", "https://example.com/a/b"],
    ["--repository", "a/b", "--policy", "x"], ["--nonsense"],
    ["--staging", "--trusted-root", "x", "--repository", "a/b"],
  ])
  func wrongUsage(options: [String]) throws {
    let outcome = try verify(["file"] + options)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(outcome.errors.contains("error"))
  }

  @Test(arguments: ["", "[[publisher]]\nkind = \"GitHb\"\n", "\u{0}", "x = "])
  func badPolicy(text: String) throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    let policy = try scratch.write("hallmark.toml", text)
    let outcome = try verify([file, "--policy", policy])
    #expect(outcome.status == 1, "\(outcome)")
  }

  /// A policy counts when it is named, in the user's configuration, or at the git root of the
  /// current folder; never because it lies beside the artifact.
  @Test func policyIsNeverTakenFromTheArtifactsFolder() throws {
    let file = try scratch.write(Self.wheel, try vector(Self.wheel))
    _ = try scratch.write("\(Self.wheel).sigstore", try vector("\(Self.wheel).sigstore"))
    let policy = """
      [[publisher]]
      kind = "Sigstore"
      issuer = "https://github.com/login/oauth"
      identity = "william@yossarian.net"
      """
    let path = try scratch.write("hallmark.toml", policy)
    for folder in ["/", scratch.path] {
      let outcome = try Self.hallmark.run(["verify", "--staging", file], in: folder)
      #expect(outcome.status == 2, "\(outcome)")
    }
    #expect(try verify(["--staging", file, "--policy", path]).status == 0)

    let home = try Scratch()
    _ = try home.write("hallmark/hallmark.toml", policy)
    let configured = try Self.hallmark.run(
      ["verify", "--staging", file], environment: ["XDG_CONFIG_HOME": home.path], in: "/")
    #expect(configured.status == 0)
    #expect(configured.errors.contains("the user's configuration"), "\(configured)")

    let repository = try Scratch()
    _ = try repository.write(".git/HEAD", "ref: refs/heads/main\n")
    _ = try repository.write("hallmark.toml", policy)
    _ = try repository.write("sub/x", "")
    let enclosed = try Self.hallmark.run(
      ["verify", "--staging", file], in: "\(repository.path)/sub")
    #expect(enclosed.status == 0)
    #expect(enclosed.errors.contains("the enclosing git repository"), "\(enclosed)")
  }
}
