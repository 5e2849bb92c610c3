// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A plain HTTP server on this machine that answers each path as a table says, everything else with
/// 404, and remembers what it was asked, until ``stop()`` or the end of the tests.
package final class AnsweringServer: @unchecked Sendable {
  /// The port.
  package let port: UInt16
  /// The base URL, without a slash at the end.
  package var url: String { "http://127.0.0.1:\(port)" }

  private let listener: Int32
  private let lock = NSLock()
  private var answers: [String: [UInt8]] = [:]
  private var asked: [String] = []

  /// Starts to listen.
  package init() throws {
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
  package var requests: [String] { lock.withLock { asked } }

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
    while !String(decoding: received, as: UTF8.self).contains("\r\n\r\n") {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      received += buffer[..<count]
    }
    let line = String(decoding: received, as: UTF8.self).split(separator: " ")
    let path = line.count > 1 ? String(line[1]) : ""
    let body: [UInt8]? = lock.withLock {
      asked.append(path)
      return answers[path]
    }
    let head =
      "HTTP/1.1 \(body == nil ? "404 Not Found" : "200 OK")\r\nContent-Length: "
      + "\(body?.count ?? 0)\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
    var output = Array(head.utf8) + (body ?? [])
    while !output.isEmpty {
      let count = write(connection, output, output.count)
      guard count > 0 else { return }
      output.removeFirst(count)
    }
  }
}
