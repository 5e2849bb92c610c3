// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark verify` on real public artifacts, offline, through the real program.
@Suite struct VerifyPublicArtifactsTests {
  static let hallmark = Program("hallmark")
  static let beacon =
    "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
    + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"

  /// One row: a file of pypi-attestations, the options, and what must come out.
  struct Row: Sendable, CustomTestStringConvertible {
    let file: String
    let options: [String]
    let status: Int32
    var shows = ""
    var testDescription: String { "\(file) \(options.joined(separator: " "))" }
  }

  static let rfc8785 = "rfc8785-0.1.2-py3-none-any.whl"
  static let sdist = "pypi_attestations-0.0.19.tar.gz"
  static let gitLab = "gitlab_oidc_project-0.0.3.tar.gz"
  static let author = [
    "--identity", "william@yossarian.net", "--issuer", "https://github.com/login/oauth",
  ]
  static let toolRepository = [
    "--repository", "trailofbits/pypi-attestations", "--workflow", "release.yml",
  ]

  static let rows: [Row] = [
    // Signed by the staging instance: its root must be asked for.
    Row(file: rfc8785, options: ["--staging"] + author, status: 0, shows: "verified"),
    Row(
      file: rfc8785, options: ["--staging", "--evidence", "\(rfc8785).sigstore"] + author,
      status: 0, shows: "Sigstore bundle"),
    Row(
      file: rfc8785,
      options: ["--staging", "--evidence", "\(rfc8785).publish.attestation"] + author, status: 0,
      shows: "PEP 740 attestation"),
    Row(file: rfc8785, options: author, status: 3, shows: "HM0205"),
    Row(file: sdist, options: toolRepository, status: 0, shows: "PEP 740 provenance"),
    Row(
      file: sdist, options: ["--evidence", "\(sdist).provenance"] + toolRepository, status: 0,
      shows: "PEP 740 provenance"),
    Row(
      file: sdist, options: ["--repository", "trailofbits/pypi-attestations"], status: 0),
    Row(
      file: sdist,
      options: ["--repository", "https://github.com/TrailOfBits/pypi-attestations"], status: 0),
    Row(
      file: sdist,
      options: [
        "--repository", "trailofbits/pypi-attestations", "--workflow", "nightly.yml",
      ], status: 3, shows: "HM0213"),
    Row(file: sdist, options: ["--repository", "evil/evil"], status: 3, shows: "HM0213"),
    Row(file: sdist, options: ["--repository", "trailofbits/pypi-attestation"], status: 3),
    Row(
      file: gitLab,
      options: [
        "--repository", "https://gitlab.com/facutuesca/gitlab-oidc-project", "--workflow",
        ".gitlab-ci.yml",
      ], status: 0, shows: "verified"),
    Row(
      file: gitLab, options: ["--repository", "facutuesca/gitlab-oidc-project"], status: 3,
      shows: "HM0213"),
    Row(
      file: sdist, options: [], status: 2, shows: "--repository trailofbits/pypi-attestations"),
  ]

  @Test(
    .enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"),
    arguments: rows)
  func distribution(row: Row) throws {
    let folder = TestData.pypiAttestations.folder
    let outcome = try Self.hallmark.run(
      ["verify", "\(folder)/\(row.file)"]
        + row.options.map { $0.hasPrefix(row.file) ? "\(folder)/\($0)" : $0 }, in: "/")
    #expect(outcome.status == row.status, "\(outcome)")
    #expect(
      row.shows.isEmpty || (outcome.output + outcome.errors).contains(row.shows), "\(outcome)")
    #expect(!outcome.output.contains("\u{1b}"), "colour in a pipe")
  }

  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: [
      "happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3", "happy-path-v0.3-new-mediaType",
      "happy-path-intoto-in-dsse-v3",
    ])
  func happyPath(name: String) throws {
    let folder = TestData.conformance.folder + "/bundle-verify"
    let options = [
      "--evidence", "\(folder)/\(name)/bundle.sigstore.json", "--identity", Self.beacon,
      "--issuer", "https://token.actions.githubusercontent.com",
    ]
    let accepted = try Self.hallmark.run(["verify", "\(folder)/a.txt"] + options, in: "/")
    #expect(accepted.status == 0, "\(accepted)")
    let other = try Self.hallmark.run(["verify", "\(folder)/README.md"] + options, in: "/")
    #expect(other.status == 3, "\(other)")
    #expect(other.errors.contains("HM0203"), "\(other)")
  }

  /// The line that pins a signer is safe to paste, whatever the file is called: the shell reads
  /// the name back as it is.
  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: ["plain.txt", "a b.txt", "a'b.txt", "a'\u{301}$(false).txt", "'\u{301}`x`"])
  func pinnedNameIsOneWord(name: String) throws {
    let scratch = try Scratch()
    let file = try scratch.write(name, try TestData.conformance.bytes("bundle-verify/a.txt"))
    _ = try scratch.write(
      "\(name).sigstore.json",
      try TestData.conformance.bytes("bundle-verify/happy-path-v0.3/bundle.sigstore.json"))
    let outcome = try Self.hallmark.run(["verify", file], in: "/")
    #expect(outcome.status == 2, "\(outcome)")
    let line = try #require(outcome.errors.split(separator: "\n").last { $0.contains("pin it: ") })
    let word = try #require(line.firstRange(of: "hallmark verify ")).upperBound
    let end = try #require(line.firstRange(of: " --repository ")).lowerBound
    let echoed = try Program(path: "/bin/sh").run(["-c", "printf %s \(line[word..<end])"])
    #expect(Array(echoed.output.utf8) == Array(file.utf8), "\(line)")
  }

  @Test(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
  func json() throws {
    let file = "\(TestData.pypiAttestations.folder)/\(Self.sdist)"
    let outcome = try Self.hallmark.run(
      ["verify", "--json", file, "/nonexistent"] + Self.toolRepository, in: "/")
    #expect(outcome.status == 1)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "hallmark.verify/v1")
    let files = try #require(document["files"] as? [[String: Any]])
    #expect(files.map { $0["verdict"] as? String } == ["verified", "unreadable"])
    let evidence = try #require(files[0]["evidence"] as? [[String: Any]])
    #expect(evidence.count == 3)
    #expect(evidence.allSatisfy { $0["valid"] as? Bool == true })
  }
}
