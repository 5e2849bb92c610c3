// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import ServiceClients

/// Tags by git's smart HTTP protocol, version 2.
@Suite struct GitRefsClientTests {
  static let one = String(repeating: "1", count: 40)
  static let two = String(repeating: "2", count: 40)

  static func line(_ text: String) -> String {
    String(decoding: PacketLine.written(text), as: UTF8.self)
  }

  private func refs(_ status: Int, _ body: String, branches: [String] = []) async throws -> (
    refs: ServedRefs, call: AnsweringServer.Call?
  ) {
    let server = try AnsweringServer { _ in .init(status, body) }
    defer { server.stop() }
    var configuration = TransportConfiguration(
      version: "test", proxies: try ProxySettings(environment: [:]))
    configuration.retries.attempts = 1
    let transport = try HTTPTransport(configuration)
    let result: Result<ServedRefs, any Error>
    do {
      result = .success(
        try await GitRefsClient(transport: transport).refs(
          of: try ServiceURL("\(server.url)/actions/checkout.git"), branches: branches))
    } catch {
      result = .failure(error)
    }
    await transport.shutdown()
    return (try result.get(), server.calls.first)
  }

  @Test func readsTags() async throws {
    let body =
      Self.line("\(Self.one) refs/tags/v1 peeled:\(Self.two)\n")
      + Self.line("\(Self.one) refs/tags/v1.0.0\n") + Self.line("\(Self.one) refs/heads/main\n")
      + "0000"
    let (refs, call) = try await refs(200, body)
    #expect(refs.branches.isEmpty)
    #expect(
      refs.tags == [
        ServedTag(name: "v1", commit: Self.two), ServedTag(name: "v1.0.0", commit: Self.one),
      ])
    #expect(call?.method == "POST")
    #expect(call?.target == "/actions/checkout.git/git-upload-pack")
    #expect(call?.header("Git-Protocol") == "version=2")
    #expect(
      call?.body
        == "0014command=ls-refs\n00010009peel\n001aref-prefix refs/tags/\n0000")
  }

  /// Branches that begin like the one that was asked for are others.
  @Test func readsTheBranchesThatWereAskedFor() async throws {
    let body =
      Self.line("\(Self.one) refs/heads/main\n") + Self.line("\(Self.two) refs/heads/main-2\n")
      + Self.line("\(Self.one) refs/tags/v1\n") + "0000"
    let (refs, call) = try await refs(200, body, branches: ["main", "a\nb", ""])
    #expect(refs.branches == [ServedBranch(name: "main", commit: Self.one)])
    #expect(refs.tags.map(\.name) == ["v1"])
    #expect(
      call?.body
        == "0014command=ls-refs\n00010009peel\n001aref-prefix refs/tags/\n"
        + "001fref-prefix refs/heads/main\n0000")
  }

  @Test func noTags() async throws {
    #expect(try await refs(200, "0000").refs.tags.isEmpty)
  }

  @Test(arguments: [
    "", "00", "zzzz", "0001", "0004", "fff1", "0032short", line("nonsense\n") + "0000",
    line("\(one)\n") + "0000", line("\(one) refs/tags/\n") + "0000",
    line("\(one.dropLast()) refs/tags/v1\n") + "0000",
    line("\(one) refs/tags/v1 peeled:x\n") + "0000", line("\(one) refs/heads/\n") + "0000",
    line("\(one) refs/tags/v1\n"),
    "0000more", line("ERR access denied\n") + "0000", "<html>",
    "001e# service=git-upload-pack\n0000",
  ])
  func refuses(body: String) async throws {
    await #expect { _ = try await refs(200, body) } throws: {
      ($0 as? TransportError)?.reason == .badAnswer
    }
  }

  @Test(arguments: [301, 401, 404, 429, 500])
  func refusesStatuses(status: Int) async throws {
    await #expect(throws: TransportError.self) { _ = try await refs(status, "0000") }
  }
}
