// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A plain HTTP server on this machine that answers each path as a table or a function says,
/// everything else with 404, and remembers what it was asked, until ``stop()`` or the end of the
/// tests.
package final class AnsweringServer: @unchecked Sendable {
  /// The port.
  package let port: UInt16
  /// The base URL, without a slash at the end.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// What the server was asked.
  package struct Call: Sendable {
    /// `GET`.
    package let method: String
    /// The path with the query.
    package let target: String
    /// The head's lines.
    package let head: String
    /// The body as text.
    package let body: String

    /// The path without the query.
    package var path: String { String(target.prefix { $0 != "?" }) }
    /// The fields of a form, or of the query of a `GET`.
    package var fields: [String: String] {
      let text = method == "GET" ? String(target.drop { $0 != "?" }.dropFirst()) : body
      var components = URLComponents()
      components.percentEncodedQuery = text
      return (components.queryItems ?? []).reduce(into: [:]) { $0[$1.name] = $1.value ?? "" }
    }
    /// A header's value.
    package func header(_ name: String) -> String? {
      head.components(separatedBy: "\r\n")
        .first { $0.lowercased().hasPrefix(name.lowercased() + ":") }?
        .dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
    }
  }

  /// What it answers.
  package struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
    let headers: [String: String]

    /// An answer with a text.
    package init(_ status: Int = 200, _ body: String = "", headers: [String: String] = [:]) {
      self.status = status
      self.body = Array(body.utf8)
      self.headers = headers
    }
  }

  private let listener: Int32
  private let lock = NSLock()
  private var answers: [String: [UInt8]] = [:]
  private var asked: [Call] = []
  private let respond: @Sendable (Call) -> Answer?

  /// Starts to listen.
  ///
  /// - Parameter respond: answers what the table does not; `nil` is 404.
  package init(_ respond: @escaping @Sendable (Call) -> Answer? = { _ in nil }) throws {
    self.respond = respond
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

  /// Sets the body of a path.
  package func answer(_ path: String, with body: [UInt8]) {
    lock.withLock { answers[path] = body }
  }

  /// The paths that were asked for, in order.
  package var requests: [String] { lock.withLock { asked.map(\.target) } }

  /// All that was asked, in order.
  package var calls: [Call] { lock.withLock { asked } }

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
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    var head: Range<Int>?
    var expected = 0
    while head == nil || received.count < expected {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      received += buffer[..<count]
      if head == nil, let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
        head = 0..<end.lowerBound
        expected = end.upperBound + Self.contentLength(received[..<end.lowerBound])
      }
    }
    guard let head else { return }
    let text = String(decoding: received[head], as: UTF8.self)
    let line = text.split(separator: " ")
    let call = Call(
      method: line.first.map(String.init) ?? "", target: line.count > 1 ? String(line[1]) : "",
      head: text, body: String(decoding: received.dropFirst(head.upperBound + 4), as: UTF8.self))
    let body: [UInt8]? = lock.withLock {
      asked.append(call)
      return answers[call.target]
    }
    let answer = body.map { Answer(200, String(decoding: $0, as: UTF8.self)) } ?? respond(call)
    let bytes = body ?? answer?.body ?? []
    var lines =
      "HTTP/1.1 \(answer?.status ?? 404) \(answer == nil ? "Not Found" : "Answer")\r\n"
      + "Content-Length: \(bytes.count)\r\nConnection: close\r\n"
    let headers = ["Content-Type": "application/json"].merging(answer?.headers ?? [:]) { $1 }
    for (name, value) in headers { lines += "\(name): \(value)\r\n" }
    var output = Array((lines + "\r\n").utf8) + bytes
    while !output.isEmpty {
      #if canImport(Glibc)
        // A client that has gone must not end the tests by a signal.
        let count = send(connection, output, output.count, Int32(MSG_NOSIGNAL))
      #else
        let count = write(connection, output, output.count)
      #endif
      guard count > 0 else { return }
      output.removeFirst(count)
    }
  }

  private static func contentLength(_ head: ArraySlice<UInt8>) -> Int {
    let lines = String(decoding: head, as: UTF8.self).lowercased().components(separatedBy: "\r\n")
    let line = lines.first { $0.hasPrefix("content-length:") }
    return line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
  }
}
