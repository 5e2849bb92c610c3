// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark audit --index` against an index on this machine, with a real release's attestations.
@Suite(.enabled(if: TestData.pypiAttestations.isPresent || TestData.isCI)) struct AuditIndexTests {
  let scratch: Scratch
  static let sdist = "pypi_attestations-0.0.19.tar.gz"
  static let digest = "9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3"
  static let numbers = [67, 68, 78, 80, 88, 93]

  init() throws {
    scratch = try Scratch()
    _ = try scratch.write(
      "pyproject.toml",
      Array(
        """
        [project]
        name = "pypi-attestations"
        version = "0.0.19"
        urls = { source = "https://github.com/trailofbits/pypi-attestations" }

        """.utf8))
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/.github/workflows", withIntermediateDirectories: true)
    _ = try scratch.write(
      ".github/workflows/release.yml",
      Array(
        """
        on: release
        permissions: {}
        jobs:
          pypi:
            environment: release
            runs-on: ubuntu-24.04
            permissions: { id-token: write }
            steps:
              - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0

        """.utf8))
  }

  /// An index with one release; the page and the provenance can be others.
  private func index(
    page: (@Sendable (String) -> AnsweringServer.Answer)? = nil, provenance: [UInt8]? = nil,
    digest: String? = nil, status: Int = 200
  ) throws -> AnsweringServer {
    let sha256 = digest ?? Self.digest
    let real = try TestData.pypiAttestations.bytes(Self.sdist + ".provenance")
    let text = """
      {"meta": {"api-version": "1.4"}, "name": "pypi-attestations", "versions": ["0.0.19"],
       "files": [{"filename": "\(Self.sdist)", "url": "/files/\(Self.sdist)",
        "hashes": {"sha256": "\(sha256)"}, "provenance": "/provenance"}]}
      """
    return try AnsweringServer { call in
      switch call.path {
      case "/simple/pypi-attestations/":
        page?(text) ?? .init(200, text)
      case "/provenance":
        .init(status, String(decoding: provenance ?? real, as: UTF8.self))
      default: .init(404, "{}")
      }
    }
  }

  private func audit(_ arguments: String...) throws -> Program.Outcome {
    try Program("hallmark").run(["audit"] + arguments, in: scratch.path, timeout: 60)
  }

  /// The verdicts of the index's items.
  private func verdicts(_ outcome: Program.Outcome) throws -> [Int: String] {
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome)")
    let project = try #require((document["projects"] as? [[String: Any]])?.first)
    let items = try #require(project["checklist"] as? [[String: Any]])
    var verdicts: [Int: String] = [:]
    for item in items {
      guard let number = item["number"] as? Int, Self.numbers.contains(number) else { continue }
      verdicts[number] = item["verdict"] as? String
    }
    return verdicts
  }

  @Test func withoutTheOptionNobodyIsAsked() throws {
    let found = try verdicts(try audit("--json"))
    for number in Self.numbers { #expect(found[number] == "unknown", "\(number)") }
  }

  @Test func realAttestationsDecide() throws {
    let server = try index()
    defer { server.stop() }
    let outcome = try audit("--json", "--index-url", "\(server.url)/simple")
    #expect(try JSONSchema("audit-v1.json").problems(in: outcome.output) == [])
    let found = try verdicts(outcome)
    #expect(found[78] == "pass", "\(outcome)")
    // No tag is here, and it is not pypi.org.
    #expect(found[88] == "unknown")
    #expect(found[67] == "unknown")
    #expect(server.calls.map(\.path) == ["/simple/pypi-attestations/", "/provenance"])
  }

  @Test func filesInDistAreCompared() throws {
    let server = try index()
    defer { server.stop() }
    try FileManager.default.createDirectory(
      atPath: scratch.path + "/dist", withIntermediateDirectories: true)
    _ = try scratch.write("dist/" + Self.sdist, Array("other".utf8))
    let outcome = try audit("--index-url=\(server.url)/simple/", "--rules", "index-same-bytes")
    #expect(outcome.output.contains("dist/\(Self.sdist)"), "\(outcome)")
    #expect(outcome.status == 11)
  }

  /// Attestations of another file, of nothing, and what is none.
  @Test(arguments: ["another file", "nothing", "nonsense", "no longer there"])
  func whatDoesNotHoldIsFound(what: String) throws {
    let server =
      switch what {
      case "another file": try index(digest: String(repeating: "ab", count: 32))
      case "nothing":
        try index(provenance: Array(#"{"version": 1, "attestation_bundles": []}"#.utf8))
      case "nonsense": try index(provenance: Array("<html>".utf8))
      default: try index(status: 404)
      }
    defer { server.stop() }
    let outcome = try audit("--json", "--index-url", "\(server.url)/simple/")
    #expect(try verdicts(outcome)[78] == "fail", "\(what): \(outcome)")
    #expect(outcome.output.contains("\"index-provenance\""), "\(what)")
  }

  /// What the index answers instead of a page, and what is said of it; nothing is passed then.
  @Test(arguments: [
    (404, "{}", "has no project"), (429, "{}", "429"), (500, "oops", "500"),
    (200, "<html>", "not a page of the simple API"),
    (
      200, #"{"meta": {"api-version": "1.4"}, "name": "pypi-attestations", "files": []}"#,
      "no release"
    ),
    (
      200,
      #"{"meta": {"api-version": "1.4"}, "name": "pypi-attestations", "files": [{"filename": "\u001b[2J-1.tar.gz", "url": "x", "hashes": {}}]}"#,
      "no release"
    ),
  ])
  func faultsAreSaidAndNothingPasses(status: Int, body: String, message: String) throws {
    let server = try index(page: { _ in .init(status, body) })
    defer { server.stop() }
    let outcome = try audit("--json", "--index-url", "\(server.url)/simple/", "--timeout", "5")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!outcome.errors.utf8.contains(0x1B))
    let found = try verdicts(outcome)
    for number in Self.numbers { #expect(found[number] == "unknown", "\(number)") }
  }

  @Test func aFileThatIsNotAnsweredForIsUnknown() throws {
    let server = try index(status: 503)
    defer { server.stop() }
    let outcome = try audit("--json", "--index-url", "\(server.url)/simple/", "--timeout", "5")
    #expect(try verdicts(outcome)[78] == "unknown", "\(outcome)")
  }

  @Test func usage() throws {
    #expect(try audit("--index-url", ".").status == 2)
    #expect(try audit("--project", "x").status == 2)
    #expect(try audit("--index-url", "http://example.org/simple/").status == 2)
    #expect(try audit("--index-url", "https://example.org/simple/", "--project", "--").status == 2)
  }
}
