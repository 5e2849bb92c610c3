// SPDX-License-Identifier: Apache-2.0

import Identity
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The address of this machine to which a browser brings the answer to a login (RFC 8252 §7.3).
///
/// It listens on 127.0.0.1 only, on a port that the system chooses, for one path, answers one
/// request there, and is gone when that has its page. Everything else gets a page without content
/// of any use.
struct LoopbackListener: Sendable {
  /// The path of the address.
  static let path = "/auth/callback"
  /// How long a connection may take to send its request.
  private static let requestTimeout = TimeAmount.seconds(10)
  /// How many connections may be open; a browser opens some in advance.
  private static let connectionLimit = 16

  private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  /// What a request ends with: the page for the browser, and the result of the login.
  struct Ending<Value: Sendable>: Sendable {
    let page: LoginPage
    let result: Result<Value, any Error>
  }

  /// Listens until a request came and has its page.
  ///
  /// - Parameters:
  ///   - time: how long at most.
  ///   - opened: gets the address, once it is there.
  ///   - handle: makes the result out of the query of the one request.
  /// - Returns: the result.
  /// - Throws: what `opened` throws and what the result is; ``IdentityError`` when the time is
  ///   over; I/O errors; `CancellationError`.
  static func receive<Value: Sendable>(
    within time: Duration, opened: @escaping @Sendable (String) async throws -> Void,
    handle: @escaping @Sendable (String) async -> Ending<Value>
  ) async throws -> Value {
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.backlog, value: 16)
      // Nothing is read before a connection is served, and one that never is, is a plain channel:
      // the asynchronous one must come to its end, also when the login has.
      .childChannelOption(.autoRead, value: false)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          return channel
        }
      }
    let port = server.channel.localAddress?.port ?? 0
    let results = AsyncStream<Result<Value, any Error>>.makeStream()
    let gate = Gate()
    return try await server.executeThenClose { connections in
      try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          try await withThrowingDiscardingTaskGroup { group in
            for try await connection in connections {
              guard gate.enter() else {
                connection.close(promise: nil)
                continue
              }
              group.addTask {
                defer { gate.leave() }
                let ending = await serve(connection, port: port, gate: gate, handle: handle)
                if let ending { results.continuation.yield(ending.result) }
              }
            }
          }
        }
        group.addTask {
          do {
            try await opened("http://127.0.0.1:\(port)\(path)")
            try await Task.sleep(for: time)
            throw IdentityError(
              .unreachable, "nobody logged in within \(time)", help: ["log in again"])
          } catch {
            results.continuation.yield(.failure(error))
          }
        }
        for await result in results.stream { return try result.get() }
        throw CancellationError()
      }
    }
  }

  /// Answers one connection; gives the ending when it was the one that brought the answer.
  private static func serve<Value: Sendable>(
    _ channel: any Channel, port: Int, gate: Gate,
    handle: @escaping @Sendable (String) async -> Ending<Value>
  ) async -> Ending<Value>? {
    guard
      let connection = try? await channel.eventLoop.submit({
        let connection = try Connection(wrappingChannelSynchronously: channel)
        // The first read; each after it is asked for when somebody waits.
        channel.read()
        return connection
      }).get()
    else {
      channel.close(promise: nil)
      return nil
    }
    let timer = channel.eventLoop.scheduleTask(in: requestTimeout) { channel.close(promise: nil) }
    defer { timer.cancel() }
    var ending: Ending<Value>?
    // A connection that breaks is the browser's affair; the result does not depend on it.
    try? await connection.executeThenClose { inbound, outbound in
      for try await part in inbound {
        guard case .head(let head) = part else { continue }
        timer.cancel()
        guard let query = query(of: head, port: port), gate.takeTurn() else {
          return try await write(.nothing, to: outbound)
        }
        let result = await handle(query)
        ending = result
        return try await write(result.page, to: outbound)
      }
    }
    return ending
  }

  /// The query of a request that is for this address; the host must be named as it was given out,
  /// so that no page of another site can have its own name lead here.
  private static func query(of head: HTTPRequestHead, port: Int) -> String? {
    let parts = head.uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1)
    guard head.method == .GET, head.headers["Host"] == ["127.0.0.1:\(port)"], parts.count == 2,
      parts[0].elementsEqual(path.utf8)
    else { return nil }
    return String(Substring(parts[1]))
  }

  private static func write(
    _ page: LoginPage,
    to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  ) async throws {
    let body = ByteBuffer(string: page.html)
    var headers = HTTPHeaders(page.headers.map { ($0.name, $0.value) })
    headers.add(name: "Content-Length", value: "\(body.readableBytes)")
    headers.add(name: "Connection", value: "close")
    let head = HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: page.status), headers: headers)
    try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(body)), .end(nil)])
  }

  /// Counts connections, and lets one request through.
  private final class Gate: Sendable {
    private let state = Mutex((open: 0, isTaken: false))

    func enter() -> Bool {
      state.withLock { state in
        guard state.open < connectionLimit else { return false }
        state.open += 1
        return true
      }
    }

    func leave() { state.withLock { $0.open -= 1 } }

    func takeTurn() -> Bool {
      state.withLock { state in
        defer { state.isTaken = true }
        return !state.isTaken
      }
    }
  }
}
