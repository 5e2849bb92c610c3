// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Testing
import TrustedPublishing

@testable import TrustServices

/// The issuer over HTTP, and what all services answer to requests that they do not know.
struct IdentityEndpointTests {
  @Test func tokenForTheHolderOfTheSecret() async throws {
    try await TestStack.run { stack in
      for scheme in ["Bearer", "bearer"] {
        let answer = try await stack.send(
          .get, "/identity/token?project=Greeting&audience=hallmark&ref=refs%2Fheads%2Fmain",
          headers: [.authorization: "\(scheme) \(try stack.requestToken)"])
        #expect(answer.status == 200)
        #expect(answer.headers[.cacheControl] == "no-store")
        let token = try answer.json.required("value").string()
        let claims = try await stack.services.issuer.verify(
          token, audience: "hallmark", at: stack.now)
        #expect(claims.subject == "\(TestStack.baseURL)/workspace/greeting")
        #expect(claims.sourceRef == "refs/heads/main")
        #expect(claims.sourceCommit == nil)
      }
    }
  }

  @Test func otherRequestsAreRefused() async throws {
    try await TestStack.run { stack in
      let token = try stack.requestToken
      let good = "/identity/token?project=greeting&audience=hallmark"
      let long = String(repeating: "a", count: 256)
      let table: [(String, String?, Int)] = [
        (good, nil, 401), (good, "Bearer", 401), (good, "Bearer \(token)x", 401),
        (good, "Basic \(token)", 401), (good, "Bearer \(token.dropLast())", 401),
        ("/identity/token?project=greeting", "Bearer \(token)", 400),
        ("/identity/token?audience=a", "Bearer \(token)", 400),
        ("\(good)&audience=sigstore", "Bearer \(token)", 400),
        ("\(good)&sha=xyz", "Bearer \(token)", 400),
        ("\(good)&ref=a%0Ab", "Bearer \(token)", 400),
        ("\(good)&ref=", "Bearer \(token)", 400),
        ("/identity/token?project=..&audience=a", "Bearer \(token)", 400),
        ("/identity/token?project=a%2Fb&audience=a", "Bearer \(token)", 400),
        ("/identity/token?project=a&audience=\(long)", "Bearer \(token)", 400),
      ]
      for (path, authorization, status) in table {
        var headers = HTTPFields()
        headers[.authorization] = authorization
        let answer = try await stack.send(.get, path, headers: headers)
        #expect(answer.status == status, "\(path)")
        #expect(!answer.text.contains(token))
      }
    }
  }

  @Test func discovery() async throws {
    try await TestStack.run { stack in
      let document = try await stack.send(.get, "/.well-known/openid-configuration").json
      #expect(try document.required("issuer").string() == TestStack.baseURL)
      let location = try document.required("jwks_uri").string()
      let path = String(location.dropFirst(TestStack.baseURL.count))
      let keys = try await stack.send(.get, path).json.required("keys").array(limit: 1)
      #expect(try keys[0].required("kid").string() == stack.services.issuer.keyID)
      #expect(try keys[0].required("alg").string() == "RS256")
      #expect(try Base64.decodeURL(keys[0].required("n").string()).count == 256)
      #expect(try keys[0].required("e").string() == "AQAB")
      // Nothing of the private key.
      #expect(try keys[0].object().members.count == 6)
    }
  }

  @Test func unknownPathsAndMethods() async throws {
    try await TestStack.run { stack in
      let missing = try await stack.send(.get, "/api/v2/log/entries")
      #expect(missing.status == 404)
      #expect(try missing.message.isEmpty == false)
      let table: [(HTTPRequest.Method, String, String)] = [
        (.delete, "/api/v1/log/entries", "GET, HEAD, POST"),
        (.get, "/api/v2/signingCert", "POST"), (.post, "/identity/token", "GET, HEAD"),
        (.put, "/trust/trusted_root.json", "GET, HEAD"),
      ]
      for (method, path, allowed) in table {
        let answer = try await stack.send(method, path)
        #expect(answer.status == 405, "\(method) \(path)")
        #expect(answer.headers[.allow] == allowed)
      }
      let head = try await stack.send(.head, "/trust/trusted_root.json")
      #expect(head.status == 200)
      #expect(head.bytes.isEmpty)
    }
  }

  @Test func plainListenerOnlyReads() async throws {
    try await TestStack.run(readOnly: true) { stack in
      for path in [
        "/trust/trusted_root.json", "/trust/signing_config.v0.2.json", "/trust/trust_config.json",
        "/trust/tls-ca.pem", "/api/v1/log", "/api/v1/log/publicKey",
        "/.well-known/openid-configuration", "/api/v2/trustBundle", "/api/v2/configuration",
      ] {
        #expect(try await stack.send(.get, path).status == 200, "\(path)")
      }
      let table: [(HTTPRequest.Method, String)] = [
        (.post, "/api/v1/log/entries"), (.post, "/api/v2/signingCert"),
        (.get, "/identity/token?audience=a&project=b"), (.post, "/legacy/"),
      ]
      for (method, path) in table {
        let answer = try await stack.send(method, path)
        #expect(answer.status == 403, "\(path)")
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try answer.json.required("detail").string() == "use \(TestStack.baseURL)")
      }
    }
  }
}
