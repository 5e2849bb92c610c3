// SPDX-License-Identifier: Apache-2.0

import Encodings
import Identity

extension FuzzTarget {
  /// One login, whose state no input can know.
  private static let login: AuthorizationRequest = {
    let text = #"{"issuer":"https://a.example","token_endpoint":"https://a.example/t"}"#
    guard
      let document = try? DiscoveryDocument(
        parsing: Array(text.utf8), expecting: "https://a.example")
    else { fatalError("no document") }
    var random = SystemRandomNumberGenerator()
    return AuthorizationRequest(
      to: document, clientIdentifier: "sigstore", redirectURI: "http://127.0.0.1:1/", using: &random
    )
  }()

  /// What issuers and browsers say.
  static let identity: [FuzzTarget] = [
    FuzzTarget("token-claims") { bytes in
      let claims = try UnverifiedClaims(parsing: bytes)
      require(!claims.audiences.isEmpty, "no audience")
      _ = claims.signer
      let head = Base64.encodeURL(Array(#"{"alg":"RS256"}"#.utf8))
      let text = "\(head).\(Base64.encodeURL(bytes)).c2ln"
      guard text.utf8.count <= IdentityToken.sizeLimit else { return }
      requireSame(claims) { try IdentityToken(text).claims }
      let token = try IdentityToken(text)
      require(!"\(token)".utf8.contains(UInt8(ascii: ".")), "a token shows itself")
      try? token.check(
        TokenExpectation(audience: "sigstore"), at: Timestamp(unixSeconds: 1_790_000_000))
    },
    FuzzTarget("identity-token") { bytes in
      let token = try IdentityToken(surroundedBySpace: bytes)
      requireSame(token.claims) { try IdentityToken(token.unsafelyRevealedText).claims }
    },
    FuzzTarget("discovery") { bytes in
      let document = try DiscoveryDocument(parsing: bytes, expecting: "https://a.example")
      require(document.issuer.utf8.elementsEqual("https://a.example".utf8), "another issuer")
    },
    FuzzTarget("login-answer") { bytes in
      guard let query = String(validating: bytes, as: UTF8.self) else { return }
      if (try? login.code(from: query)) != nil {
        require(false, "an answer without the state of the login is taken")
      }
    },
    FuzzTarget("device-codes") { bytes in
      if let refusal = LoginRefusal(parsing: bytes) { _ = refusal.error(of: "https://a.example") }
      var polling = DevicePolling(try DeviceAuthorization(parsing: bytes))
      polling.missed()
      _ = try polling.pause(elapsed: 0, issuer: "https://a.example")
    },
  ]
}
