// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// A token is good for what it was made for, by whom it was made, and once.
  struct IdentityTokens {
    let stack: Stack

    init() throws {
      stack = try ReleasedStack.shared().stack
    }

    private func mint(_ token: String) throws -> Stack.Answer {
      try stack.post("/_/oidc/mint-token", ["token": token])
    }

    private func code(_ answer: Stack.Answer) throws -> String? {
      let errors = try #require(try answer.member("errors") as? [[String: Any]], "\(answer)")
      #expect(errors.count == 1)
      #expect(try answer.member("message") as? String == "Token request failed")
      return errors.first?["code"] as? String
    }

    @Test(arguments: ["sigstore", "pypi", "Hallmark", "hallmark2"])
    func indexRefusesAnotherAudience(audience: String) throws {
      let answer = try mint(try stack.identityToken(audience: audience, project: "greeting"))
      #expect(answer.status == 422, "\(answer)")
      #expect(try code(answer) == "invalid-token")
    }

    @Test(arguments: ["hallmark", "pypi", "sigstore2"])
    func authorityRefusesAnotherAudience(audience: String) throws {
      let token = try stack.identityToken(audience: audience, project: "greeting")
      let answer = try stack.post(
        "/api/v2/signingCert",
        [
          "credentials": ["oidcIdentityToken": token],
          "publicKeyRequest": [
            "publicKey": ["algorithm": "ECDSA", "content": Self.publicKey],
            "proofOfPossession": "AAAA",
          ],
        ])
      #expect(answer.status == 400, "\(answer)")
      #expect(try answer.member("code") as? Int == 3)
      let message = try #require(try answer.member("message") as? String)
      #expect(message.contains("identity token"), "\(answer)")
      // What is wrong is said, the token is not.
      #expect(!answer.body.contains(token))
    }

    @Test func authorityWantsProofOfTheKey() throws {
      let token = try stack.identityToken(audience: "sigstore", project: "greeting")
      let answer = try stack.post(
        "/api/v2/signingCert",
        [
          "credentials": ["oidcIdentityToken": token],
          "publicKeyRequest": [
            "publicKey": ["algorithm": "ECDSA", "content": Self.publicKey],
            "proofOfPossession": "AAAA",
          ],
        ])
      #expect(answer.status == 400, "\(answer)")
      #expect(!answer.body.contains("BEGIN CERTIFICATE"))
    }

    @Test func tokenIsExchangedOnce() throws {
      let token = try stack.identityToken(audience: "hallmark", project: "greeting")
      let first = try mint(token)
      #expect(first.status == 200, "\(first)")
      #expect(try first.member("success") as? Bool == true)
      let second = try mint(token)
      #expect(second.status == 422, "\(second)")
      #expect(try code(second) == "invalid-reuse-token")

      // A burned token uploads nothing any more.
      let upload = try #require(try first.member("token") as? String)
      #expect(try stack.post("/_/oidc/burn-token", ["token": upload]).status == 204)
      let refused = try stack.request(
        "POST", "/legacy/",
        headers: [
          "Authorization": "Bearer \(upload)", "Content-Type": "multipart/form-data; boundary=x",
        ], body: "--x--\r\n")
      #expect(refused.status == 403, "\(refused)")
    }

    @Test func changedTokenIsRefused() throws {
      let token = try stack.identityToken(audience: "hallmark", project: "greeting")
      var parts = token.split(separator: ".").map { Array($0.utf8) }
      try #require(parts.count == 3)
      for part in 0..<3 {
        let middle = parts[part].count / 2
        let original = parts[part][middle]
        parts[part][middle] = original == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let changed = parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
        let answer = try mint(changed)
        #expect(answer.status == 422, "\(part): \(answer)")
        parts[part][middle] = original
      }
    }

    @Test func strangersGetNoToken() throws {
      let answer = try mint(try stack.identityToken(audience: "hallmark", project: "stranger"))
      #expect(answer.status == 422, "\(answer)")
      #expect(try code(answer) == "invalid-publisher")
      for header in [[:], ["Authorization": "Bearer wrong"]] {
        let answer = try stack.request(
          "GET", "/identity/token?audience=sigstore&project=greeting", headers: header)
        #expect(answer.status == 401, "\(answer)")
      }
    }

    // A P-256 key whose private half was thrown away.
    private static let publicKey = """
      -----BEGIN PUBLIC KEY-----
      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEe1WlBWHPiCPda4JihMXaBJoViLv0
      y/i1u54ze73hmo246rvuEkmrOBf7Pkie621IZ+lzQUsgNFuf0jLWrrAokA==
      -----END PUBLIC KEY-----

      """
  }
}
