// SPDX-License-Identifier: Apache-2.0

import CryptoExtras
import Encodings
import JWTKit
import Testing
import TrustedPublishing

@testable import TrustServices

/// Which tokens the issuer takes for its own.
struct IdentityTokenTests {
  /// Claims as a forger may write them: `aud` may be a list.
  private struct Claims: JWTPayload {
    var iss = TestStack.baseURL
    var sub = "\(TestStack.baseURL)/workspace/greeting"
    var aud: [String] = ["sigstore"]
    var audIsList = false
    var iat = TestStack.start.seconds
    var nbf = TestStack.start.seconds
    var exp = TestStack.start.seconds + 600
    var jti = "1"

    private enum CodingKeys: CodingKey { case iss, sub, aud, iat, nbf, exp, jti }

    init() {}

    init(from decoder: any Decoder) throws {}

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(iss, forKey: .iss)
      try container.encode(sub, forKey: .sub)
      if audIsList {
        try container.encode(aud, forKey: .aud)
      } else {
        try container.encode(aud[0], forKey: .aud)
      }
      try container.encode(iat, forKey: .iat)
      try container.encode(nbf, forKey: .nbf)
      try container.encode(exp, forKey: .exp)
      try container.encode(jti, forKey: .jti)
    }

    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private static func refuse(
    _ token: String, by stack: TestStack, because words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let error = await #expect(throws: IdentityTokenError.self, sourceLocation: sourceLocation) {
      try await stack.services.issuer.verify(token, audience: "sigstore", at: stack.now)
    }
    let reason = error?.reason ?? ""
    #expect(reason.contains(words), "\(reason)", sourceLocation: sourceLocation)
    #expect(!reason.contains("eyJ"), "the text shows the token", sourceLocation: sourceLocation)
  }

  /// A token that the issuer's own key signed over other claims.
  private static func signed(
    by stack: TestStack, header: JWTHeader = ["typ": "JWT"],
    _ change: (inout Claims) -> Void
  ) async throws -> String {
    var claims = Claims()
    change(&claims)
    let issuer = stack.services.issuer
    return try await issuer.keys.sign(claims, kid: .init(string: issuer.keyID), header: header)
  }

  @Test func ownTokenIsTaken() async throws {
    try await TestStack.run { stack in
      let sha = String(repeating: "ab", count: 20)
      let token = try await stack.token(sha: sha)
      let claims = try await stack.services.issuer.verify(
        token, audience: "sigstore", at: stack.now)
      #expect(claims.issuer == TestStack.baseURL)
      #expect(claims.subject == "\(TestStack.baseURL)/workspace/greeting")
      #expect(claims.audience == "sigstore")
      #expect(claims.project == "greeting")
      #expect(claims.sourceCommit == sha)
      #expect(claims.sourceRef == "refs/heads/main")
      #expect(claims.issuedAt == Timestamp(unixSeconds: TestStack.start.seconds))
      #expect(claims.expiresAt.seconds - claims.issuedAt.seconds == 600)
      #expect(claims.tokenIdentifier.utf8.count == 32)
      let other = try await stack.services.issuer.verify(
        try await stack.token(), audience: "sigstore", at: stack.now)
      #expect(other.tokenIdentifier != claims.tokenIdentifier)
      // The thirty seconds by which clocks may differ.
      stack.advance(seconds: 629)
      _ = try await stack.services.issuer.verify(token, audience: "sigstore", at: stack.now)
      stack.advance(seconds: 1)
      await Self.refuse(token, by: stack, because: "expired")
    }
  }

  @Test func otherClaimsAreRefused() async throws {
    try await TestStack.run { stack in
      let start = TestStack.start.seconds
      let table: [(String, (inout Claims) -> Void)] = [
        ("audience `hallmark`", { $0.aud = ["hallmark"] }),
        ("single audience", { $0.audIsList = true }),
        ("single audience", { ($0.aud, $0.audIsList) = (["sigstore", "hallmark"], true) }),
        ("another issuer", { $0.iss = "https://localhost:8444" }),
        ("another issuer", { $0.iss = "https://localhost:8443/" }),
        ("expired", { $0.exp = start - 30 }),
        ("not valid yet", { $0.nbf = start + 31 }),
        ("not valid yet", { $0.iat = start + 31 }),
        ("expired", { $0.exp = .min }),
        ("not valid yet", { $0.nbf = .max }),
        ("empty subject", { $0.sub = "" }),
      ]
      for (words, change) in table {
        await Self.refuse(try await Self.signed(by: stack, change), by: stack, because: words)
      }
      _ = try await stack.services.issuer.verify(
        try await Self.signed(by: stack) { _ in }, audience: "sigstore", at: stack.now)
    }
  }

  @Test func otherKeysAndAlgorithmsAreRefused() async throws {
    try await TestStack.run { stack in
      let keyID = stack.services.issuer.keyID
      let kid = JWKIdentifier(string: keyID)
      let other = JWTKeyCollection()
      await other.add(
        rsa: try Insecure.RSA.PrivateKey(
          backing: _RSA.Signing.PrivateKey(keySize: .bits2048)),
        digestAlgorithm: .sha256, kid: kid)
      await Self.refuse(
        try await other.sign(Claims(), kid: kid), by: stack, because: "signature is not valid")

      // The public key as a shared secret, and no signature at all.
      let modulus = try stack.services.issuer.keySet.member("keys")
      let secret = JWTKeyCollection()
      await secret.add(hmac: .init(from: modulus), digestAlgorithm: .sha256, kid: kid)
      await Self.refuse(try await secret.sign(Claims(), kid: kid), by: stack, because: "RS256")
      let none = JWTKeyCollection()
      await none.addUnsecuredNone(kid: kid)
      await Self.refuse(try await none.sign(Claims(), kid: kid), by: stack, because: "RS256")

      let good = try await stack.token()
      let parts = good.split(separator: ".").map { String($0) }
      let headers: [(String, String)] = [
        (#"{"alg":"none","kid":"\#(keyID)"}"#, "RS256"),
        (#"{"alg":"RS384","kid":"\#(keyID)"}"#, "RS256"),
        (#"{"alg":"RS256"}"#, "`kid` is missing"),
        (#"{"alg":"RS256","kid":"other"}"#, "not one of this issuer"),
        (#"{"alg":"RS256","kid":"\#(keyID)","crit":["b64"]}"#, "critical"),
        (#"{"alg":"RS256","kid":"\#(keyID)","typ":"at+jwt"}"#, "type"),
        (#"{"alg":"RS256","alg":"none","kid":"\#(keyID)"}"#, "not a JSON object"),
        (#"{"alg":"RS256","kid":"\#(keyID)"}"#, "signature is not valid"),
      ]
      for (header, words) in headers {
        let token = [Base64.encodeURL(Array(header.utf8)), parts[1], parts[2]]
        await Self.refuse(token.joined(separator: "."), by: stack, because: words)
      }
    }
  }

  @Test func brokenTextsAreRefused() async throws {
    try await TestStack.run { stack in
      let good = try await stack.token()
      let parts = good.split(separator: ".").map { String($0) }
      let table: [(String, String)] = [
        ("", "not a JWT"), ("a.b", "not a JWT"), ("\(good).x", "not a JWT"),
        ("..", "header"), ("\(parts[0])=.\(parts[1]).\(parts[2])", "header"),
        ("\(parts[0]).\(parts[1]).", "signature is not valid"),
        ("\(parts[0]).\(parts[1]).AAAA", "signature is not valid"),
        (String(repeating: "a", count: 20_000), "larger than"),
      ]
      for (token, words) in table {
        await Self.refuse(token, by: stack, because: words)
      }
    }
  }
}

extension JSONValue {
  fileprivate func member(_ key: String) throws -> String {
    try JSONNode(self).required(key).array(limit: 1)[0].required("n").string()
  }
}
