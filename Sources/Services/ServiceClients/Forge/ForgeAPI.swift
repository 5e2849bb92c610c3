// SPDX-License-Identifier: Apache-2.0

import Encodings
import TrustedPublishing

/// Requests to the API of a forge: with the token for its own origin, answers of bounded size.
struct ForgeAPI: Sendable {
  let base: ServiceURL
  let token: ForgeToken?
  let transport: HTTPTransport
  /// Headers of every request.
  let headers: [(name: String, value: String)]

  /// Pages of a list that are read at most.
  static let pageLimit = 10
  /// Items of a page; both forges' maximum.
  static let pageSize = 100
  /// Bytes of one answer.
  static let answerLimit = 16 << 20

  func request(
    _ method: TransportRequest.Method, _ url: ServiceURL, purpose: String,
    accept: String = "application/json", json: JSONValue? = nil, isIdempotent: Bool? = nil
  ) -> TransportRequest {
    var request = TransportRequest(
      purpose: purpose, method: method, url: url,
      headers: [("Accept", accept)] + headers,
      isIdempotent: isIdempotent ?? (method == .get))
    if let json {
      request.headers.append(("Content-Type", "application/json"))
      request.body = .bytes(Array(json.compactText.utf8))
    }
    if let header = token?.unsafelyRevealedHeader { request.secretHeaders = [header] }
    request.answerLimit = Self.answerLimit
    return request
  }

  /// Sends a request whose answer must be JSON.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - absent: statuses that mean that there is no such thing.
  /// - Returns: `nil` for one of them.
  /// - Throws: ``TransportError``.
  func document(
    _ request: TransportRequest, absent: Set<Int> = []
  ) async throws -> JSONNode? {
    let answer = try await transport.send(request)
    if absent.contains(answer.status) { return nil }
    guard answer.isSuccess else { throw failure(answer, of: request) }
    return try Self.parse(answer.body, of: request)
  }

  /// Reads a list in pages.
  ///
  /// - Throws: ``TransportError``, also for a list of more than ``pageLimit`` pages.
  func list(_ url: ServiceURL, purpose: String) async throws -> [JSONNode] {
    var found: [JSONNode] = []
    var next: ServiceURL? = url
    for _ in 0..<Self.pageLimit {
      guard let url = next else { return found }
      let request = request(.get, url, purpose: purpose)
      let answer = try await transport.send(request)
      guard answer.isSuccess else { throw failure(answer, of: request) }
      let root = try Self.parse(answer.body, of: request)
      found += try Self.reading(request) { try root.array(limit: Self.pageSize) }
      next = try answer.link.flatMap { try request.nextPage($0) }
    }
    guard next == nil else {
      throw request(.get, url, purpose: purpose)
        .error(.tooLarge, "the list has more than \(Self.pageLimit) pages")
    }
    return found
  }

  /// Reads a file and keeps nothing but its digest.
  ///
  /// A redirect may lead to a store of files, which does not get the token.
  func digest(of url: ServiceURL, name: String, limit: Int64) async throws -> SHA256Hash {
    var request = request(
      .get, url, purpose: "read the asset `\(name)`", accept: "application/octet-stream")
    request.answerLimit = Int(clamping: limit)
    return try await transport.digest(request).sha256
  }

  /// The error that an answer without success is; the forge's own words are left out when they
  /// repeat the token.
  func failure(_ answer: TransportAnswer, of request: TransportRequest) -> TransportError {
    answer.error(of: request, withholding: token.map { [$0.unsafelyRevealedText] } ?? [])
  }

  static func parse(_ body: [UInt8], of request: TransportRequest) throws -> JSONNode {
    try reading(request) {
      try JSONNode(parsing: body, limits: JSONLimits(size: answerLimit, depth: 32))
    }
  }

  /// Turns errors of a document into one of the request.
  static func reading<Value>(
    _ request: TransportRequest, _ read: () throws -> Value
  ) throws -> Value {
    do {
      return try read()
    } catch let error as DocumentError {
      throw request.error(.badAnswer, "the answer is not in the form of the API: \(error)")
    }
  }
}
