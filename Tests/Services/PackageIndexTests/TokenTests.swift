// SPDX-License-Identifier: Apache-2.0

import Encodings
import HTTPTypes
import Testing
import TrustedPublishing

@testable import PackageIndex

@Suite struct TokenTests {
  @Test func tellsTheAudience() async throws {
    try await TestIndex.run { index in
      let answer = try await index.get("/_/oidc/audience")
      #expect(answer.code == 200)
      #expect(answer.text == #"{"audience":"hallmark"}"#)
    }
  }

  @Test func mintsATokenOfFifteenMinutes() async throws {
    try await TestIndex.run { index in
      let answer = try await index.mint(PlainTokens.token(jti: "1"))
      #expect(answer.code == 200)
      #expect(try answer.json.required("success").boolean())
      #expect(
        try answer.json.required("expires").integer() == TestIndex.start.seconds + 15 * 60)
      let token = try answer.json.required("token").string()
      #expect(UploadToken(token) != nil)
      let second = try await index.uploadToken()
      #expect(second != token)
    }
  }

  static let refusals: [(body: String, code: String, description: String)] = [
    ("", "invalid-payload", ""),
    ("[]", "invalid-payload", "expected an object"),
    ("{}", "invalid-payload", "`token` is missing"),
    (#"{"token":1}"#, "invalid-payload", "token: expected a string"),
    (#"{"token":"x"}"#, "invalid-payload", "malformed JWT"),
    (#"{"token":"a.b.c.d"}"#, "invalid-payload", "malformed JWT"),
    (
      #"{"token":"\#(PlainTokens.token(issuer: "https://elsewhere.example", jti: "1"))"}"#,
      "invalid-payload", "unknown trusted publishing issuer"
    ),
    (
      #"{"token":"\#(PlainTokens.token(jti: "1", signature: "bad"))"}"#,
      "invalid-token", "malformed or invalid token"
    ),
    (
      #"{"token":"\#(PlainTokens.token(audience: "pypi", jti: "1"))"}"#,
      "invalid-token", "malformed or invalid token"
    ),
    (
      #"{"token":"\#(PlainTokens.token(subject: TestIndex.subject + "x", jti: "1"))"}"#,
      "invalid-publisher",
      "valid token, but no corresponding publisher (Publisher with matching claims was not found)"
    ),
  ]

  @Test(arguments: refusals)
  func refuses(refusal: (body: String, code: String, description: String)) async throws {
    try await TestIndex.run { index in
      let answer = try await index.post("/_/oidc/mint-token", [:], Array(refusal.body.utf8))
      #expect(answer.code == 422)
      #expect(answer.message == "Token request failed")
      let errors = try answer.json.required("errors").array(limit: 1)
      #expect(try errors[0].required("code").string() == refusal.code)
      let description = try errors[0].required("description").string()
      #expect(refusal.description.isEmpty || description == refusal.description)
    }
  }

  @Test func exchangesATokenOnce() async throws {
    try await TestIndex.run { index in
      #expect(try await index.mint(PlainTokens.token(jti: "1")).code == 200)
      index.advance(seconds: 700)
      // Another subject with the same identifier is not a publisher and uses nothing up.
      _ = try await index.mint(PlainTokens.token(subject: "x", jti: "2"))
      #expect(try await index.mint(PlainTokens.token(jti: "2")).code == 200)
      let answer = try await index.mint(PlainTokens.token(jti: "2"))
      #expect(answer.code == 422)
      #expect(answer.text.contains(#""code":"invalid-reuse-token""#))
      #expect(answer.text.contains("invalid token: already used"))
    }
  }

  @Test func exchangesATokenOnceAlsoAtTheSameTime() async throws {
    try await TestIndex.run { index in
      let codes = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 {
          group.addTask { try await index.mint(PlainTokens.token(jti: "race")).code }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.filter { $0 == 200 }.count == 1)
      #expect(codes.filter { $0 == 422 }.count == 7)
    }
  }

  @Test func burnsAToken() async throws {
    try await TestIndex.run { index in
      let token = try await index.uploadToken()
      for body in [#"{"token":"\#(token)"}"#, #"{"token":"\#(token)"}"#, "{}", "", "[1"] {
        #expect(try await index.post("/_/oidc/burn-token", [:], Array(body.utf8)).code == 204)
      }
      let answer = try await index.upload(TestForm(.wheel()), token: token)
      #expect(answer.code == 403)
      #expect(answer.message.hasPrefix("Invalid or non-existent authentication information."))
    }
  }

  @Test func refusesAnExpiredToken() async throws {
    try await TestIndex.run { index in
      let token = try await index.uploadToken()
      index.advance(seconds: 15 * 60)
      #expect(try await index.upload(TestForm(.wheel()), token: token).code == 403)
      #expect(index.storedFiles.isEmpty)
    }
  }

  @Test(arguments: [
    "", "Basic", "Basic ", "Basic !", "Basic " + Base64.encode(Array("user:pass".utf8)),
    "Bearer hallmark-x", "Digest x", "Bearer hallmark-" + String(repeating: "A", count: 43),
  ])
  func refusesOtherCredentials(field: String) async throws {
    try await TestIndex.run { index in
      let answer = try await index.post(
        "/legacy/",
        [
          .authorization: field,
          .contentType: "multipart/form-data; boundary=\(TestForm.boundary)",
        ], TestForm(.wheel()).body)
      #expect(answer.code == 403)
    }
  }

  @Test func acceptsABearerToken() async throws {
    try await TestIndex.run { index in
      let token = try await index.uploadToken()
      let answer = try await index.post(
        "/legacy/",
        [
          .authorization: "Bearer \(token)",
          .contentType: "multipart/form-data; boundary=\(TestForm.boundary)",
        ], TestForm(.wheel()).body)
      #expect(answer.code == 200)
    }
  }

  @Test func knowsNoOtherMethods() async throws {
    try await TestIndex.run { index in
      let answer = try await index.get("/_/oidc/mint-token")
      #expect(answer.code == 405)
      #expect(answer.headers[.allow] == "POST")
    }
  }
}
