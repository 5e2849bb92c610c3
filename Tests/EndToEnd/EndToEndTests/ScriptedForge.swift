// SPDX-License-Identifier: Apache-2.0

import Encodings
import Synchronization
import TestSupport

/// GitHub's API for run 7, one tag and its release of `acme/greeting`; downloads are at another host.
struct ScriptedForge {
  static let token = "forge-secret-token"

  /// What it answers.
  struct Script: Sendable {
    /// The commit of the run.
    var commit: String
    /// The commit of the tag.
    var tagged: String
    var event = "push"
    var conclusion = "success"
    var artifacts = [#""expired":false"#]
    /// What the store has for an artifact.
    var archive = "dist.zip"
    /// The names of assets, each with that of what the store has; `nil` where there is no release.
    var assets: [(name: String, stored: String)]? = []
    /// Paths that fail, with their status.
    var failures: [String: Int] = [:]
  }

  private final class State: Sendable {
    let script: Mutex<Script>

    init(_ script: Script) { self.script = Mutex(script) }
  }

  /// The host of downloads.
  let store: AnsweringServer
  /// The API.
  let server: AnsweringServer
  private let state: State

  init(commit: String) throws {
    let store = try AnsweringServer()
    let state = State(Script(commit: commit, tagged: commit))
    let files = "\(store.url)/store"
    server = try AnsweringServer { call in
      state.script.withLock { Self.answer(call, $0, files: files) }
    }
    self.store = store
    self.state = state
  }

  /// Changes what it answers, for one use.
  func with<Value>(_ change: (inout Script) -> Void, _ body: () throws -> Value) rethrows -> Value {
    let before = state.script.withLock { script in
      let before = script
      change(&script)
      return before
    }
    defer { state.script.withLock { $0 = before } }
    return try body()
  }

  func stop() {
    server.stop()
    store.stop()
  }

  private static func answer(
    _ call: AnsweringServer.Call, _ script: Script, files: String
  ) -> AnsweringServer.Answer? {
    let prefix = "/repos/acme/greeting/"
    guard call.path.hasPrefix(prefix) else { return nil }
    guard call.header("authorization") == "Bearer \(token)" else {
      return .init(401, #"{"message":"Bad credentials"}"#)
    }
    let path = String(call.path.dropFirst(prefix.count))
    if let status = script.failures[path] {
      return .init(status, #"{"message":"Resource not accessible by integration"}"#)
    }
    func stored(_ name: String) -> AnsweringServer.Answer {
      .init(302, "", headers: ["Location": "\(files)/\(name)"])
    }
    let object = String(repeating: "ab", count: 20)
    switch path {
    case "actions/runs/7":
      return .init(
        200,
        """
        {"id":7,"head_sha":"\(script.commit)","event":"\(script.event)","status":"completed",
         "conclusion":"\(script.conclusion)","head_repository":{"full_name":"acme/greeting"}}
        """)
    case "actions/runs/7/artifacts":
      let items = script.artifacts.enumerated().map { number, more in
        #"{"id":\#(11 + number),"name":"dist","size_in_bytes":1,\#(more)}"#
      }
      return .init(
        200,
        #"{"total_count":\#(items.count),"artifacts":[\#(items.joined(separator: ","))]}"#)
    case "actions/artifacts/11/zip": return stored(script.archive)
    case "actions/artifacts/12/zip": return stored("other.zip")
    case "git/ref/tags/v1.0.0":
      return .init(200, #"{"ref":"x","object":{"type":"tag","sha":"\#(object)"}}"#)
    case "git/tags/\(object)":
      return .init(200, #"{"object":{"type":"commit","sha":"\#(script.tagged)"}}"#)
    case "releases/tags/v1.0.0" where script.assets != nil:
      return .init(
        200,
        #"{"id":5,"tag_name":"v1.0.0","draft":false,"upload_url":"x{?name}","html_url":"y"}"#)
    case "releases": return .init(200, "[]")
    case "releases/5/assets":
      let items = (script.assets ?? []).enumerated().map { number, asset in
        #"{"id":\#(number),"name":"\#(asset.name)","size":1,"state":"uploaded"}"#
      }
      return .init(200, "[\(items.joined(separator: ","))]")
    default:
      let parts = path.split(separator: "/")
      guard parts.count == 3, parts[1] == "assets", let number = Int(parts[2]),
        let assets = script.assets, assets.indices.contains(number)
      else { return .init(404, #"{"message":"Not Found"}"#) }
      return stored(assets[number].stored)
    }
  }
}
