// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request as a simulated service sees it.
package struct ServiceRequest: Sendable {
  /// The method.
  package let method: String
  /// The path, without query.
  package let path: String
  /// The query, without question mark.
  package let query: String
  /// The value of `Authorization`.
  package let authorization: String?
  /// The body.
  package let body: [UInt8]
}

/// What a simulated service answers, and how.
package struct ServiceReply: Sendable {
  /// How much of the answer is sent.
  package enum Extent: Sendable {
    case whole, half, nothing, withoutEnd
  }

  package var status: Int
  package var headers: [(String, String)] = []
  package var body: [UInt8]
  package var extent = Extent.whole
  /// Seconds before the answer.
  package var delay: Double = 0

  package init(_ status: Int, _ body: [UInt8], headers: [(String, String)] = []) {
    self.status = status
    self.body = body
    self.headers = headers
  }
}

/// A plain HTTP server on a free port of this machine that can also break off.
final class LocalHTTPServer: Sendable {
  typealias Handler = @Sendable (ServiceRequest) async -> ServiceReply

  private let channel: any Channel
  /// The port.
  let port: Int

  /// Listens; requests are answered by `handler`.
  init(handler: @escaping Handler) async throws {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 64)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(RequestCollector(handler: handler))
        }
      }
    channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  /// Stops to listen.
  func stop() async { try? await channel.close() }
}

/// Collects the parts of a request, and writes the reply.
private final class RequestCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let handler: LocalHTTPServer.Handler
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []

  init(handler: @escaping LocalHTTPServer.Handler) {
    self.handler = handler
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = []
    case .body(let chunk): body.append(contentsOf: chunk.readableBytesView)
    case .end:
      guard let head else { return }
      let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      let request = ServiceRequest(
        method: head.method.rawValue, path: String(parts[0]),
        query: parts.count > 1 ? String(parts[1]) : "",
        authorization: head.headers.first(name: "Authorization"), body: body)
      let exchange = Exchange(request: request, handler: handler, channel: context.channel)
      Task { await exchange.run() }
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// One request with its answer.
private struct Exchange: Sendable {
  let request: ServiceRequest
  let handler: LocalHTTPServer.Handler
  let channel: any Channel

  @concurrent
  func run() async {
    let reply = await handler(request)
    if reply.delay > 0 { try? await Task.sleep(for: .seconds(reply.delay)) }
    await write(reply)
  }

  private func write(_ reply: ServiceReply) async {
    do {
      if reply.extent != .nothing {
        var headers = HTTPHeaders(reply.headers)
        let isEndless = reply.extent == .withoutEnd
        if !isEndless { headers.add(name: "Content-Length", value: String(reply.body.count)) }
        let head = HTTPResponseHead(
          version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
        try await channel.writeAndFlush(HTTPServerResponsePart.head(head))
        let sent = reply.extent == .half ? reply.body.prefix(reply.body.count / 2) : reply.body[...]
        try await channel.writeAndFlush(
          HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: sent))))
        let filler = ByteBuffer(repeating: 0x20, count: 1 << 18)
        while isEndless {
          try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(filler)))
        }
        if reply.extent == .whole {
          try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
          return
        }
      }
      try await channel.close()
    } catch {
      // The client went away.
      try? await channel.close()
    }
  }
}
