// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing
import TrustedPublishing

@testable import ServiceClients

/// A forge that has one run with artifacts, in the forms of both APIs.
private struct RunWorkplace {
  static let token = "forge-secret-token"
  static let commit = String(repeating: "c0", count: 20)

  /// What is wrong.
  enum Fault: String, CaseIterable, Sendable {
    case none, noRun, refused, noArtifacts, expired, gone, otherDigest, notAnArchive, tooMany
    case otherForm, redirected, missing, severalDisks, fork, pullRequest
  }

  /// A ZIP file as CI writes it, as a stream with sizes after the data.
  static func archive(_ files: [(String, String)]) throws -> [UInt8] {
    let script = """
      import base64, sys, zipfile
      class Stream:
          def __init__(self): self.data = b""
          def write(self, data): self.data += data; return len(data)
          def flush(self): pass
      stream = Stream()
      with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
          for pair in sys.argv[1:]:
              name, text = pair.split("=", 1)
              archive.writestr(name, text)
      print(base64.b64encode(stream.data).decode())
      """
    let outcome = try Program(path: "/usr/bin/env").run(
      ["python3", "-I", "-c", script] + files.map { "\($0)=\($1)" })
    try #require(outcome.status == 0, "\(outcome)")
    return try Base64.decode(outcome.output.trimmingCharacters(in: .newlines))
  }

  let kind: ForgeReference.Kind
  let fault: Fault
  let archive: [UInt8]

  init(_ kind: ForgeReference.Kind, _ fault: Fault = .none) throws {
    self.kind = kind
    self.fault = fault
    archive = try Self.archive([
      ("dist/greeting-1.0.0-py3-none-any.whl", "wheel"), ("greeting-1.0.0.tar.gz", "sdist"),
      ("report.txt", "not wanted"),
    ])
  }

  func reply(_ request: HandlingServer.Request, store: String) -> HandlingServer.Reply {
    var file = HandlingServer.Reply(200)
    file.body = fault == .notAnArchive ? Array("hello".utf8) : archive
    if fault == .severalDisks { file.body += [0] }
    if request.path.hasPrefix("/store") { return file }
    let authorization = request.headers[kind == .github ? "authorization" : "private-token"]
    guard authorization?.hasSuffix(Self.token) == true, fault != .refused else {
      return HandlingServer.Reply(401, #"{"message":"Bad credentials"}"#)
    }
    switch request.path {
    case "/repos/acme/greeting/actions/runs/7" where fault != .noRun:
      return HandlingServer.Reply(
        200,
        """
        {"id":7,"name":"Release","head_branch":"v1","head_sha":"\(Self.commit)",
         "event":"\(fault == .pullRequest ? "pull_request" : "push")",
         "head_repository":{"full_name":"\(fault == .fork ? "mallory/greeting" : "Acme/greeting")"},
         "status":"completed","conclusion":"success","run_attempt":1}
        """)
    case "/repos/acme/greeting/actions/runs/7/artifacts":
      let digest =
        fault == .otherDigest
        ? String(repeating: "0", count: 64) : SHA256Hash(hashing: archive).hexadecimal
      let artifact = """
        {"id":11,"node_id":"x","name":"dist","size_in_bytes":\(archive.count),
         "archive_download_url":"https://elsewhere.example/zip","digest":"sha256:\(digest)",
         "expired":\(fault == .expired),"workflow_run":{"id":7,"head_sha":"\(Self.commit)"}}
        """
      return HandlingServer.Reply(
        200,
        fault == .otherForm
          ? "[]"
          : #"{"total_count":\#(fault == .tooMany ? 101 : 1),"artifacts":[\#(fault == .noArtifacts ? "" : artifact)]}"#
      )
    case "/repos/acme/greeting/actions/artifacts/11/zip",
      "/projects/acme%2Fgreeting/jobs/7/artifacts":
      if fault == .gone { return HandlingServer.Reply(410, #"{"message":"expired"}"#) }
      if fault == .missing || (kind == .gitlab && fault == .noArtifacts) {
        return HandlingServer.Reply(404, #"{"message":"404 Not found"}"#)
      }
      return fault == .redirected
        ? HandlingServer.Reply(302, "", headers: ["Location": "\(store)/store/1.zip"]) : file
    case "/projects/acme%2Fgreeting/jobs/7" where fault != .noRun:
      return HandlingServer.Reply(
        200,
        """
        {"id":7,"status":"success","ref":"v1","tag":true,"commit":{"id":"\(Self.commit)"},
         "artifacts_file":{"filename":"artifacts.zip","size":\(archive.count)}}
        """)
    default: return HandlingServer.Reply(404, #"{"message":"Not Found"}"#)
    }
  }

  /// Runs a test with a client.
  func run<Value>(
    token: String = token, _ body: (RunArtifacts) async throws -> Value
  ) async throws -> (Value, seen: [HandlingServer.Request]) {
    let workplace = self
    let store = try HandlingServer { workplace.reply($0, store: "") }
    let address = store.url
    let server = try HandlingServer { workplace.reply($0, store: address) }
    defer {
      server.stop()
      store.stop()
    }
    var configuration = TransportConfiguration(version: "9.9.9", proxies: .none)
    configuration.retries.attempts = 1
    let transport = try HTTPTransport(configuration)
    let result: Result<Value, any Error>
    do {
      result = .success(
        try await body(
          RunArtifacts(
            ForgeReference(kind, project: "acme/greeting", tag: "v1"), run: 7,
            api: ServiceURL(server.url),
            token: ForgeToken(token, kind: kind == .github ? .bearer : .personal),
            transport: transport)))
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    return (try result.get(), store.all)
  }

  static func isWanted(_ name: String) -> Bool { name.hasSuffix(".whl") || name.hasSuffix(".gz") }
}

@Suite struct RunArtifactsTests {
  @Test(arguments: ForgeReference.Kind.allCases)
  func `the run and the files of its artifacts are read`(kind: ForgeReference.Kind) async throws {
    for fault in [RunWorkplace.Fault.none, .redirected] {
      let workplace = try RunWorkplace(kind, fault)
      let (found, seen) = try await workplace.run { artifacts in
        (try await artifacts.run(), try await artifacts.files(isWanted: RunWorkplace.isWanted))
      }
      #expect(
        found.0 == .init(commit: RunWorkplace.commit, isSuccess: true, ending: "success"))
      #expect(
        found.1.map(\.path) == ["dist/greeting-1.0.0-py3-none-any.whl", "greeting-1.0.0.tar.gz"])
      #expect(found.1.map { String(decoding: $0.bytes, as: UTF8.self) } == ["wheel", "sdist"])
      // The store of files, another origin, never sees the token.
      #expect(seen.count == (fault == .redirected ? 1 : 0))
      for request in seen {
        #expect(request.headers["authorization"] == nil)
        #expect(request.headers["private-token"] == nil)
      }
    }
  }

  @Test(arguments: [
    (RunWorkplace.Fault.fork, "success, for the event push of mallory/greeting"),
    (.pullRequest, "success, for the event pull_request of Acme/greeting"),
  ])
  fileprivate func `a run of somebody else's code is no success`(
    fault: RunWorkplace.Fault, ending: String
  ) async throws {
    let run = try await RunWorkplace(.github, fault).run { try await $0.run() }.0
    #expect(run == .init(commit: RunWorkplace.commit, isSuccess: false, ending: ending))
  }

  @Test(
    arguments: [
      (.github, .noArtifacts, .none), (.github, .expired, .expired(artifact: "dist")),
      (.github, .gone, .expired(artifact: "dist")), (.gitlab, .noArtifacts, .none),
      (.gitlab, .gone, .expired(artifact: "job 7")),
    ] as [(ForgeReference.Kind, RunWorkplace.Fault, RunArtifacts.Problem)])
  fileprivate func `files that are not there are told`(
    kind: ForgeReference.Kind, fault: RunWorkplace.Fault, problem: RunArtifacts.Problem
  ) async throws {
    let workplace = try RunWorkplace(kind, fault)
    await #expect(throws: problem) {
      try await workplace.run { try await $0.files(isWanted: RunWorkplace.isWanted) }
    }
  }

  @Test(arguments: ForgeReference.Kind.allCases, [RunWorkplace.Fault.notAnArchive, .severalDisks])
  fileprivate func `what is no archive is refused`(
    kind: ForgeReference.Kind, fault: RunWorkplace.Fault
  ) async throws {
    let workplace = try RunWorkplace(kind, fault)
    do {
      _ = try await workplace.run { try await $0.files(isWanted: RunWorkplace.isWanted) }
      Issue.record("it was read")
    } catch let problem as RunArtifacts.Problem {
      guard case .unreadable = problem else {
        Issue.record("\(problem)")
        return
      }
    } catch let error as TransportError {
      // GitHub's digest is looked at first.
      #expect(kind == .github)
      #expect(error.reason == .differs)
    }
  }

  @Test(
    arguments: [
      (.noRun, .status(404)), (.refused, .status(401)), (.otherDigest, .differs),
      (.tooMany, .badAnswer), (.otherForm, .badAnswer), (.missing, .status(404)),
    ] as [(RunWorkplace.Fault, TransportError.Reason)])
  fileprivate func `each fault of the forge has its reason`(
    fault: RunWorkplace.Fault, reason: TransportError.Reason
  ) async throws {
    let workplace = try RunWorkplace(.github, fault)
    let error = await #expect(throws: TransportError.self) {
      try await workplace.run { artifacts in
        _ = try await artifacts.run()
        return try await artifacts.files(isWanted: RunWorkplace.isWanted)
      }
    }
    #expect(error?.reason == reason)
    #expect(error.map { "\($0)".contains(RunWorkplace.token) } == false)
  }
}
