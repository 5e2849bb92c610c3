// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Adds routes with the answers that all of them share: HEAD wherever there is GET, 405 for other
/// methods, and for a failure a status and a log line without details for the client.
struct ServiceRoutes {
  typealias Handler = @Sendable (Request, BasicRequestContext) async throws -> Response

  let router: Router<BasicRequestContext>
  /// Whether the listener is the one that only reads, which refuses all else in its own way.
  let isReadOnly: Bool

  private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete]

  /// Adds the handlers of a path, by method.
  func add(_ path: RouterPath, get: Handler? = nil, post: Handler? = nil) {
    var allowed: [HTTPRequest.Method] = []
    if let get {
      add(path, .get, get)
      add(path, .head) { try await get($0, $1).createHeadResponse() }
      allowed += [.get, .head]
    }
    if let post {
      add(path, .post, post)
      allowed.append(.post)
    }
    if isReadOnly { return }
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    for method in Self.methods where !allowed.contains(method) {
      router.on(path, method: method) { _, _ -> Response in
        throw ServiceRefusal(
          405, "the method \(method.rawValue) is not possible here", headers: [.allow: names])
      }
    }
  }

  private func add(
    _ path: RouterPath, _ method: HTTPRequest.Method, _ handler: @escaping Handler
  ) {
    router.on(path, method: method) { request, context in
      do {
        return try await handler(request, context)
      } catch let refusal as any HTTPResponseError {
        throw refusal
      } catch let cancellation as CancellationError {
        throw cancellation
      } catch {
        context.logger.error("\(method) \(path): \(error)")
        throw ServiceRefusal(500, "the server could not do this; its log says why")
      }
    }
  }
}

extension Request {
  /// The whole body, at most `limit` bytes.
  ///
  /// - Throws: ``ServiceRefusal`` with status 413 above the limit.
  func bytes(limit: Int) async throws -> [UInt8] {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw Self.tooLarge(limit)
    }
    do {
      return Array(buffer: try await body.collect(upTo: limit))
    } catch is NIOTooManyBytesError {
      throw Self.tooLarge(limit)
    }
  }

  private static func tooLarge(_ limit: Int) -> ServiceRefusal {
    ServiceRefusal(413, "the request is larger than \(limit) bytes")
  }

  /// The credentials of an `Authorization: Bearer` field (RFC 6750 §2.1); the scheme's case does
  /// not count.
  var bearerToken: String? {
    guard let field = headers[.authorization] else { return nil }
    let prefix = "bearer "
    guard field.utf8.count > prefix.utf8.count,
      field.prefix(prefix.count).lowercased() == prefix
    else { return nil }
    return String(field.dropFirst(prefix.count))
  }

  /// A parameter of the query; `nil` when it is absent.
  ///
  /// - Throws: ``ServiceRefusal`` when it is there twice.
  func query(_ name: String) throws -> String? {
    let values = uri.queryParameters[values: name[...]]
    guard values.count <= 1 else {
      throw ServiceRefusal.invalid("the parameter `\(name)` is given more than once")
    }
    return values.first.map { String($0) }
  }
}
