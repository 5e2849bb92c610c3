// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
package import Sigstore

/// A transparency log with Rekor's API, version 2, which takes `hashedrekord` 0.0.2 alone.
///
/// ```
/// {"hashedRekordRequestV002": {"digest": "<base64>", "signature": {"content": "<base64>",
///   "verifier": {"x509Certificate": {"rawBytes": "<base64>"},
///     "keyDetails": "PKIX_ECDSA_P256_SHA_256"}}}}
/// ```
/// An envelope is logged by the SHA-256 of its signed bytes. The log answers 201 with the entry once
/// a checkpoint covers it, which may take seconds.
package struct TiledRekorClient: LogSubmitter {
  let url: ServiceURL
  let transport: HTTPTransport
  let retries: RetryBudget

  /// Makes a client for the log at a base URL.
  package init(url: ServiceURL, transport: HTTPTransport, retries: RetryBudget = .signing) {
    self.url = url
    self.transport = transport
    self.retries = retries
  }

  /// Where it is, for messages.
  package var address: String { url.withoutQuery }
  /// Only an authority's timestamp says when an entry's signature was made.
  package var promisesTime: Bool { false }

  /// Submits a signature as a `hashedrekord` 0.0.2 entry.
  ///
  /// - Throws: ``TransportError``; `DuplicateEntry` when the log has the same entry already.
  package func submit(
    _ content: Bundle.Content, certificate: [UInt8]
  ) async throws -> TransparencyLogEntry {
    var request = TransportRequest.post(
      url.appending("api/v2/log/entries"), purpose: "put an entry into the transparency log",
      json: Self.proposal(content, certificate: certificate))
    request.isIdempotent = true
    request.retries = retries
    request.timeout = retries.answerTimeout ?? .seconds(30)
    request.answerLimit = 1 << 20
    let answer = try await transport.send(request)
    if answer.status == 409 {
      throw DuplicateEntry("the log at \(address) has this very entry already")
    }
    guard answer.isSuccess else { throw answer.error(of: request) }
    do {
      return try TransparencyLogEntry(
        JSONNode(
          parsing: answer.body, limits: JSONLimits(size: 1 << 20, depth: 16, values: 1_024)))
    } catch {
      throw request.error(.badAnswer, "the answer is not a log entry: \(error)")
    }
  }

  /// The request that proposes a signature by a key on P-256.
  static func proposal(_ content: Bundle.Content, certificate: [UInt8]) -> JSONValue {
    let digest: [UInt8]
    let signature: [UInt8]
    switch content {
    case .envelope(let envelope):
      digest = ArtifactDigest(.sha256, hashing: envelope.preAuthenticationEncoding).bytes
      signature = envelope.signature
    case .messageSignature(let artifact, let bytes):
      digest = artifact?.bytes ?? []
      signature = bytes
    }
    return [
      "hashedRekordRequestV002": [
        "digest": .string(Base64.encode(digest)),
        "signature": [
          "content": .string(Base64.encode(signature)),
          "verifier": [
            "x509Certificate": ["rawBytes": .string(Base64.encode(certificate))],
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
          ],
        ],
      ]
    ]
  }
}
