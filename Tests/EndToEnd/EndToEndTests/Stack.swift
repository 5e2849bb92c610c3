// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A running `hallmark-server stack`.
struct Stack: Sendable {
  /// What it said about itself.
  let announcement: Announcement
  /// Its process.
  let server: RunningProgram

  /// Starts a stack and waits until it is ready.
  init(data: String, publishers: [String] = [], in workplace: Workplace) throws {
    server = try RunningProgram(
      Program("hallmark-server"),
      ["stack", "--data", data, "--announce", "--exit-with-parent"]
        + publishers.flatMap { ["--publisher", $0] },
      environment: workplace.environment)
    try server.wait(for: "announcement", seconds: 30) { $0.output.contains("\n") }
    announcement = try JSONDecoder().decode(Announcement.self, from: Data(server.output.utf8))
  }

  /// The address of everything.
  var url: String { announcement.url }

  /// Who publishes a project here.
  func subject(of project: String) -> String { "\(url)/workspace/\(project)" }

  /// The variables of a CI job of a project: where identity tokens come from, and whom to trust
  /// for TLS.
  func jobEnvironment(project: String) throws -> [String: String] {
    let bytes = try TestData.read(announcement.identityRequestTokenFile)
    return [
      "GITHUB_ACTIONS": "true",
      "ACTIONS_ID_TOKEN_REQUEST_URL": "\(url)/identity/token?project=\(project)",
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN": String(decoding: bytes, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines),
      "SSL_CERT_FILE": announcement.tlsCA,
      "REQUESTS_CA_BUNDLE": announcement.tlsCA,
      "CURL_CA_BUNDLE": announcement.tlsCA,
    ]
  }

  /// An answer to a request.
  struct Answer: Decodable, Sendable, CustomStringConvertible {
    let status: Int
    let reason: String
    let headers: [String: String]
    let body: String

    /// A member of the body, which must be a JSON object.
    func member(_ name: String) throws -> Any? {
      try #require(
        JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any], "\(self)")[name]
    }

    var description: String { "\(status) \(reason)\n\(headers)\n\(body.prefix(2000))" }
  }

  /// Sends a request; a path goes to the listener for everything.
  func request(
    _ method: String = "GET", _ target: String, headers: [String: String] = [:],
    body: String? = nil, bodySize: Int? = nil
  ) throws -> Answer {
    var wanted: [String: Any] = [
      "url": target.hasPrefix("/") ? url + target : target, "method": method, "headers": headers,
      "authority": announcement.tlsCA,
    ]
    if let body { wanted["body"] = body }
    if let bodySize { wanted["bodySize"] = bodySize }
    let scratch = try Scratch()
    let file = try scratch.write(
      "request.json", Array(try JSONSerialization.data(withJSONObject: wanted)))
    let outcome = try Program(path: "/usr/bin/env").run(
      ["python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/request.py", file],
      timeout: 60)
    try #require(outcome.status == 0, "\(method) \(target): \(outcome)")
    return try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
  }

  /// Sends a JSON document.
  func post(_ path: String, _ document: [String: Any]) throws -> Answer {
    let data = try JSONSerialization.data(withJSONObject: document)
    return try request(
      "POST", path, headers: ["Content-Type": "application/json"],
      body: String(decoding: data, as: UTF8.self))
  }

  /// An identity token of a project.
  func identityToken(audience: String, project: String) throws -> String {
    let job = try jobEnvironment(project: project)
    let answer = try request(
      "GET", "/identity/token?project=\(project)&audience=\(audience)",
      headers: ["Authorization": "Bearer \(job["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "")"])
    #expect(answer.status == 200)
    return try #require(try answer.member("value") as? String)
  }
}
