// SPDX-License-Identifier: Apache-2.0

import GRDB
import HTTPTypes
import Hummingbird
import Logging

/// Adds routes with the answers that all of them share: HEAD wherever there is GET, 405 for other
/// methods, and for a failure a status and a log line without details for the client.
struct RouteTable {
  typealias Handler = @Sendable (Request, BasicRequestContext) async throws -> Response

  let router: Router<BasicRequestContext>
  /// Whether the listener is the one that only reads, which refuses all else in its own way.
  var isReadOnly = false

  private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

  /// Adds a path that can be read.
  func get(_ path: RouterPath, use handler: @escaping Handler) {
    add(path, .get, handler)
    add(path, .head) { try await handler($0, $1).createHeadResponse() }
    refuseOthers(path, allowed: [.get, .head])
  }

  /// Adds a path that takes a form or a document.
  func post(_ path: RouterPath, use handler: @escaping Handler) {
    add(path, .post, handler)
    refuseOthers(path, allowed: [.post])
  }

  private func add(
    _ path: RouterPath, _ method: HTTPRequest.Method, _ handler: @escaping Handler
  ) {
    router.on(path, method: method) { request, context in
      do {
        return try await handler(request, context)
      } catch let refusal as any HTTPResponseError {
        throw refusal
      } catch let error where Self.isFull(error) {
        context.logger.error("\(method) \(path): no space is left in the data folder")
        throw IndexRefusal(507, "The index has no space left.")
      } catch {
        context.logger.error("\(method) \(path): \(error)")
        throw IndexRefusal(500, "The index could not do this; its log says why.")
      }
    }
  }

  private static func isFull(_ error: any Error) -> Bool {
    switch error {
    case let error as FileStoreError: error.isFull
    case let error as DatabaseError: error.resultCode == .SQLITE_FULL
    default: false
    }
  }

  private func refuseOthers(_ path: RouterPath, allowed: [HTTPRequest.Method]) {
    if isReadOnly { return }
    for method in Self.methods where !allowed.contains(method) {
      router.on(path, method: method) { _, _ -> Response in
        throw IndexRefusal(
          405, "\(method.rawValue) is not possible here.",
          headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
      }
    }
  }
}

/// The path of a request as it came, cut into decoded parts.
enum RequestPath {
  /// Undoes percent-encoding (RFC 3986 §2.1); `nil` for broken escapes, NUL, and what is not UTF-8.
  static func decode(_ text: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit),
        high << 4 | low != 0
      else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

extension BasicRequestContext {
  /// A decoded part of the path.
  ///
  /// - Throws: ``IndexRefusal`` with 404 when it is not valid percent-encoding.
  func part(_ name: String) throws -> String {
    guard let text = parameters.get(name).flatMap({ RequestPath.decode($0) }) else {
      throw IndexRefusal.notFound("Not found.")
    }
    return text
  }
}
