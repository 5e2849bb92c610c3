// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ServiceClients

@Suite("GitHub's attestations")
struct GitHubAttestationsClientTests {
  static let digest = SHA256Hash(hashing: Array("artifact".utf8))
  static let scope = GitHubAttestationsClient.Scope.repository(owner: "acme", name: "greeting")
  static let path = "/repos/acme/greeting/attestations/sha256:\(digest.hexadecimal)"
  static let bundle = #"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","n":1}"#

  /// An answer in the form of the API.
  static func list(_ bundles: String...) -> String {
    let items = bundles.map {
      #"{"bundle":\#($0),"bundle_url":"https://example.org/x.json.sn?sig=S","repository_id":1}"#
    }
    return #"{"attestations":[\#(items.joined(separator: ","))]}"#
  }

  private func attestations(
    _ service: LocalService, in scope: GitHubAttestationsClient.Scope = scope
  ) async throws -> [GitHubAttestationsClient.Attestation] {
    try await GitHubAttestationsClient(api: service.url, transport: service.transport)
      .attestations(of: Self.digest, in: scope)
  }

  private func error(_ service: LocalService) async -> TransportError? {
    await transportError { _ = try await attestations(service) }
  }

  @Test(arguments: [
    (scope, path),
    (.organization("acme"), "/orgs/acme/attestations/sha256:\(digest.hexadecimal)"),
    (.user("a/../b"), "/users/a%2F..%2Fb/attestations/sha256:\(digest.hexadecimal)"),
  ])
  func asksWithoutCredentials(
    _ scope: GitHubAttestationsClient.Scope, _ path: String
  ) async throws {
    try await LocalService.run { _, _ in
      .init(200, Self.list(Self.bundle, #"{"n":2}"#))
    } test: { service in
      let found = try await attestations(service, in: scope)
      #expect(found.map(\.bundle) == [Array(Self.bundle.utf8), Array(#"{"n":2}"#.utf8)])
      #expect(found.first?.place.hasSuffix("(attestations[0].bundle)") == false)
      #expect(found.first?.place.contains("attestations[0]") == true)
      #expect(service.calls.map(\.path) == [path + "?per_page=100"])
      #expect(service.calls.allSatisfy { $0.authorization == nil })
    }
  }

  @Test func followsPages() async throws {
    try await LocalService.run { call, before in
      let next = "<\(call.path)&after=\(before)>; rel=\"next\""
      return .init(
        200, Self.list(#"{"n":\#(before)}"#),
        headers: before < 2 ? ["Link": "<https://e.org/>; rel=\"prev\", \(next)"] : [:])
    } test: { service in
      let found = try await attestations(service)
      #expect(found.count == 3)
      #expect(service.calls.count == 3)
      #expect(service.calls[1].path.hasSuffix("&after=0"))
    }
  }

  @Test func pagesHaveALimit() async throws {
    try await LocalService.run { call, _ in
      .init(200, Self.list(Self.bundle), headers: ["Link": "<\(call.path)>; rel=\"next\""])
    } test: { service in
      #expect(await error(service)?.reason == .tooLarge)
      #expect(service.calls.count == GitHubAttestationsClient.pageLimit)
    }
  }

  @Test(arguments: ["http://localhost:1/", "https://example.org/x", "//example.org/", "http://["])
  func pagesStayOnTheHost(_ address: String) async throws {
    try await LocalService.run { _, _ in
      .init(200, Self.list(Self.bundle), headers: ["Link": "<\(address)>; rel=\"next\""])
    } test: { service in
      #expect(await error(service)?.reason == .badAnswer)
      #expect(service.calls.count == 1)
    }
  }

  @Test(arguments: [
    LocalService.Answer(404, #"{"message":"Not Found","status":"404"}"#),
    .init(200, #"{"attestations":[]}"#),
  ])
  func nothingIsNoError(_ answer: LocalService.Answer) async throws {
    try await LocalService.run { _, _ in
      answer
    } test: { service in
      let found = try await attestations(service)
      #expect(found.isEmpty)
    }
  }

  @Test(arguments: [
    "", "<html>", "[]", "{}", #"{"attestations":{}}"#, #"{"attestations":[{}]}"#,
    #"{"attestations":[{"bundle":"x"}]}"#, #"{"attestations":[1]}"#,
    #"{"attestations":[],"attestations":[]}"#,
    #"{"attestations":[\#(String(repeating: "{\"bundle\":{}},", count: 100)){"bundle":{}}]}"#,
    #"{"attestations":[{"bundle":null,"bundle_url":"http://example.org/x"}]}"#,
  ])
  func refusesOtherAnswers(_ body: String) async throws {
    try await LocalService.run { _, _ in
      .init(200, body)
    } test: { service in
      #expect(await error(service)?.reason == .badAnswer)
    }
  }

  @Test func readsBundlesThatAreKeptElsewhere() async throws {
    // One literal of Snappy.
    let block = [UInt8(Self.bundle.utf8.count), 60 << 2, UInt8(Self.bundle.utf8.count - 1)]
    try await LocalService.run { call, _ in
      if call.path.hasPrefix("/repos/") {
        let port = call.host.split(separator: ":").last ?? ""
        return .init(
          200,
          #"{"attestations":[{"bundle":null,"bundle_url":"http://127.0.0.1:\#(port)/b?sig=SECRET"}]}"#
        )
      }
      var answer = LocalService.Answer(200)
      answer.body = block + Array(Self.bundle.utf8)
      return answer
    } test: { service in
      let found = try await attestations(service)
      #expect(found.map(\.bundle) == [Array(Self.bundle.utf8)])
      #expect(service.calls.last?.path == "/b?sig=SECRET")
    }
  }

  @Test(arguments: ["", "\u{ff}\u{ff}", "plain"])
  func refusesBundlesThatAreNotSnappy(_ body: String) async throws {
    try await LocalService.run { call, _ in
      guard call.path.hasPrefix("/repos/") else { return .init(200, body) }
      return .init(
        200,
        #"{"attestations":[{"bundle_url":"http://\#(call.host)/b?sig=SECRET"}]}"#)
    } test: { service in
      let found = await error(service)
      #expect(found?.reason == .badAnswer)
      #expect(found?.description.contains("SECRET") == false)
    }
  }

  @Test(arguments: [429, 500, 502, 503, 504])
  func triesAgainWithinItsBudget(_ status: Int) async throws {
    try await LocalService.run(retries: .evidence) { _, before in
      before < 3 ? .init(status) : .init(200, Self.list(Self.bundle))
    } test: { service in
      let found = try await attestations(service)
      #expect(found.count == 1)
      #expect(service.calls.count == 4)
    }
  }

  @Test(arguments: [429, 500, 503])
  func givesUp(_ status: Int) async throws {
    try await LocalService.run(retries: .evidence) { _, _ in
      .init(status, #"{"message":"busy"}"#)
    } test: { service in
      let found = await error(service)
      #expect(found?.reason == (status == 429 ? .rateLimited : .status(status)))
      #expect(found?.detail.contains("busy") == true)
      #expect(service.calls.count == 4)
    }
  }

  @Test(arguments: ["3600", "99999999", "Wed, 21 Oct 2099 07:28:00 GMT", "-1", "x"])
  func isNotAskedAgainBeforeItsTime(_ retryAfter: String) async throws {
    try await LocalService.run(retries: .evidence) { _, _ in
      .init(429, headers: ["Retry-After": retryAfter])
    } test: { service in
      let found = await error(service)
      #expect(found?.reason == .rateLimited)
      #expect(found?.detail.contains("Retry-After \(retryAfter)") == true)
      #expect(service.calls.count == 1)
    }
  }

  @Test func aUsedUpQuotaIsNoRefusal() async throws {
    try await LocalService.run { _, _ in
      .init(
        403, #"{"message":"API rate limit exceeded for 192.0.2.1."}"#,
        headers: ["X-RateLimit-Remaining": "0"])
    } test: { service in
      #expect(await error(service)?.reason == .rateLimited)
    }
    try await LocalService.run { _, _ in
      .init(403, #"{"message":"Resource not accessible"}"#)
    } test: { service in
      let found = await error(service)
      #expect(found?.reason == .status(403))
      #expect(found?.isAuthenticationRefusal == true)
    }
  }

  @Test func anAnswerHasALimit() async throws {
    try await LocalService.run { _, _ in
      .init(200, String(repeating: " ", count: 17 << 20))
    } test: { service in
      #expect(await error(service)?.reason == .tooLarge)
    }
  }

  @Test func anAnswerHasATime() async throws {
    try await LocalService.run(
      retries: RetryBudget.once, documentTimeout: .milliseconds(200)
    ) { _, _ in
      try? await Task.sleep(for: .seconds(1))
      return .init(200, Self.list(Self.bundle))
    } test: { service in
      #expect(await error(service)?.reason == .timeout)
    }
  }
}

extension RetryBudget {
  /// No second try.
  static var once: RetryBudget {
    var budget = RetryBudget()
    budget.attempts = 1
    return budget
  }
}

@Suite("Retry budget")
struct RetryBudgetTests {
  @Test(
    arguments: [
      (nil, 500), ("2", 2000), ("0", 500), (" 2", 2000), ("29", 29_000), ("30", nil), ("31", nil),
      ("2.5", nil), ("", nil), ("100000", nil), ("soon", nil),
    ] as [(String?, Int?)])
  func pause(_ retryAfter: String?, _ expected: Int?) {
    #expect(
      RetryBudget.evidence.pause(atLeast: .milliseconds(500), retryAfter: retryAfter)
        == expected.map { .milliseconds($0) })
  }

  @Test func aNamedTimeIsWaitedFor() async throws {
    try await LocalService.run(retries: .evidence) { _, before in
      before == 0 ? .init(429, headers: ["Retry-After": "1"]) : .init(200, "ok")
    } test: { service in
      let start = ContinuousClock.now
      let answer = try await service.transport.send(
        .get(service.url.appending("x"), purpose: "read"))
      #expect(answer.status == 200)
      #expect(start.duration(to: .now) >= .seconds(1))
    }
  }
}

@Suite("Folders of evidence on web servers")
struct EvidenceFolderClientTests {
  private func document(_ service: LocalService, _ name: String = "a+b.whl.sigstore.json")
    async throws -> [UInt8]?
  {
    try await EvidenceFolderClient(
      folder: service.url.appending("o/r/releases/download/v1.0.0"), transport: service.transport
    ).document(named: name)
  }

  @Test func readsADocument() async throws {
    try await LocalService.run { _, _ in
      .init(200, "{}")
    } test: { service in
      let found = try await document(service)
      #expect(found == Array("{}".utf8))
      #expect(service.calls.map(\.path) == ["/o/r/releases/download/v1.0.0/a+b.whl.sigstore.json"])
      #expect(service.calls.allSatisfy { $0.authorization == nil })
    }
  }

  @Test(arguments: [404, 410])
  func absenceIsNoError(_ status: Int) async throws {
    try await LocalService.run { _, _ in
      .init(status)
    } test: { service in
      let found = try await document(service)
      #expect(found == nil)
    }
  }

  @Test(arguments: [401, 403, 500, 503])
  func otherStatusesAre(_ status: Int) async throws {
    try await LocalService.run { _, _ in
      .init(status)
    } test: { service in
      let error = await transportError { _ = try await document(service) }
      #expect(error?.reason == .status(status))
    }
  }

  /// A forge keeps assets on another host; here, on another port of this machine.
  @Test func followsToTheStore() async throws {
    try await LocalService.run { _, _ in
      .init(200, "asset")
    } test: { store in
      try await LocalService.run { _, _ in
        .init(302, headers: ["Location": "\(store.url)/asset?sig=S"])
      } test: { service in
        let found = try await document(service)
        #expect(found == Array("asset".utf8))
      }
      #expect(store.calls.allSatisfy { $0.authorization == nil })
    }
  }

  @Test(arguments: ["http://example.org/x", "http://[", "file:///etc/passwd"])
  func doesNotFollowInTheClear(_ location: String) async throws {
    try await LocalService.run { _, _ in
      .init(302, headers: ["Location": location])
    } test: { service in
      let error = await transportError { _ = try await document(service) }
      #expect(error?.reason == .badAnswer)
    }
  }

  @Test func aDocumentHasALimit() async throws {
    try await LocalService.run { _, _ in
      .init(200, String(repeating: "x", count: 17 << 20))
    } test: { service in
      let error = await transportError { _ = try await document(service) }
      #expect(error?.reason == .tooLarge)
    }
  }
}
