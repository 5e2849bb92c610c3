// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
package import Sigstore

/// A transparency log with Rekor's API, version 1.
///
/// The log answers 201 with the new entry, or 409 when it has the same entry already; then that
/// entry is fetched. Submitting twice therefore does the same as submitting once.
package struct RekorClient: LogSubmitter {
  private let url: ServiceURL
  private let transport: HTTPTransport
  private let retries: RetryBudget

  /// Makes a client for the log at a base URL.
  package init(url: ServiceURL, transport: HTTPTransport, retries: RetryBudget = .signing) {
    self.url = url
    self.transport = transport
    self.retries = retries
  }

  /// Where it is, for messages.
  package var address: String { url.withoutQuery }
  /// Every entry has a signed entry timestamp.
  package var promisesTime: Bool { true }

  /// Where a person or program can read an entry.
  package func entryURL(logIndex: UInt64) -> ServiceURL {
    url.appending("api/v1/log/entries", query: "logIndex=\(logIndex)")
  }

  /// Submits an envelope as a `dsse` 0.0.1 entry, a file's signature as `hashedrekord` 0.0.1.
  ///
  /// - Throws: ``TransportError``.
  package func submit(
    _ content: Bundle.Content, certificate: [UInt8]
  ) async throws -> TransparencyLogEntry {
    var request = TransportRequest.post(
      url.appending("api/v1/log/entries"), purpose: "put an entry into the transparency log",
      json: Self.proposal(content, certificate: certificate))
    request.isIdempotent = true
    request.retries = retries
    request.timeout = retries.answerTimeout ?? .seconds(30)
    request.answerLimit = 8 << 20
    let answer = try await transport.send(request)
    if answer.status == 409 { return try await existingEntry(answer, of: request) }
    guard answer.isSuccess else { throw answer.error(of: request) }
    return try entry(in: answer, of: request)
  }

  /// The entry that proposes a signature; of an envelope the log computes the hashes itself.
  static func proposal(_ content: Bundle.Content, certificate: [UInt8]) -> JSONValue {
    let pem = JSONValue.string(
      Base64.encode(Array(PEM.encode(certificate, label: "CERTIFICATE").utf8)))
    switch content {
    case .envelope(let envelope):
      return [
        "apiVersion": "0.0.1", "kind": "dsse",
        "spec": [
          "proposedContent": [
            "envelope": .string(envelope.json.compactText), "verifiers": [pem],
          ]
        ],
      ]
    case .messageSignature(let digest, let signature):
      return [
        "apiVersion": "0.0.1", "kind": "hashedrekord",
        "spec": [
          "data": [
            "hash": [
              "algorithm": .string(digest?.algorithm.rawValue ?? ""),
              "value": .string(digest?.hexadecimal ?? ""),
            ]
          ],
          "signature": [
            "content": .string(Base64.encode(signature)), "publicKey": ["content": pem],
          ],
        ],
      ]
    }
  }

  /// Reads an entry by its UUID, 64 or 80 hexadecimal digits; `nil` when the log has none.
  ///
  /// - Throws: ``TransportError``.
  package func entry(uuid: String) async throws -> TransparencyLogEntry? {
    var request = TransportRequest.get(entryURL(uuid: uuid), purpose: "read the log entry")
    request.retries = retries
    request.timeout = retries.answerTimeout ?? .seconds(30)
    request.answerLimit = 8 << 20
    let answer = try await transport.send(request)
    if answer.status == 404 { return nil }
    guard answer.isSuccess else { throw answer.error(of: request) }
    return try entry(in: answer, of: request)
  }

  /// Where an entry can be read by its UUID.
  package func entryURL(uuid: String) -> ServiceURL {
    url.appending("api/v1/log/entries/\(uuid)")
  }

  private func existingEntry(
    _ answer: TransportAnswer, of submission: TransportRequest
  ) async throws -> TransparencyLogEntry {
    let last = answer.location?.utf8.split(separator: UInt8(ascii: "/")).last
    guard let uuid = last.map({ String(Substring($0)) }), RekorAnswer.isUUID(uuid) else {
      throw submission.error(
        .badAnswer, "the log says that it has the entry already, but not where")
    }
    // Only the UUID is taken from the answer; the address stays the configured one.
    guard let existing = try await entry(uuid: uuid) else {
      throw submission.error(
        .badAnswer, "the log says that it has the entry already, but does not give it")
    }
    return existing
  }

  private func entry(
    in answer: TransportAnswer, of request: TransportRequest
  ) throws(TransportError) -> TransparencyLogEntry {
    do {
      return try RekorAnswer(parsing: answer.body).entry
    } catch {
      throw request.error(.badAnswer, "the answer is not a log entry: \(error)")
    }
  }
}
