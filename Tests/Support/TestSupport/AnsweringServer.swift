// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A plain HTTP server on this machine that answers each path as a table or a function says,
/// everything else with 404, and remembers what it was asked, until ``stop()`` or the end of the
/// tests.
package final class AnsweringServer: Sendable {
  /// The port.
  package var port: UInt16 { server.port }
  /// The base URL, without a slash at the end.
  package var url: String { server.url }

  /// What the server was asked.
  package struct Call: Sendable {
    private let request: HandlingServer.Request

    fileprivate init(_ request: HandlingServer.Request) { self.request = request }

    /// `GET`.
    package var method: String { request.method }
    /// The path with the query.
    package var target: String { request.target }
    /// The body as text.
    package var body: String { String(decoding: request.body, as: UTF8.self) }
    /// The path without the query.
    package var path: String { request.path }
    /// The fields of a form, or of the query of a `GET`.
    package var fields: [String: String] {
      var components = URLComponents()
      components.percentEncodedQuery = method == "GET" ? request.query : body
      return (components.queryItems ?? []).reduce(into: [:]) { $0[$1.name] = $1.value ?? "" }
    }
    /// A header's value.
    package func header(_ name: String) -> String? { request.headers[name.lowercased()] }
  }

  /// What it answers.
  package struct Answer: Sendable {
    fileprivate let reply: HandlingServer.Reply

    /// An answer with a text.
    package init(_ status: Int = 200, _ body: String = "", headers: [String: String] = [:]) {
      reply = HandlingServer.Reply(status, body, headers: headers)
    }

    fileprivate init(_ body: [UInt8]) {
      var reply = HandlingServer.Reply(200)
      reply.body = body
      self.reply = reply
    }
  }

  /// The bodies of paths.
  private final class Table: @unchecked Sendable {
    private let lock = NSLock()
    private var bodies: [String: [UInt8]] = [:]

    subscript(target: String) -> [UInt8]? {
      get { lock.withLock { bodies[target] } }
      set { lock.withLock { bodies[target] = newValue } }
    }
  }

  private let server: HandlingServer
  private let table: Table

  /// Starts to listen.
  ///
  /// - Parameter respond: answers what the table does not; `nil` is 404.
  package init(_ respond: @escaping @Sendable (Call) -> Answer? = { _ in nil }) throws {
    let table = Table()
    self.table = table
    server = try HandlingServer { request in
      let listed = table[request.target].map { Answer($0) }
      return (listed ?? respond(Call(request)) ?? Answer(404)).reply
    }
  }

  /// Sets the body of a path.
  package func answer(_ path: String, with body: [UInt8]) { table[path] = body }

  /// The paths that were asked for, in order.
  package var requests: [String] { server.all.map(\.target) }

  /// All that was asked, in order.
  package var calls: [Call] { server.all.map { Call($0) } }

  /// Stops to listen.
  package func stop() { server.stop() }
}
