// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A plain HTTP server on this machine that takes requests of any method, answers as a function says,
/// also by half or not at all, and remembers what it was asked.
package final class HandlingServer: @unchecked Sendable {
  /// What it was asked.
  package struct Request: Sendable {
    /// The method.
    package let method: String
    /// The path with its query.
    package let target: String
    /// The headers, with names in lower case.
    package let headers: [String: String]
    /// The body.
    package let body: [UInt8]

    /// The path without its query.
    package var path: String { String(target.split(separator: "?")[0]) }
    /// The query; empty where there is none.
    package var query: String {
      target.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
    }
  }

  /// What it answers.
  package struct Reply: Sendable {
    /// The status.
    package var status: Int
    /// More headers.
    package var headers: [String: String]
    /// The body.
    package var body: [UInt8]
    /// How many bytes of the body are kept back, as when a connection breaks.
    package var withheld = 0
    /// Whether the connection is closed without any answer.
    package var isSilent = false

    /// Describes an answer.
    package init(_ status: Int, _ text: String = "{}", headers: [String: String] = [:]) {
      self.status = status
      self.headers = headers
      body = Array(text.utf8)
    }

    /// No answer at all.
    package static var silence: Reply {
      var reply = Reply(0)
      reply.isSilent = true
      return reply
    }
  }

  /// The port.
  package let port: UInt16
  /// The base URL, without a slash at the end.
  package var url: String { "http://127.0.0.1:\(port)" }

  private let listener: Int32
  private let lock = NSLock()
  private var asked: [Request] = []
  private let handler: @Sendable (Request) -> Reply

  /// Starts to listen.
  ///
  /// - Parameter handler: what it answers.
  package init(handler: @escaping @Sendable (Request) -> Reply) throws {
    self.handler = handler
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    listener = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard descriptor >= 0, bound else { throw CocoaError(.fileReadUnknown) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in serve() }
  }

  deinit { close(listener) }

  /// Everything that was asked, in order.
  package var all: [Request] { lock.withLock { asked } }

  /// Stops to listen.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return }
      handle(connection)
      close(connection)
    }
  }

  private func handle(_ connection: Int32) {
    guard let request = Self.read(connection) else { return }
    lock.withLock { asked.append(request) }
    send(handler(request), to: connection)
  }

  private static func read(_ connection: Int32) -> Request? {
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let end = Array("\r\n\r\n".utf8)
    var headEnd: Int?
    var length = 0
    var lines: [Substring] = []
    while true {
      if let headEnd, received.count >= headEnd + length { break }
      let count = Foundation.read(connection, &buffer, buffer.count)
      guard count > 0 else { return nil }
      received += buffer[..<count]
      guard headEnd == nil, let range = received.firstRange(of: end) else { continue }
      headEnd = range.upperBound
      lines = String(decoding: received[..<range.lowerBound], as: UTF8.self)
        .split(separator: "\r\n")
      length = Int(headers(lines)["content-length"] ?? "") ?? 0
    }
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count > 1, let headEnd else { return nil }
    return Request(
      method: String(words[0]), target: String(words[1]), headers: headers(lines),
      body: Array(received[headEnd...].prefix(length)))
  }

  private static func headers(_ lines: [Substring]) -> [String: String] {
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return headers
  }

  private func send(_ reply: Reply, to connection: Int32) {
    guard !reply.isSilent else { return }
    // What is asked for may be sent with another type.
    let headers = ["Content-Type": "application/json"].merging(reply.headers) { $1 }
    let more = headers.map { "\($0): \($1)\r\n" }.joined()
    let head =
      "HTTP/1.1 \(reply.status) Scripted\r\nContent-Length: \(reply.body.count)\r\n"
      + "\(more)Connection: close\r\n\r\n"
    var output = Array(head.utf8) + reply.body.dropLast(reply.withheld)
    while !output.isEmpty {
      #if canImport(Glibc)
        // A client that has gone must not end the tests by a signal.
        let count = Foundation.send(connection, output, output.count, Int32(MSG_NOSIGNAL))
      #else
        let count = write(connection, output, output.count)
      #endif
      guard count > 0 else { return }
      output.removeFirst(count)
    }
  }
}
