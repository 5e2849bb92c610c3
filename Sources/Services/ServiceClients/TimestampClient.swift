// SPDX-License-Identifier: Apache-2.0

import Encodings
import Sigstore

/// A timestamp authority's HTTP side (RFC 3161 §3.4).
package struct TimestampClient: TimestampSource {
  private let url: ServiceURL
  private let transport: HTTPTransport
  private let retries: RetryBudget

  /// Makes a client for an authority; the URL is the one that takes requests, not a base.
  package init(url: ServiceURL, transport: HTTPTransport, retries: RetryBudget = .signing) {
    self.url = url
    self.transport = transport
    self.retries = retries
  }

  /// Where it is, for messages.
  package var address: String { url.withoutQuery }

  /// Asks for a timestamp.
  ///
  /// - Throws: ``TransportError``.
  package func timestamp(for query: [UInt8]) async throws -> [UInt8] {
    var request = TransportRequest(
      purpose: "get a timestamp", method: .post, url: url,
      headers: [
        ("Accept", "application/timestamp-reply"), ("Content-Type", "application/timestamp-query"),
      ],
      body: .bytes(query), isIdempotent: true)
    request.retries = retries
    request.timeout = retries.answerTimeout ?? .seconds(20)
    request.answerLimit = 64 << 10
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request) }
    return answer.body
  }
}
