// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import TrustedPublishing

/// An index that exchanges identity tokens for upload tokens (Trusted Publishing).
///
/// PyPI's endpoints are at the root of the index's host, whatever path its upload API has; another
/// index may say where its own are (PEP 807).
package struct TrustedPublishingClient: Sendable {
  /// Where the exchange takes place, and what it gives.
  private struct Endpoints: Sendable {
    let audience: ServiceURL
    let mint: ServiceURL
    let burn: ServiceURL?
    var accept = "application/json"
    var features: [String] = []
    var mintsSingleUseTokens = false
  }

  private let endpoints: Endpoints
  private let transport: HTTPTransport

  private init(_ endpoints: Endpoints, transport: HTTPTransport) {
    self.endpoints = endpoints
    self.transport = transport
  }

  /// Makes a client for an index that speaks PyPI's protocol, by its upload URL.
  package init(uploadURL: ServiceURL, transport: HTTPTransport) {
    self.init(
      Endpoints(
        audience: uploadURL.replacingPath(TokenExchange.audiencePath),
        mint: uploadURL.replacingPath(TokenExchange.mintPath),
        burn: uploadURL.replacingPath(TokenExchange.burnPath)),
      transport: transport)
  }

  /// Makes a client for any index: by its discovery document, else by PyPI's protocol.
  ///
  /// - Throws: ``TransportError`` when the index does not answer, or names endpoints elsewhere.
  package static func discovered(
    uploadURL: ServiceURL, transport: HTTPTransport
  ) async throws -> TrustedPublishingClient {
    let path = uploadURL.path
    let addresses = [
      uploadURL.replacingPath(IndexDiscovery.path, query: IndexDiscovery.query(uploadPath: path)),
      uploadURL.replacingPath(IndexDiscovery.draftPath(uploadPath: path)),
    ]
    for address in addresses {
      let request = TransportRequest.get(
        address, purpose: "ask the index for its token endpoints",
        accept: IndexDiscovery.mediaType)
      let answer = try await transport.send(request)
      // Whatever an index says to a question that it does not know, it has no such document.
      if (400..<500).contains(answer.status), !answer.isRateLimited { continue }
      guard answer.isSuccess else { throw answer.error(of: request) }
      do {
        let document = try IndexDiscovery(parsing: answer.body)
        return TrustedPublishingClient(
          Endpoints(
            audience: try endpoint(document.audienceEndpoint, of: uploadURL),
            mint: try endpoint(document.mintEndpoint, of: uploadURL), burn: nil,
            accept: IndexDiscovery.mediaType, features: document.wantedFeatures,
            mintsSingleUseTokens: document.mintsSingleUseTokens),
          transport: transport)
      } catch {
        throw request.error(.badAnswer, "the answer names no usable endpoints: \(error)")
      }
    }
    return TrustedPublishingClient(uploadURL: uploadURL, transport: transport)
  }

  // PEP 807, "Constraints": the host of the upload URL, and TLS unless it is this machine.
  private static func endpoint(
    _ text: String, of uploadURL: ServiceURL
  ) throws(ServiceURLError) -> ServiceURL {
    let url = try ServiceURL(text)
    guard url.host == uploadURL.host else {
      throw ServiceURLError(description: "an endpoint is on another host than the upload URL")
    }
    guard url.isSecure || url.isLoopback else {
      throw ServiceURLError(description: "an endpoint is not an `https` address")
    }
    return url
  }

  /// Whether each minted token is good for one upload only.
  package var mintsSingleUseTokens: Bool { endpoints.mintsSingleUseTokens }

  /// Asks which audience identity tokens must have.
  ///
  /// - Throws: ``TransportError``.
  package func audience() async throws -> String {
    let request = TransportRequest.get(
      endpoints.audience, purpose: "ask the index for its token audience",
      accept: endpoints.accept)
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request) }
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
      purpose: "get an upload token", method: .post, url: endpoints.mint,
      headers: [("Accept", endpoints.accept), ("Content-Type", "application/json")],
      body: .bytes(
        TokenExchange.requestBody(token: identityToken, features: endpoints.features)),
      isIdempotent: false)
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      if answer.status < 500, !answer.isRateLimited,
        let refusal = TokenExchange.refusal(from: answer.body),
        !answer.repeats([identityToken])
      {
        throw TrustedPublishingRefusal(
          url: request.url.withoutQuery, refusal: refusal, status: answer.status,
          time: answer.date.flatMap(HTTPDate.timestamp))
      }
      throw answer.error(of: request, withholding: [identityToken])
    }
    do {
      return try TokenExchange.mintedToken(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not an upload token: \(error)")
    }
  }

  /// Makes an upload token useless before its time.
  ///
  /// - Returns: whether the index does that; a discovered one has no way to ask.
  /// - Throws: ``TransportError``.
  @discardableResult
  package func burn(_ token: UploadToken) async throws -> Bool {
    guard let url = endpoints.burn else { return false }
    var request = TransportRequest(
      purpose: "burn the upload token", method: .post, url: url,
      headers: [("Accept", "application/json"), ("Content-Type", "application/json")],
      body: .bytes(TokenExchange.requestBody(token: token.unsafelyRevealedText)),
      isIdempotent: true)
    request.carriesSecret = true
    let answer = try await transport.send(request)
    if [404, 405, 501].contains(answer.status) { return false }
    guard answer.isSuccess else {
      throw answer.error(of: request, withholding: [token.unsafelyRevealedText])
    }
    return true
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
  /// The index's clock, if it said.
  package let time: Timestamp?

  /// One sentence.
  package var description: String {
    "the index refused the identity token at \(url): \(ServiceText.line(refusal.description))"
  }
}
