// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity

/// An OpenID Connect issuer with which people log in, as a public client: without a secret, with a
/// proof key.
package struct IssuerClient: Sendable {
  /// The issuer's URL, as its tokens name it.
  package let issuer: String
  /// This program's name there, and so the audience of its tokens.
  package let clientIdentifier: String
  private let transport: HTTPTransport

  /// Makes a client.
  package init(issuer: String, clientIdentifier: String, transport: HTTPTransport) {
    self.issuer = issuer
    self.clientIdentifier = clientIdentifier
    self.transport = transport
  }

  /// Asks the issuer what it is and where its endpoints are.
  ///
  /// - Throws: ``TransportError``, ``IdentityError``, ``ServiceURLError``.
  func discover() async throws -> DiscoveryDocument {
    var request = TransportRequest.get(
      try ServiceURL(DiscoveryDocument.url(of: issuer)), purpose: "ask the issuer how to log in")
    request.answerLimit = DiscoveryDocument.limits.size
    guard request.url.isSecure || request.url.isLoopback else {
      throw request.error(.insecure, "a login would go over an unencrypted connection")
    }
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request) }
    let document: DiscoveryDocument
    do {
      document = try DiscoveryDocument(parsing: answer.body, expecting: issuer)
    } catch {
      switch error {
      case .identity(let error): throw error
      case .document(let error):
        throw request.error(.badAnswer, "the answer does not describe an issuer: \(error)")
      }
    }
    let endpoints = [
      document.tokenEndpoint, document.authorizationEndpoint, document.deviceAuthorizationEndpoint,
    ]
    for endpoint in endpoints.compactMap({ $0 }) {
      guard isUsable(endpoint) else {
        throw request.error(
          .badAnswer, "the issuer names an endpoint that is no `https` URL")
      }
    }
    return document
  }

  /// Whether an address of the issuer may be used or shown: `https`, or on this machine when the
  /// issuer is.
  func isUsable(_ endpoint: String) -> Bool {
    guard let url = try? ServiceURL(endpoint), let own = try? ServiceURL(issuer) else {
      return false
    }
    return url.isSecure || (url.isLoopback && own.isLoopback)
  }

  /// Redeems a code.
  ///
  /// - Throws: ``TransportError``, ``IdentityError``.
  func token(
    _ document: DiscoveryDocument, fields: [(String, String)], secrets: [String]
  ) async throws -> IdentityToken {
    switch try await ask(document, fields: fields, secrets: secrets) {
    case .token(let token): return token
    case .refusal(let refusal): throw refusal.error(of: issuer)
    }
  }

  /// What a token endpoint says.
  enum Answer {
    case token(IdentityToken)
    case refusal(LoginRefusal)
  }

  /// Asks the token endpoint once.
  func ask(
    _ document: DiscoveryDocument, fields: [(String, String)], secrets: [String]
  ) async throws -> Answer {
    let request = try form(
      to: document.tokenEndpoint, purpose: "get an identity token", fields: fields)
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      if (400..<500).contains(answer.status), !answer.isRateLimited,
        let refusal = LoginRefusal(parsing: answer.body)
      {
        // What repeats a secret is not shown; its code still counts, if that is a plain word.
        return .refusal(
          refusal.repeats(secrets) ? LoginRefusal(code: "refused", text: nil) : refusal)
      }
      throw answer.error(of: request, withholding: secrets)
    }
    do {
      return .token(try IdentityToken(memberOf: answer.body, named: "id_token"))
    } catch {
      throw request.error(.badAnswer, "the answer has no identity token: \(error)")
    }
  }

  /// Asks for the codes of a device login.
  ///
  /// - Throws: ``TransportError``, ``IdentityError``.
  func authorizeDevice(
    at endpoint: String, proofKey: ProofKey
  ) async throws -> DeviceAuthorization {
    let request = try form(
      to: endpoint, purpose: "begin a login",
      fields: DeviceAuthorization.request(clientIdentifier: clientIdentifier, proofKey: proofKey))
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      if let refusal = LoginRefusal(parsing: answer.body), answer.status < 500 {
        throw refusal.error(of: issuer)
      }
      throw answer.error(of: request)
    }
    let authorization: DeviceAuthorization
    do {
      authorization = try DeviceAuthorization(parsing: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer has no codes for a login: \(error)")
    }
    for address in [authorization.verificationURI, authorization.completeURI].compactMap({ $0 }) {
      guard isUsable(address) else {
        throw request.error(.badAnswer, "the issuer sends people to what is no `https` URL")
      }
    }
    return authorization
  }

  private func form(
    to endpoint: String, purpose: String, fields: [(String, String)]
  ) throws -> TransportRequest {
    var request = TransportRequest(
      purpose: purpose, method: .post, url: try ServiceURL(endpoint),
      headers: [
        ("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded"),
      ],
      body: .bytes(Array(PercentEncoding.encodeForm(fields).utf8)), isIdempotent: false)
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    return request
  }
}
