// SPDX-License-Identifier: Apache-2.0

import Encodings
package import TrustedPublishing

/// An index that exchanges identity tokens for upload tokens (Trusted Publishing).
///
/// The endpoints are at the root of the index's host, whatever path its upload API has.
package struct TrustedPublishingClient: Sendable {
  private let index: ServiceURL
  private let transport: HTTPTransport

  /// Makes a client for the index that has an upload URL.
  package init(uploadURL: ServiceURL, transport: HTTPTransport) {
    index = uploadURL
    self.transport = transport
  }

  /// Asks which audience identity tokens must have.
  ///
  /// - Throws: ``TransportError``.
  package func audience() async throws -> String {
    let request = TransportRequest.get(
      index.replacingPath(TokenExchange.audiencePath),
      purpose: "ask the index for its token audience")
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      throw request.error(.status(answer.status), answer.statusText)
    }
    do {
      return try TokenExchange.audience(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer names no audience: \(error)")
    }
  }

  /// Exchanges an identity token for an upload token.
  ///
  /// - Throws: ``TrustedPublishingRefusal`` when the index refuses, else ``TransportError``.
  package func mint(identityToken: String) async throws -> TokenExchange.MintedToken {
    var request = TransportRequest(
      purpose: "get an upload token", method: .post,
      url: index.replacingPath(TokenExchange.mintPath),
      headers: [("Accept", "application/json"), ("Content-Type", "application/json")],
      body: .bytes(TokenExchange.requestBody(token: identityToken)), isIdempotent: false)
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      if answer.status < 500, let refusal = TokenExchange.refusal(from: answer.body) {
        throw TrustedPublishingRefusal(
          url: request.url.withoutQuery, refusal: refusal, status: answer.status)
      }
      throw request.error(.status(answer.status), answer.statusText)
    }
    do {
      return try TokenExchange.mintedToken(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not an upload token: \(error)")
    }
  }

  /// Makes an upload token useless before its time.
  ///
  /// - Throws: ``TransportError``, also when the index does not know the request.
  package func burn(_ token: UploadToken) async throws {
    var request = TransportRequest(
      purpose: "burn the upload token", method: .post,
      url: index.replacingPath(TokenExchange.burnPath),
      headers: [("Accept", "application/json"), ("Content-Type", "application/json")],
      body: .bytes(TokenExchange.requestBody(token: token.unsafelyRevealedText)),
      isIdempotent: true)
    request.carriesSecret = true
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      throw request.error(.status(answer.status), answer.statusText)
    }
  }
}

/// An index refused to mint an upload token, and said why.
package struct TrustedPublishingRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The endpoint.
  package let url: String
  /// What the index said.
  package let refusal: TokenExchange.Refusal
  /// The HTTP status, usually 422.
  package let status: Int

  /// One sentence.
  package var description: String {
    "the index refused the identity token at \(url): \(ServiceText.line(refusal.description))"
  }
}
