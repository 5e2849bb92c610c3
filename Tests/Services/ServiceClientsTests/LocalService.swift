// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ServiceClients

/// A small real server, with a transport to reach it and a record of what it was asked.
struct LocalService: Sendable {
  /// What the server was asked.
  struct Call: Sendable {
    let method: String
    let path: String
    let host: String
    let authorization: String?
    let contentType: String?
    let userAgent: String?
    let body: [UInt8]
  }

  /// What it answers.
  struct Answer: Sendable, CustomTestStringConvertible {
    var status = 200
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    init(_ status: Int = 200, _ text: String = "", headers: [String: String] = [:]) {
      self.status = status
      body = Array(text.utf8)
      self.headers = headers
    }

    var testDescription: String { "status \(status), \(body.count) bytes" }
  }

  final class Record: Sendable {
    let calls = Mutex<[Call]>([])
    var all: [Call] { calls.withLock { $0 } }
  }

  let url: ServiceURL
  let transport: HTTPTransport
  let record: Record

  var calls: [Call] { record.all }

  /// Runs a test against a server; `answer` also gets the number of calls before.
  static func run(
    retries: RetryBudget = RetryBudget(), documentTimeout: Duration? = nil,
    _ answer: @escaping @Sendable (Call, Int) async -> Answer,
    test: @escaping @Sendable (LocalService) async throws -> Void
  ) async throws {
    let record = Record()
    let responder = CallbackResponder { (request: Request, _: BasicRequestContext) in
      let buffer = try await request.body.collect(upTo: 8 << 20)
      let call = Call(
        method: request.method.rawValue, path: request.uri.description,
        host: request.head.authority ?? "",
        authorization: request.headers[.authorization],
        contentType: request.headers[.contentType], userAgent: request.headers[.userAgent],
        body: Array(buffer.readableBytesView))
      let before = record.calls.withLock { calls in
        calls.append(call)
        return calls.count - 1
      }
      let reply = await answer(call, before)
      var headers = HTTPFields()
      for (name, value) in reply.headers {
        if let name = HTTPField.Name(name) { headers[name] = value }
      }
      return Response(
        status: .init(code: reply.status), headers: headers,
        body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
    }
    let application = Application(
      responder: responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      logger: Logger(label: "local") { _ in SwiftLogNoOpLogHandler() })
    try await application.test(.live) { client in
      var configuration = TransportConfiguration(version: "9.9.9", proxies: .none)
      configuration.retries = retries
      configuration.retries.firstPause = .milliseconds(5)
      // Other tests may keep all threads busy for long, which is not what the budget is about.
      configuration.retries.total = .seconds(600)
      configuration.documentTimeout = documentTimeout
      let transport = try HTTPTransport(configuration)
      let service = LocalService(
        url: try ServiceURL("http://127.0.0.1:\(client.port ?? 0)"), transport: transport,
        record: record)
      do {
        try await test(service)
        await transport.shutdown()
      } catch {
        await transport.shutdown()
        throw error
      }
    }
  }
}

/// The transport error that an operation ends with.
func transportError(
  _ work: () async throws -> Void
) async -> TransportError? {
  do {
    try await work()
    return nil
  } catch {
    return error as? TransportError
  }
}
