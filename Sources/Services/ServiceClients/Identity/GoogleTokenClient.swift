// SPDX-License-Identifier: Apache-2.0

package import Identity

/// Gets identity tokens of a Google Cloud machine, or of the service account that it may act as.
package struct GoogleTokenClient: IdentityTokenSource {
  private let identity: GoogleIdentity
  private let credentials: String
  private let transport: HTTPTransport

  /// Makes a client.
  ///
  /// - Parameters:
  ///   - identity: the machine's identity.
  ///   - credentials: the base URL of the service that makes tokens of other accounts.
  ///   - transport: the run's transport.
  package init(
    _ identity: GoogleIdentity, credentials: String = GoogleIdentity.credentialsURL,
    transport: HTTPTransport
  ) {
    self.identity = identity
    self.credentials = credentials
    self.transport = transport
  }

  /// Asks for a token for one audience.
  ///
  /// - Throws: ``TransportError``, ``IdentityError``, ``ServiceURLError``.
  package func token(audience: String) async throws -> IdentityToken {
    let purpose = "get an identity token for the audience `\(audience)`"
    guard let account = identity.serviceAccount else {
      let (request, answer) = try await metadata(
        identity.identityURL(audience: audience), purpose: purpose)
      do {
        return try IdentityToken(surroundedBySpace: answer.body)
      } catch {
        throw request.error(.badAnswer, "the answer is not a token: \(error)")
      }
    }
    let secret = try await accessToken()
    let url = try ServiceURL(credentials).replacingPath(GoogleIdentity.identityPath(of: account))
    var request = TransportRequest.post(
      url, purpose: purpose, json: GoogleIdentity.request(audience: audience))
    request.headers.append(("Authorization", "Bearer \(secret)"))
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    // It makes a token and changes nothing.
    request.isIdempotent = true
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request, withholding: [secret]) }
    do {
      return try IdentityToken(memberOf: answer.body, named: "token")
    } catch {
      throw request.error(.badAnswer, "the answer is not a token: \(error)")
    }
  }

  private func accessToken() async throws -> String {
    let (request, answer) = try await metadata(
      identity.accessTokenURL, purpose: "get an access token of this machine")
    do {
      return try GoogleIdentity.unsafelyRevealedAccessToken(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not a token: \(error)")
    }
  }

  /// Asks the metadata server, which speaks plain HTTP; so it must be the machine's own.
  private func metadata(
    _ text: String, purpose: String
  ) async throws -> (TransportRequest, TransportAnswer) {
    var request = TransportRequest.get(try ServiceURL(text), purpose: purpose)
    request.headers = [GoogleIdentity.header]
    request.answerLimit = 64 << 10
    request.bypassesProxies = true
    let isOwn =
      request.url.isLoopback
      || ["metadata.google.internal", "metadata", "169.254.169.254", "[fd20:ce::254]"]
        .contains(request.url.host)
    guard isOwn else {
      throw request.error(
        .insecure, "a token would travel over an unencrypted connection to another machine")
    }
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request, withholding: []) }
    return (request, answer)
  }
}
