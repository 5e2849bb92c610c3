// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A project, and a stack that was started apart from the release: what a maintainer has when the
/// instance and the index run elsewhere.
struct StagedPlace {
  let workplace: Workplace
  let stack: Stack
  let project: SampleProject
  let job: [String: String]

  /// What a run of the program prints with `--json`.
  struct Document: Decodable, Sendable {
    struct Stage: Decodable, Sendable {
      let name: String
      let result: String
    }

    struct File: Decodable, Sendable {
      let filename: String
      let sha256: String
    }

    struct Publication: Decodable, Sendable {
      struct File: Decodable, Sendable {
        let filename: String
        let placement: String
        let readBack: Bool
      }

      let files: [File]
    }

    let stages: [Stage]
    let files: [File]
    let evidence: [String]
    let next: String?
    let publication: Publication?

    /// What became of the stages, in their order.
    var results: [String] { stages.map(\.result) }
  }

  init() throws {
    workplace = try Workplace()
    project = try SampleProject(in: workplace)
    stack = try Stack(data: workplace("data"), publishers: ["greeting"], in: workplace)
    job = try Self.job(of: "greeting", at: stack)
    try workplace.write(
      "policy.toml",
      """
      [[publisher]]
      kind = "Hallmark"
      issuer = "\(stack.url)"
      subject = "\(stack.subject(of: "greeting"))"
      require = ["publish"]
      """)
  }

  /// The variables of a CI job of a project; without those for TLS, which would keep pip from
  /// fetching what builds.
  static func job(of project: String, at stack: Stack) throws -> [String: String] {
    try stack.jobEnvironment(project: project).filter { $0.key.contains("ACTIONS") }
  }

  /// The command line.
  func arguments(_ more: [String] = []) -> [String] {
    let announcement = stack.announcement
    return [
      "release", project.path, "--out", workplace("out"), "--policy", workplace("policy.toml"),
      "--index", "\(stack.url)/legacy/", "--trusted-root", announcement.trustedRoot,
      "--signing-config", announcement.signingConfig, "--tls-ca", announcement.tlsCA, "--json",
    ] + more
  }

  /// Runs a release.
  func release(
    _ more: String..., environment: [String: String] = [:]
  ) throws -> Program.Outcome {
    try workplace.hallmark(arguments(more), environment: job.merging(environment) { $1 })
  }

  /// Starts a release that the test will stop.
  func start(_ more: String...) throws -> RunningProgram {
    try RunningProgram(
      Program("hallmark"), arguments(more),
      environment: workplace.environment.merging(job) { $1 }, in: workplace.path)
  }

  /// What a run printed.
  func document(_ outcome: Program.Outcome) throws -> Document {
    try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
  }

  /// How many entries the log has.
  func logSize() throws -> Int {
    let answer = try stack.request("GET", "/api/v1/log")
    return try #require(try answer.member("treeSize") as? Int, "\(answer)")
  }

  /// The files of the project at the index: names and digests.
  func listed() throws -> [String: String] {
    let answer = try stack.request(
      "GET", "/simple/greeting/", headers: ["Accept": "application/vnd.pypi.simple.v1+json"])
    guard answer.status == 200 else { return [:] }
    let files = try #require(try answer.member("files") as? [[String: Any]])
    var found: [String: String] = [:]
    for file in files {
      let name = try #require(file["filename"] as? String)
      #expect(found[name] == nil, "\(name) is listed twice")
      found[name] = (file["hashes"] as? [String: String])?["sha256"]
    }
    return found
  }

  /// The state's finished stages; `nil` where there is no state.
  func finished() throws -> [String]? {
    guard let bytes = try? TestData.read(workplace("out/hallmark-release.json")) else { return nil }
    let state = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    return try #require(state?["finished"] as? [String])
  }
}
