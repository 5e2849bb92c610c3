// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `hallmark download` from an index that is not in order, with a real file of PyPI: nothing is
/// ever written of it.
@Suite(
  .enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
struct DownloadDefectTests {
  let workplace: Workplace

  init() throws {
    workplace = try Workplace()
    try workplace.write(
      "policy.toml",
      """
      [[publisher]]
      kind = "GitHub"
      repository = "trailofbits/pypi-attestations"
      workflow = "release.yml"
      """)
  }

  private func arguments(_ service: ScriptedService) -> [String] {
    [
      "download", "pypi-attestations<1", "--index", "\(service.url)/simple/", "--policy",
      "policy.toml", "--dest", "wheels", "--output", "locked.txt", "--timeout", "1",
    ]
  }

  private func expectNothingWritten() {
    #expect(!FileManager.default.fileExists(atPath: workplace("wheels")))
    #expect(!FileManager.default.fileExists(atPath: workplace("locked.txt")))
    #expect(workplace.names(in: "tmp") == [])
  }

  @Test func anIndexInOrder() throws {
    let service = try ScriptedService(FetchTests.index(), in: workplace)
    let outcome = try workplace.hallmark(arguments(service), timeout: 60)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(workplace.names(in: "wheels") == [FetchTests.sdist])
    #expect(
      service.paths == [FetchTests.pagePath, FetchTests.provenancePath, FetchTests.filePath])
    #expect(!service.sawCredentials)
  }

  static let defects = [
    FetchTests.Defect(FetchTests.pagePath, [.status(404)], 6, "no project"),
    FetchTests.Defect(
      FetchTests.pagePath, [.text(FetchTests.page(sha256: String(repeating: "0", count: 64)))], 3,
      "HM0203"),
    FetchTests.Defect(
      FetchTests.pagePath, [.status(429, ["Retry-After": "600"])], 6, "Retry-After 600"),
    FetchTests.Defect(FetchTests.provenancePath, [.status(404)], 3, "HM0217"),
    FetchTests.Defect(
      FetchTests.provenancePath, [ScriptedService.Answer(fill: 9 << 20)], 3, "HM0201"),
    FetchTests.Defect(
      FetchTests.provenancePath, [ScriptedService.Answer(body: "{}", delay: 20)], 6, "in time"),
    FetchTests.Defect(FetchTests.filePath, [.text("other bytes")], 3, "the file's SHA-256 is"),
    FetchTests.Defect(FetchTests.filePath, [.status(404)], 6, "status 404"),
    FetchTests.Defect(
      FetchTests.filePath, [ScriptedService.Answer(body: "x", delay: 20)], 6, "in time"),
  ]

  @Test(arguments: defects)
  func nothingIsWritten(_ defect: FetchTests.Defect) throws {
    var script = try FetchTests.index()
    script[defect.path] = defect.answers
    let service = try ScriptedService(script, in: workplace)
    let outcome = try workplace.hallmark(arguments(service), timeout: 60)
    #expect(outcome.status == defect.status, "\(outcome)")
    #expect(outcome.errors.contains(defect.words), "\(outcome)")
    #expect(!outcome.output.contains("--hash"), "\(outcome)")
    expectNothingWritten()
  }

  @Test(arguments: [404, 401, 503])
  func jsonSaysWhatStoppedIt(_ status: Int) throws {
    var script = try FetchTests.index()
    script[FetchTests.provenancePath] = [.status(status)]
    let service = try ScriptedService(script, in: workplace)
    let outcome = try workplace.hallmark(arguments(service) + ["--json"], timeout: 60)
    #expect(outcome.status == [404: 3, 401: 4, 503: 6][status], "\(outcome)")
    #expect(try JSONSchema("download-v1.json").problems(in: outcome.output) == [])
    let verify = try workplace.hallmark(
      [
        "verify", "pypi:\(FetchTests.sdist)", "--index", "\(service.url)/simple/", "--policy",
        "policy.toml", "--json",
      ], timeout: 60)
    #expect(verify.status == outcome.status, "\(verify)")
    #expect(try JSONSchema("verify-v1.json").problems(in: verify.output) == [])
    expectNothingWritten()
  }

  /// A folder that was there before stays, with what was in it.
  @Test func aFolderOfTheUserStays() throws {
    var script = try FetchTests.index()
    script[FetchTests.filePath] = [.text("other bytes")]
    let service = try ScriptedService(script, in: workplace)
    try workplace.write("wheels/kept", "")
    #expect(try workplace.hallmark(arguments(service), timeout: 60).status == 3)
    #expect(workplace.names(in: "wheels") == ["kept"])
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) throws {
    var script = try FetchTests.index()
    script[FetchTests.filePath] = [
      ScriptedService.Answer(bodyFile: FetchTests.vector(FetchTests.sdist), pause: 0.05)
    ]
    let service = try ScriptedService(script, in: workplace)
    let run = try RunningProgram(
      Program("hallmark"), arguments(service), environment: workplace.environment,
      in: workplace.path)
    try run.wait(for: "download") { _ in service.paths.contains(FetchTests.filePath) }
    run.send(signal)
    #expect(try run.waitForEnd() == 128 + signal)
    expectNothingWritten()
  }
}
