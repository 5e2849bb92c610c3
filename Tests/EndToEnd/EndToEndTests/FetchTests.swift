// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark verify` with evidence from services that answer in the recorded shapes, with real
/// files of PyPI and GitHub.
@Suite(
  .enabled(
    if: TestData.pypiAttestations.isPresent && TestData.slsa.isPresent,
    "not run: no sets pypi-attestations and slsa"))
struct FetchTests {
  static let sdist = "pypi_attestations-0.0.19.tar.gz"
  static let project = "pypi-attestations"
  static let signer = [
    "--repository", "trailofbits/pypi-attestations", "--workflow", "release.yml",
  ]
  static let pagePath = "/simple/\(project)/"
  static let filePath = "/files/\(sdist)"
  static let provenancePath = "/integrity/\(project)/0.0.19/\(sdist)/provenance"
  static let module = "MODULE.bazel"
  static let moduleDigest = "06ce330900a7d6403bc8d88e5dfad6aeeb8ae40179f66bb89e69c8bf6f6b1a0b"
  static let moduleSigner = ["--repository", "aspect-build/rules_lint"]
  static let gitHubPath = "/repos/aspect-build/rules_lint/attestations/sha256:\(moduleDigest)"

  let workplace: Workplace

  init() throws { workplace = try Workplace() }

  static func vector(_ name: String) -> String { "\(TestData.pypiAttestations.folder)/\(name)" }

  static func slsaFile(_ name: String) -> String { "\(TestData.slsa.folder)/files/\(name)" }

  /// A page of the simple API with the one file.
  static func page(sha256: String) -> String {
    """
    {"meta":{"api-version":"1.4","_last-serial":1},"name":"\(project)","versions":["0.0.19"],
     "project-status":{"status":"active"},
     "files":[{"filename":"\(sdist)","url":"../../files/\(sdist)","hashes":{"sha256":"\(sha256)"},
       "requires-python":">=3.11","size":1,"upload-time":"2024-12-04T23:14:02.000001Z",
       "yanked":false,"core-metadata":false,"data-dist-info-metadata":false,
       "provenance":"\(provenancePath)"}]}
    """
  }

  /// An index that is in order.
  static func index() throws -> [String: [ScriptedService.Answer]] {
    let digest = try Program(path: "/usr/bin/env").run(["sha256sum", vector(sdist)])
      .output.prefix(64)
    return [
      pagePath: [
        ScriptedService.Answer(
          headers: ["Content-Type": "application/vnd.pypi.simple.v1+json"],
          body: page(sha256: String(digest)))
      ],
      filePath: [.file(vector(sdist))],
      provenancePath: [.file(vector("\(sdist).provenance"))],
    ]
  }

  private func verify(
    _ arguments: [String], at service: ScriptedService
  ) throws -> Program.Outcome {
    try workplace.hallmark(
      ["verify", "--index", "\(service.url)/simple/", "--github-api", service.url] + arguments,
      timeout: 60)
  }

  /// A copy of a file, alone in its folder.
  private func alone(_ path: String) throws -> String {
    let name = (path as NSString).lastPathComponent
    let copy = workplace(name)
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    return copy
  }

  @Test(arguments: ["pypi_attestations==0.0.19", "PyPI.attestations==0.0.19.0", "pypi:\(sdist)"])
  func releaseOfAnIndex(_ reference: String) throws {
    let service = try ScriptedService(Self.index(), in: workplace)
    let outcome = try verify([reference] + Self.signer, at: service)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("✓ \(Self.sdist)  verified"), "\(outcome)")
    #expect(service.paths == [Self.pagePath, Self.filePath, Self.provenancePath])
    #expect(!service.sawCredentials)
    #expect(workplace.names(in: "tmp") == [])
  }

  @Test func addressOfAFile() throws {
    let service = try ScriptedService(Self.index(), in: workplace)
    let outcome = try verify(["pypi:\(service.url)\(Self.filePath)"] + Self.signer, at: service)
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test func fileOfThisMachine() throws {
    let service = try ScriptedService(Self.index(), in: workplace)
    let file = try alone(Self.vector(Self.sdist))
    #expect(try verify([file] + Self.signer, at: service).status == 3)
    #expect(service.paths == [], "asked without --fetch")
    let offline = try verify([file, "--fetch", "--offline"] + Self.signer, at: service)
    #expect(offline.status == 6)
    #expect(offline.output.contains("\(service.url)\(Self.pagePath)\n"), "\(offline)")
    #expect(offline.output.contains("/repos/trailofbits/pypi-attestations/attestations/sha256:"))
    #expect(service.paths == [], "asked in spite of --offline")
    let outcome = try verify([file, "--fetch"] + Self.signer, at: service)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains(Self.provenancePath))
  }

  @Test func attestationsOfGitHub() throws {
    let bundle = String(
      decoding: try TestData.read(Self.slsaFile("bcr/\(Self.module).intoto.jsonl")), as: UTF8.self)
    let wrong = String(
      decoding: try TestData.read(Self.slsaFile("bcr/MODULE-wrong-signer.bazel.intoto.jsonl")),
      as: UTF8.self)
    func item(_ bundle: String) -> String {
      #"{"bundle":\#(bundle.trimmingCharacters(in: .newlines)),"bundle_url":"x","repository_id":1}"#
    }
    // A foreign attestation beside the good one does not matter.
    let service = try ScriptedService(
      [Self.gitHubPath: [.text(#"{"attestations":[\#(item(wrong)),\#(item(bundle))]}"#)]],
      in: workplace)
    let file = try alone(Self.slsaFile("bcr/\(Self.module)"))
    let outcome = try verify([file, "--fetch"] + Self.moduleSigner, at: service)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("(attestations[1])"), "\(outcome)")
    #expect(service.paths == ["\(Self.gitHubPath)?per_page=100"])
    #expect(!service.sawCredentials)
  }

  @Test func assetsOfARelease() throws {
    let file = try alone(Self.slsaFile("bcr/\(Self.module)"))
    let evidence = Self.slsaFile("bcr/\(Self.module).intoto.jsonl")
    let service = try ScriptedService(
      [
        "/o/r/releases/download/v1/\(Self.module).intoto.jsonl": [
          .status(302, ["Location": "/store/asset?sig=x"])
        ], "/store/asset": [.file(evidence)],
      ], in: workplace)
    let outcome = try verify(
      [file, "--fetch-from", "\(service.url)/o/r/releases/download/v1"] + Self.moduleSigner,
      at: service)
    #expect(outcome.status == 0, "\(outcome)")
    let folder = try verify(
      [file, "--fetch-from", Self.slsaFile("bcr")] + Self.moduleSigner, at: service)
    #expect(folder.status == 0, "\(folder)")
  }
}

extension FetchTests {
  /// A service with one defect, and how the command must end.
  struct Defect: Sendable, CustomTestStringConvertible {
    let path: String
    let answers: [ScriptedService.Answer]
    let status: Int32
    let words: String
    /// How often the path must have been asked.
    var calls: Int?

    init(
      _ path: String, _ answers: [ScriptedService.Answer], _ status: Int32, _ words: String,
      calls: Int? = nil
    ) {
      self.path = path
      self.answers = answers
      self.status = status
      self.words = words
      self.calls = calls
    }

    var testDescription: String { "\(path): \(words)" }
  }

  static let indexDefects = [
    Defect(pagePath, [.status(404)], 6, "the index has no project"),
    Defect(pagePath, [.text("<html>log in</html>")], 6, "not a page of the simple API"),
    Defect(pagePath, [.status(301, ["Location": "http://example.org/"])], 6, "another host"),
    Defect(pagePath, [.status(401)], 4, "status 401: scripted"),
    Defect(
      pagePath, [ScriptedService.Answer(body: "{}", delay: 20)], 6, "did not answer in time"),
    Defect(
      pagePath, [ScriptedService.Answer(fill: 1000, pause: 0.2)], 6, "took longer than 1"),
    Defect(pagePath, [.status(500)], 6, "status 500: scripted", calls: 4),
    Defect(
      pagePath, [.status(429, ["Retry-After": "3600"])], 6, "Retry-After 3600", calls: 1),
    Defect(
      pagePath,
      [
        .text(
          #"{"meta":{"api-version":"1.0"},"name":"x","files":["#
            + Array(repeating: #"{"filename":"\#(sdist)","url":"x","hashes":{}}"#, count: 2)
            .joined(separator: ",") + "]}")
      ], 6, "twice"),
    Defect(filePath, [.status(404)], 6, "status 404"),
    Defect(filePath, [.text("other bytes")], 3, "the file's SHA-256 is"),
    Defect(provenancePath, [.status(404)], 3, "HM0217", calls: 1),
    Defect(provenancePath, [.text(#"{"version":1,"attestation_bundles":[]}"#)], 3, "HM0217"),
    Defect(provenancePath, [.text("{")], 3, "HM0201"),
    Defect(provenancePath, [.text("\u{0}")], 3, "HM0201"),
    Defect(provenancePath, [ScriptedService.Answer(fill: 9 << 20)], 3, "HM0201"),
    Defect(
      provenancePath, [.file(vector("rfc8785-0.1.2-py3-none-any.whl.publish.attestation"))], 3,
      "HM0203"),
    Defect(provenancePath, [.status(503)], 6, "status 503", calls: 4),
    Defect(provenancePath, [.status(403)], 6, "status 403"),
    Defect(provenancePath, [.status(401)], 4, "status 401"),
    Defect(
      provenancePath, [.status(302, ["Location": "http://example.org/x"])], 6, "another host"),
  ]

  @Test(arguments: indexDefects)
  func indexWithADefect(_ defect: Defect) throws {
    var script = try Self.index()
    script[defect.path] = defect.answers
    let service = try ScriptedService(script, in: workplace)
    let outcome = try verify(
      ["pypi_attestations==0.0.19", "--timeout", "1"] + Self.signer, at: service)
    #expect(outcome.status == defect.status, "\(outcome)")
    #expect(outcome.errors.contains(defect.words), "\(outcome)")
    #expect(!outcome.output.contains("✓"), "\(outcome)")
    if let calls = defect.calls {
      #expect(service.paths.count { $0 == defect.path } == calls)
    }
  }

  @Test func aBusyServiceIsAskedAgain() throws {
    var script = try Self.index()
    script[Self.pagePath, default: []].insert(
      contentsOf: [.status(429, ["Retry-After": "1"]), .status(502)], at: 0)
    let service = try ScriptedService(script, in: workplace)
    let outcome = try verify(["pypi_attestations==0.0.19"] + Self.signer, at: service)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(service.paths.count { $0 == Self.pagePath } == 3)
  }

  static let gitHubDefects = [
    Defect(gitHubPath, [.status(404)], 3, "HM0217", calls: 1),
    Defect(gitHubPath, [.text(#"{"attestations":[]}"#)], 3, "HM0217"),
    Defect(gitHubPath, [.text(#"{"attestations":[{"bundle":{}}]}"#)], 3, "HM0201"),
    Defect(gitHubPath, [.text("[]")], 6, "not a list of attestations"),
    Defect(gitHubPath, [.status(500)], 6, "status 500", calls: 4),
    Defect(gitHubPath, [.status(429, ["Retry-After": "99"])], 6, "Retry-After 99", calls: 1),
    Defect(gitHubPath, [.status(403, ["X-RateLimit-Remaining": "0"])], 6, "status 403"),
    Defect(gitHubPath, [.status(401)], 4, "status 401"),
    Defect(gitHubPath, [ScriptedService.Answer(fill: 17 << 20)], 6, "larger than"),
  ]

  @Test(arguments: gitHubDefects)
  func gitHubWithADefect(_ defect: Defect) throws {
    let service = try ScriptedService([defect.path: defect.answers], in: workplace)
    let file = try alone(Self.slsaFile("bcr/\(Self.module)"))
    let outcome = try verify([file, "--fetch"] + Self.moduleSigner, at: service)
    #expect(outcome.status == defect.status, "\(outcome)")
    #expect(outcome.errors.contains(defect.words), "\(outcome)")
    if let calls = defect.calls { #expect(service.paths.count == calls) }
  }

  /// Evidence that is enough is enough, whatever else does not answer.
  @Test func oneOfTwoSourcesSuffices() throws {
    var script = try Self.index()
    let file = try alone(Self.vector(Self.sdist))
    let digest = try Program(path: "/usr/bin/env").run(["sha256sum", file]).output.prefix(64)
    script["/repos/trailofbits/pypi-attestations/attestations/sha256:\(digest)"] = [.status(500)]
    let service = try ScriptedService(script, in: workplace)
    let outcome = try verify([file, "--fetch"] + Self.signer, at: service)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("other evidence was ignored"), "\(outcome)")
  }

  /// The proxy of the environment is asked for the connection, and told the host only.
  @Test func goesThroughTheProxy() throws {
    let proxy = try ScriptedService([:], in: workplace)
    let outcome = try workplace.hallmark(
      ["verify", "a==1", "--index", "https://index.example.org/simple/"] + Self.signer,
      environment: ["HTTPS_PROXY": proxy.url, "NO_PROXY": ""], timeout: 60)
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("proxy"), "\(outcome)")
    #expect(proxy.paths.first == "index.example.org:443")
    #expect(!proxy.sawCredentials)
  }

  @Test func nobodyIsThere() throws {
    let service = try ScriptedService([:], in: workplace)
    let outcome = try verify(
      ["a==1", "--index", "http://127.0.0.1:1/simple/"] + Self.signer, at: service)
    #expect(outcome.status == 6, "\(outcome)")
    #expect(outcome.errors.contains("connection refused"))
  }
}
