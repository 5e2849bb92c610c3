// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A local server that answers as a test says: well, badly, late or without end.
struct ScriptedService: Sendable {
  /// One answer.
  struct Answer: Encodable, Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: String?
    var bodyFile: String?
    /// Bytes of a body of spaces.
    var fill: Int?
    /// Seconds before it.
    var delay: Double?
    /// Seconds between its bytes.
    var pause: Double?

    static func status(_ status: Int, _ headers: [String: String] = [:]) -> Answer {
      Answer(status: status, headers: headers, body: #"{"message":"scripted"}"#)
    }

    static func text(_ body: String) -> Answer { Answer(body: body) }

    static func file(_ path: String) -> Answer { Answer(bodyFile: path) }
  }

  /// Its address, without a slash at the end.
  let url: String
  private let process: RunningProgram

  /// Starts a server; each path gets its answers in turn, the last one for ever.
  init(_ script: [String: [Answer]], in workplace: Workplace) throws {
    let name = "script-\(UUID().uuidString).json"
    let file = try workplace.write(
      name, String(decoding: try JSONEncoder().encode(script), as: UTF8.self))
    process = try RunningProgram(
      Program(path: "/usr/bin/env"),
      [
        "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/scripted_service.py", file,
      ], environment: workplace.environment)
    try process.wait(for: "port", seconds: 30) { $0.output.contains("\n") }
    url = "http://127.0.0.1:" + (process.output.split(separator: "\n").first ?? "")
  }

  /// What it was asked: paths with queries.
  var paths: [String] { requests.map { String($0.split(separator: " ")[0]) } }

  /// Whether any request had credentials.
  var sawCredentials: Bool { requests.contains { !$0.hasSuffix(" -") } }

  private var requests: [Substring] {
    Array(process.output.split(separator: "\n").dropFirst())
  }
}
