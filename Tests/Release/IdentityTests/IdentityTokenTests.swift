// SPDX-License-Identifier: Apache-2.0

import Encodings
import Synchronization
import TestSupport
import Testing

@testable import Identity

@Suite("Identity tokens")
struct IdentityTokenTests {
  static let payload =
    #"{"iss":"https://issuer","sub":"me","aud":"sigstore","exp":1790000300,"iat":1790000000}"#

  static func payload(_ changes: [String: JSONValue]) -> String {
    var all: [String: JSONValue] = [
      "iss": "https://issuer", "sub": "me", "aud": "sigstore", "exp": 1_790_000_300,
      "iat": 1_790_000_000,
    ]
    all.merge(changes) { $1 }
    return JSONValue.object(all.map { ($0.key, $0.value) }).compactText
  }

  static func token(_ changes: [String: JSONValue] = [:]) throws -> IdentityToken {
    try IdentityToken(PlainToken.text(payload: payload(changes)))
  }

  @Test func readsClaims() throws {
    let claims = try Self.token([
      "aud": ["a", "b"], "nbf": .number("1790000000.75"), "email": "a@b", "email_verified": "true",
      "run_id": "7", "runner_id": 12, "protected": true, "groups": ["x"],
    ]).claims
    #expect(claims.issuer == "https://issuer")
    #expect(claims.subject == "me")
    #expect(claims.audiences == ["a", "b"])
    #expect(claims.expiresAt == Timestamp(unixSeconds: 1_790_000_300))
    #expect(claims.issuedAt == Timestamp(unixSeconds: 1_790_000_000))
    #expect(claims.notBefore == Timestamp(unixSeconds: 1_790_000_000))
    #expect(claims.email == "a@b")
    #expect(claims.isEmailVerified == true)
    #expect(claims.string("run_id") == "7")
    #expect(claims.string("runner_id") == nil)
    #expect(claims.text("runner_id") == "12")
    #expect(claims.text("protected") == "true")
    #expect(claims.text("groups") == nil)
    #expect(claims.text("none") == nil)
  }

  @Test(arguments: [
    "", ".", "..", "a.b", "a.b.c.d", "e30.e30.", "e30.e30.e30", "e30=.e30.c2ln", "e30.e3+.c2ln",
    PlainToken.text(payload: payload) + "\n", "Bearer " + PlainToken.text(payload: payload),
    PlainToken.text(payload: payload, header: "[]"),
    PlainToken.text(payload: payload, header: "{}"),
    PlainToken.text(payload: payload, header: #"{"alg":5}"#),
    PlainToken.text(payload: ""), PlainToken.text(payload: "null"), PlainToken.text(payload: "{}"),
    PlainToken.text(payload: #"{"iss":"a","iss":"b","sub":"me","aud":"x","exp":1}"#),
    PlainToken.text(payload: payload({ ["iss": .null] }())),
    PlainToken.text(payload: payload(["iss": ""])), PlainToken.text(payload: payload(["sub": 5])),
    PlainToken.text(payload: payload(["aud": .null])),
    PlainToken.text(payload: payload(["aud": []])),
    PlainToken.text(payload: payload(["aud": ["a", 5]])),
    PlainToken.text(payload: payload(["aud": .array(Array(repeating: "a", count: 65))])),
    PlainToken.text(payload: payload(["exp": .null])),
    PlainToken.text(payload: payload(["exp": "1790000300"])),
    PlainToken.text(payload: payload(["exp": -1])),
    PlainToken.text(payload: payload(["exp": .number("1e300")])),
    PlainToken.text(payload: payload(["exp": 253_402_300_800])),
    PlainToken.text(payload: payload(["iat": .number("-1.5")])),
    PlainToken.text(payload: payload(["nbf": .number("1.5e5")])),
    PlainToken.text(payload: payload(["email": 5])),
    PlainToken.text(payload: payload(["email_verified": 1])),
    PlainToken.text(payload: payload(["x": .string(String(repeating: "x", count: 13_000))])),
    PlainToken.text(payload: String(repeating: "[", count: 100)),
    PlainToken.text(payload: payload(["x": .array(Array(repeating: 1, count: 2_000))])),
  ])
  func refuses(_ text: String) {
    let error = #expect(throws: DocumentError.self) { try IdentityToken(text) }
    #expect(text.utf8.count < 9 || error?.description.contains(text) == false)
  }

  @Test func takesWhiteSpaceAround() throws {
    let text = PlainToken.text(payload: Self.payload)
    let token = try IdentityToken(surroundedBySpace: Array("\r\n \(text)\t\n".utf8))
    #expect(token.unsafelyRevealedText == text)
    #expect(throws: DocumentError.self) { try IdentityToken(surroundedBySpace: []) }
    #expect(throws: DocumentError.self) { try IdentityToken(surroundedBySpace: [0x20, 0x0a]) }
    #expect(throws: DocumentError.self) { try IdentityToken(surroundedBySpace: [0xff]) }
    #expect(throws: DocumentError.self) {
      try IdentityToken(surroundedBySpace: Array("\(text) \(text)".utf8))
    }
  }

  @Test func doesNotShowItself() throws {
    let token = try Self.token()
    var dumped = ""
    dump(token, to: &dumped)
    dump(["nested": [token]], to: &dumped)
    for text in ["\(token)", String(describing: token), String(reflecting: token), dumped] {
      #expect(!text.contains("eyJ"))
      #expect(!text.contains(token.unsafelyRevealedText))
    }
  }

  @Test(
    arguments: [
      ([:], "me"), (["email": "a@b", "email_verified": true], "a@b"),
      (["email": "a@b", "email_verified": false], "me"), (["email": "a@b"], "me"),
      (
        [
          "iss": "https://token.actions.githubusercontent.com",
          "job_workflow_ref": "o/r/.github/workflows/w.yml@refs/heads/main",
        ], "https://github.com/o/r/.github/workflows/w.yml@refs/heads/main"
      ),
      (
        [
          "iss": "https://token.actions.githubusercontent.com/acme",
          "job_workflow_ref": "o/r/w.yml@x",
        ], "https://github.com/o/r/w.yml@x"
      ),
      (
        ["iss": "https://token.actions.githubusercontent.com.evil", "job_workflow_ref": "o/r"], "me"
      ),
      (
        ["ci_config_ref_uri": "gitlab.com/o/r//.gitlab-ci.yml@x"],
        "https://gitlab.com/o/r//.gitlab-ci.yml@x"
      ),
    ] as [([String: JSONValue], String)])
  func saysWhoSigns(_ changes: [String: JSONValue], _ expected: String) throws {
    #expect(try Self.token(changes).claims.signer == expected)
  }
}

@Suite("Checks of identity tokens")
struct IdentityTokenCheckTests {
  static let now = Timestamp(unixSeconds: 1_790_000_000)

  @Test(
    arguments: [
      ([:], 0), ([:], 299), ([:], -60), (["iat": .null], -7200), (["nbf": 1_790_000_060], 0),
      (["aud": ["sigstore"]], 0),
    ] as [([String: JSONValue], Int64)])
  func accepts(_ changes: [String: JSONValue], _ offset: Int64) throws {
    let token = try IdentityTokenTests.token(changes)
    try token.check(
      TokenExpectation(audience: "sigstore", issuer: "https://issuer"),
      at: Self.now.adding(seconds: offset))
  }

  @Test(
    arguments: [
      ([:], 300, .time, "has expired at 2026-09-21T14:18:20Z"),
      ([:], 7_200, .time, "has expired"),
      ([:], -61, .time, "is from the future: it begins at 2026-09-21T14:13:20Z"),
      ([:], -7_200, .time, "is from the future"),
      (["nbf": 1_790_000_061], 0, .time, "is from the future"),
      (["exp": 0, "iat": 0], 0, .time, "has expired at 1970-01-01T00:00:00Z"),
      (["aud": "pypi"], 0, .audience, "for the audience `pypi`, not for `sigstore` alone"),
      (["aud": "Sigstore"], 0, .audience, "`Sigstore`"),
      (
        ["aud": ["sigstore", "pypi"]], 0, .audience, "`sigstore`, `pypi`, not for `sigstore` alone"
      ),
      (["iss": "https://issuer/"], 0, .foreign, "`https://issuer/`, not `https://issuer`"),
    ] as [([String: JSONValue], Int64, IdentityError.Reason, String)])
  func refuses(
    _ changes: [String: JSONValue], _ offset: Int64, _ reason: IdentityError.Reason, _ says: String
  ) throws {
    let token = try IdentityTokenTests.token(changes)
    let error = #expect(throws: IdentityError.self) {
      try token.check(
        TokenExpectation(audience: "sigstore", issuer: "https://issuer"),
        at: Self.now.adding(seconds: offset))
    }
    #expect(error?.reason == reason)
    #expect(error?.message.contains(says) == true, "\(String(describing: error))")
    #expect(error?.help.isEmpty == false)
    if reason == .time { #expect(error?.help.joined().contains("clock") == true) }
  }

  @Test(arguments: [nil, "other", ""] as [String?])
  func refusesNonce(_ nonce: String?) throws {
    let token = try IdentityTokenTests.token(nonce.map { ["nonce": .string($0)] } ?? [:])
    let error = #expect(throws: IdentityError.self) {
      try token.check(TokenExpectation(audience: "sigstore", nonce: "mine"), at: Self.now)
    }
    #expect(error?.reason == .foreign)
  }
}

@Suite("Kept identity tokens")
struct CheckedTokenSourceTests {
  /// Gives numbered tokens for the audience, or for another.
  actor Counting: IdentityTokenSource {
    private(set) var count = 0
    let lifetime: Int64
    let audience: String?

    init(lifetime: Int64 = 300, audience: String? = nil) {
      self.lifetime = lifetime
      self.audience = audience
    }

    func token(audience: String) async throws -> IdentityToken {
      count += 1
      let number = count
      await Task.yield()
      return try IdentityTokenTests.token([
        "aud": .string(self.audience ?? audience), "jti": .integer(Int64(number)),
        "exp": .integer(1_790_000_000 + lifetime),
      ])
    }
  }

  @Test(
    arguments: [(300, 269, 1), (300, 270, 2), (60, 44, 1), (60, 45, 2)] as [(Int64, Int64, Int)])
  func keepsUntilShortlyBeforeTheEnd(_ lifetime: Int64, _ later: Int64, _ count: Int) async throws {
    let inner = Counting(lifetime: lifetime)
    let clock = Clock()
    let source = CheckedTokenSource(inner, now: { clock.now })
    _ = try await source.token(audience: "sigstore")
    clock.set(IdentityTokenCheckTests.now.adding(seconds: later))
    let second = try await source.token(audience: "sigstore")
    #expect(await inner.count == count)
    #expect(second.claims.text("jti") == "\(count)")
  }

  final class Clock: Sendable {
    private let time = Mutex(IdentityTokenCheckTests.now)
    var now: Timestamp { time.withLock { $0 } }
    func set(_ new: Timestamp) { time.withLock { $0 = new } }
  }

  @Test func asksOncePerAudience() async throws {
    let inner = Counting()
    let source = CheckedTokenSource(inner, now: { IdentityTokenCheckTests.now })
    let numbers = try await withThrowingTaskGroup(of: String?.self) { group in
      for index in 0..<20 {
        group.addTask {
          try await source.token(audience: index % 2 == 0 ? "sigstore" : "pypi").claims.text("jti")
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(numbers.count == 2)
    #expect(await inner.count == 2)
  }

  @Test func checksWhatItGets() async throws {
    let source = CheckedTokenSource(
      Counting(audience: "other"), now: { IdentityTokenCheckTests.now })
    let error = await #expect(throws: IdentityError.self) {
      _ = try await source.token(audience: "sigstore")
    }
    #expect(error?.reason == .audience)
    let foreign = CheckedTokenSource(
      Counting(), issuer: "https://x", now: { IdentityTokenCheckTests.now })
    let other = await #expect(throws: IdentityError.self) {
      _ = try await foreign.token(audience: "sigstore")
    }
    #expect(other?.reason == .foreign)
  }

  @Test(arguments: ["", "a b", "ä", "a\n", String(repeating: "a", count: 256)])
  func refusesAudience(_ audience: String) async {
    let inner = Counting()
    let source = CheckedTokenSource(inner, now: { IdentityTokenCheckTests.now })
    await #expect(throws: IdentityError.self) { _ = try await source.token(audience: audience) }
    #expect(await inner.count == 0)
  }
}
