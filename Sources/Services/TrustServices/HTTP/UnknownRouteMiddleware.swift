// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
package import Hummingbird

/// Answers requests that no route takes: add it to a router before the routes.
package struct UnknownRouteMiddleware: RouterMiddleware {
  package typealias Context = BasicRequestContext

  /// What a listener says to requests that it has no route for.
  package enum Answer: Hashable, Sendable {
    /// 404.
    case notFound
    /// 403 with the listener to use instead: for the one that only reads.
    case useInstead(String)
  }

  private let answer: Answer

  /// Makes the last resort of a listener.
  package init(_ answer: Answer) {
    self.answer = answer
  }

  @concurrent
  package func handle(
    _ request: Request, context: BasicRequestContext,
    next: @concurrent (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      switch answer {
      case .notFound:
        return .json(["message": "nothing is served at this path"], status: .notFound)
      case .useInstead(let url):
        let problem: JSONValue = [
          "type": "about:blank", "title": "Forbidden", "status": 403,
          "detail": .string("use \(url)"),
        ]
        return .text(
          problem.compactText, contentType: "application/problem+json", status: .forbidden)
      }
    }
  }
}
