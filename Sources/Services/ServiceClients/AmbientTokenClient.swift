// SPDX-License-Identifier: Apache-2.0

package import TrustedPublishing

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
  package func token(audience: String) async throws -> String {
    var request = TransportRequest.get(
      try ServiceURL(credential.url(audience: audience)),
      purpose: "get an identity token for the audience `\(audience)`")
    request.headers.append(
      ("Authorization", "Bearer \(credential.unsafelyRevealedRequestToken)"))
    request.carriesSecret = true
    request.answerLimit = 64 << 10
    let answer = try await transport.send(request)
    guard answer.isSuccess else {
      throw request.error(.status(answer.status), answer.statusText)
    }
    do {
      return try AmbientCredential.identityToken(from: answer.body)
    } catch {
      throw request.error(.badAnswer, "the answer is not a token: \(error)")
    }
  }
}
