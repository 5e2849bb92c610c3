// SPDX-License-Identifier: Apache-2.0

package import Identity

/// Gets identity tokens from an ambient endpoint of GitHub's shape.
package struct AmbientTokenClient: IdentityTokenSource {
  private let credential: AmbientCredential
  private let transport: HTTPTransport

  /// Makes a client for a credential.
  package init(credential: AmbientCredential, transport: HTTPTransport) {
    self.credential = credential
    self.transport = transport
  }

  /// Asks for a token for one audience.
  ///
  /// - Throws: ``TransportError``, ``ServiceURLError``.
  package func token(audience: String) async throws -> IdentityToken {
    let secret = credential.unsafelyRevealedRequestToken
    var request = TransportRequest.get(
      try ServiceURL(credential.url(audience: audience)),
      purpose: "get an identity token for the audience `\(audience)`")
    request.headers.append(("Authorization", "Bearer \(secret)"))
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    let answer = try await transport.send(request)
    guard answer.isSuccess else { throw answer.error(of: request, withholding: [secret]) }
    do {
      return try AmbientCredential.identityToken(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not a token: \(error)")
    }
  }
}

extension TransportAnswer {
  /// The error that an answer without success is; the service's own words are left out when they
  /// hold one of the secrets that it was sent, or what looks like a token.
  func error(of request: TransportRequest, withholding secrets: [String]) -> TransportError {
    guard repeats(secrets) else { return error(of: request) }
    let plain = "the service answered with status \(status)"
    return request.error(isRateLimited ? .rateLimited : .status(status), plain)
  }

  /// Whether the service's own words hold one of the secrets that it was sent, or what looks like a
  /// token.
  func repeats(_ secrets: [String]) -> Bool {
    let text = message ?? ""
    // What every token begins with: the base64url of `{"`. A long one may have been cut off.
    return (secrets + ["eyJ"]).contains { secret in
      !secret.isEmpty && text.utf8.firstRange(of: secret.utf8.prefix(32)) != nil
    }
  }
}
