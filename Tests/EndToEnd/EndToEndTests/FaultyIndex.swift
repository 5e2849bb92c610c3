// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// An index in memory that does what it should, but for the faults of a test.
struct FaultyIndex: Sendable {
  /// One fault; `Tests/EndToEnd/Clients/faulty_index.py` says what its members mean.
  struct Fault: Encodable, Sendable {
    var at: String
    var action: String
    var after: Bool?
    var status: Int?
    var headers: [String: String]?
    var body: String?
    var fill: Int?
    var seconds: Double?
    var change: String?
    var url: String?
    var calls: [Int]?
    var stored: Bool?
    var name: String?

    private enum CodingKeys: String, CodingKey {
      case at, after, status, headers, body, fill, seconds, change, url, calls, stored, name
      case action = "do"
    }

    /// An answer in the place of the right one.
    static func answer(
      _ at: String, _ status: Int, _ body: String = "{}", headers: [String: String] = [:],
      after: Bool = false, calls: [Int]? = nil, stored: Bool = false
    ) -> Fault {
      Fault(
        at: at, action: "answer", after: after, status: status, headers: headers, body: body,
        calls: calls, stored: stored)
    }

    /// A changed page, once a file is there.
    static func page(_ change: String, calls: [Int]? = nil, url: String? = nil) -> Fault {
      Fault(at: "page", action: "page", change: change, url: url, calls: calls, stored: true)
    }

    /// A connection that is closed, or half an answer.
    static func broken(
      _ at: String, _ action: String, after: Bool = false, calls: [Int]? = nil,
      stored: Bool = false
    ) -> Fault {
      Fault(at: at, action: action, after: after, calls: calls, stored: stored)
    }

    /// Silence.
    static func wait(
      _ at: String, _ seconds: Double, after: Bool = false, calls: [Int]? = nil,
      stored: Bool = false
    ) -> Fault {
      Fault(at: at, action: "wait", after: after, seconds: seconds, calls: calls, stored: stored)
    }
  }

  /// What it is.
  struct Configuration: Encodable, Sendable {
    var audience: String?
    var claims: [String: Int] = [:]
    var token: String?
    var discovery: [String: Discovered]?
    var draft: Bool?
    var singleUse: Bool?
    var strict: Int?
    var lifetime: Int?
    var skew: Int?
    var tokens: [String] = []
    var faults: [Fault] = []
  }

  /// A member of a discovery document.
  enum Discovered: Encodable, Sendable {
    case text(String)
    case list([String])

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .list(let list): try container.encode(list)
      }
    }
  }

  /// What it has, and what it was asked.
  struct State: Decodable, Sendable {
    /// The digests of its files.
    let files: [String: String]
    /// How often each file was sent.
    let uploads: [String: Int]
    /// How often each place was asked.
    let calls: [String: Int]
    /// How many upload tokens it has made.
    let minted: Int
    /// How many of its tokens are still good.
    let good: Int
  }

  static let bearer = "request-secret"

  /// Its address, without a slash at the end.
  let url: String
  private let process: RunningProgram

  /// Starts an index.
  init(_ configuration: Configuration = Configuration(), in workplace: Workplace) throws {
    let file = try workplace.write(
      "index-\(UUID().uuidString).json",
      String(decoding: try JSONEncoder().encode(configuration), as: UTF8.self))
    process = try RunningProgram(
      Program(path: "/usr/bin/env"),
      ["python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/faulty_index.py", file],
      environment: workplace.environment)
    try process.wait(for: "port", seconds: 30) { $0.output.contains("\n") }
    url = "http://127.0.0.1:" + (process.output.split(separator: "\n").first ?? "")
  }

  /// The variables of a CI job.
  var jobEnvironment: [String: String] {
    [
      "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "\(url)/identity/token",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": Self.bearer,
    ]
  }

  /// What it was asked and did so far, as lines of JSON.
  var log: String { process.output }

  /// Waits until it has printed something.
  func wait(for text: String) throws {
    try process.wait(for: text, seconds: 60) { $0.output.contains(text) }
  }

  /// What it has.
  func state() throws -> State {
    try JSONDecoder().decode(State.self, from: try curl("/_state"))
  }

  /// Ends all faults.
  func heal() throws { _ = try curl("/_heal", "-X", "POST") }

  private func curl(_ path: String, _ options: String...) throws -> Data {
    let outcome = try Program(path: "/usr/bin/env").run(
      [
        "python3", "-I", "-B", "-c",
        "import sys, urllib.request as r; print(r.urlopen(r.Request(sys.argv[1], "
          + "method='POST' if '-X' in sys.argv else 'GET')).read().decode())", url + path,
      ] + options, environment: ["no_proxy": "*"])
    try #require(outcome.status == 0, "\(outcome)")
    return Data(outcome.output.utf8)
  }
}
