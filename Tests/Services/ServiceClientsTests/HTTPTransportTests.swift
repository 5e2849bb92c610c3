// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import ServiceClients

@Suite("HTTP transport")
struct HTTPTransportTests {
  private func get(_ service: LocalService, _ path: String = "thing") -> TransportRequest {
    .get(service.url.appending(path), purpose: "read the thing")
  }

  @Test func namesItself() async throws {
    try await LocalService.run { _, _ in
      .init(200, "ok")
    } test: { service in
      let answer = try await service.transport.send(get(service))
      #expect(answer.body == Array("ok".utf8))
      #expect(service.calls.map(\.userAgent) == ["hallmark/9.9.9"])
    }
  }

  @Test(arguments: [502, 503, 504])
  func triesAgain(_ status: Int) async throws {
    try await LocalService.run { _, before in
      .init(before < 2 ? status : 200, "ok")
    } test: {
      service in
      let answer = try await service.transport.send(get(service))
      #expect(answer.status == 200)
      #expect(answer.body == Array("ok".utf8))
      #expect(service.calls.count == 3)
    }
  }

  @Test func givesUpWithinTheBudget() async throws {
    try await LocalService.run { _, _ in
      .init(503, #"{"message":"busy"}"#)
    } test: { service in
      let answer = try await service.transport.send(get(service))
      #expect(answer.status == 503)
      #expect(answer.message == "busy")
      #expect(service.calls.count == 4)
    }
  }

  @Test(arguments: [500, 400, 404])
  func otherFailuresAreFinal(_ status: Int) async throws {
    try await LocalService.run { _, _ in
      .init(status)
    } test: { service in
      let result = try await service.transport.send(get(service)).status
      #expect(result == status)
      #expect(service.calls.count == 1)
    }
  }

  @Test func aRequestThatChangesThingsIsSentOnce() async throws {
    try await LocalService.run { _, _ in
      .init(503)
    } test: { service in
      let request = TransportRequest.post(service.url.appending("x"), purpose: "do", json: .null)
      let result = try await service.transport.send(request).status
      #expect(result == 503)
      #expect(service.calls.count == 1)
    }
  }

  @Test func anAnswerHasALimit() async throws {
    try await LocalService.run { _, _ in
      .init(200, String(repeating: "x", count: 300_000))
    } test: { service in
      var request = get(service)
      request.answerLimit = 200_000
      let error = await transportError { _ = try await service.transport.send(request) }
      #expect(error?.reason == .tooLarge)
      #expect(error?.description.contains("read the thing") == true)
    }
  }

  @Test func followsWithinTheHost() async throws {
    try await LocalService.run { call, _ in
      call.path == "/thing" ? .init(301, headers: ["Location": "/other"]) : .init(200, "there")
    } test: { service in
      let answer = try await service.transport.send(get(service))
      #expect(answer.body == Array("there".utf8))
    }
  }

  @Test(arguments: ["http://localhost:1/x", "https://127.0.0.1/x", "//example.org/x"])
  func doesNotFollowElsewhere(_ location: String) async throws {
    try await LocalService.run { _, _ in
      .init(302, headers: ["Location": location])
    } test: {
      service in
      let error = await transportError { _ = try await service.transport.send(get(service)) }
      #expect(error?.reason == .badAnswer)
      #expect(service.calls.count == 1)
    }
  }

  @Test func doesNotFollowInCircles() async throws {
    try await LocalService.run { _, _ in
      .init(302, headers: ["Location": "/thing"])
    } test: {
      service in
      let error = await transportError { _ = try await service.transport.send(get(service)) }
      #expect(error?.reason == .badAnswer)
      #expect(service.calls.count == 6)
    }
  }

  @Test func doesNotFollowWithABody() async throws {
    try await LocalService.run { _, _ in
      .init(307, headers: ["Location": "/other"])
    } test: {
      service in
      let request = TransportRequest.post(service.url.appending("x"), purpose: "do", json: .null)
      let error = await transportError { _ = try await service.transport.send(request) }
      #expect(error?.reason == .badAnswer)
      #expect(service.calls.count == 1)
    }
  }

  @Test func refusedConnectionSaysWhatWasDone() async throws {
    var configuration = TransportConfiguration(version: "1", proxies: .none)
    configuration.retries.firstPause = .milliseconds(1)
    let transport = try HTTPTransport(configuration)
    let request = TransportRequest.get(
      try ServiceURL("http://127.0.0.1:1/path?token=SECRET"), purpose: "read the thing")
    let error = await transportError { _ = try await transport.send(request) }
    await transport.shutdown()
    #expect(error?.reason == .unreachable)
    let text = try #require(error?.description)
    #expect(text.contains("could not read the thing at http://127.0.0.1:1/path: "))
    #expect(text.contains("connection refused"))
    #expect(!text.contains("SECRET"))
  }

  @Test func secretsDoNotTravelInTheClear() async throws {
    let transport = try HTTPTransport(TransportConfiguration(version: "1", proxies: .none))
    var request = TransportRequest.get(try ServiceURL("http://192.0.2.1/"), purpose: "do")
    request.carriesSecret = true
    let error = await transportError { _ = try await transport.send(request) }
    await transport.shutdown()
    #expect(error?.reason == .insecure)
  }

  @Test(arguments: ["/does/not/exist.pem", "/dev/null"])
  func authoritiesMustBeReadable(_ path: String) {
    #expect(throws: TransportSetupError.self) {
      try HTTPTransport(
        TransportConfiguration(version: "1", additionalAuthorities: path, proxies: .none))
    }
  }

  @Test(
    arguments: [
      (#"{"message":"a\nb\u001b[31m"}"#, "a b?[31m"),
      (#"{"message":"m","errors":[{"code":"c","description":"d"}]}"#, "d"),
      (#"{"title":"T","detail":"D","status":403}"#, "T: D"),
      (#"{"code":"400 Bad name","message":"Sorry","title":"Bad Request"}"#, "Bad name"),
      (#"{"code":"x","title":"Bad Request"}"#, "Bad Request"),
      ("plain words", "plain words"), ("<html></html>", nil), ("", nil), ("{}", nil),
    ] as [(String, String?)])
  func findsTheServicesWords(_ body: String, _ expected: String?) {
    let answer = TransportAnswer(status: 400, location: nil, body: Array(body.utf8))
    #expect(answer.message == expected)
  }
}
