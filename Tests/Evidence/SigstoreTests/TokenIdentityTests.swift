// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// What a token says about its holder, and which certificates are for somebody else.
@Suite struct TokenIdentityTests {
  private static func token(_ payload: String) -> String {
    "e30.\(Base64.encodeURL(Array(payload.utf8))).e30"
  }

  @Test(
    arguments: [
      (#"{"iss":"https://a.example","sub":"s"}"#, "https://a.example", "s"),
      (#"{"iss":"i","sub":"s","email":"a@b.example"}"#, "i", "a@b.example"),
      (
        #"{"iss":"i","sub":"s","email":"a@b.example","federated_claims":{"connector_id":"c"}}"#,
        "c",
        "a@b.example"
      ),
      (
        #"{"iss":"i","sub":"s","job_workflow_ref":"o/r/.github/workflows/w.yml@refs/tags/v1"}"#,
        "i",
        "https://github.com/o/r/.github/workflows/w.yml@refs/tags/v1"
      ),
      (
        #"{"iss":"https://token.actions.acme.ghe.com","sub":"s","job_workflow_ref":"o/r/w.yml@v1"}"#,
        "https://token.actions.acme.ghe.com", "https://acme.ghe.com/o/r/w.yml@v1"
      ),
      (
        #"{"iss":"i","sub":"s","ci_config_ref_uri":"gitlab.example/o/r//.ci.yml@refs/heads/main"}"#,
        "i", "https://gitlab.example/o/r//.ci.yml@refs/heads/main"
      ),
      (
        #"{"iss":"i","sub":"s","organization_slug":"o","pipeline_slug":"p"}"#, "i",
        "https://buildkite.com/o/p"
      ),
    ])
  func names(payload: String, issuer: String, name: String) throws {
    let identity = try TokenIdentity(token: Self.token(payload))
    #expect(identity.issuer == issuer)
    #expect(identity.names == [name])
    #expect(identity.expiresAt == nil)
  }

  @Test func expiryAndClaims() throws {
    let token = Self.token(#"{"iss":"i","sub":"s","exp":17,"secret":"x"}"#)
    let identity = try TokenIdentity(token: token)
    #expect(identity.expiresAt == Timestamp(unixSeconds: 17))
    #expect(try JSONNode(identity.claims).required("secret").string() == "x")
    var dumped = ""
    dump(identity, to: &dumped)
    #expect(!dumped.contains("secret"))
    #expect(!"\(identity)".contains("secret"))
    // Padded, and in the other alphabet.
    let payload = Base64.encode(Array(#"{"iss":"i","sub":"??>>~~"}"#.utf8))
    #expect(try TokenIdentity(token: "e30.\(payload).x").subject == "??>>~~")
  }

  @Test(arguments: [
    "", "a", String(token(#"{"iss":"i","sub":"s"}"#).dropLast(4)),
    token(#"{"iss":"i","sub":"s"}"#) + ".e30", "e30.!.e30", "e30.e30.e30", token("[]"), token("{"),
    token(#"{"sub":"s"}"#), token(#"{"iss":"i"}"#), token(#"{"iss":"i","sub":""}"#),
    token(#"{"iss":"i","sub":"s","exp":"tomorrow"}"#),
  ])
  func unusableTokens(token: String) {
    let error = #expect(throws: DocumentError.self) { try TokenIdentity(token: token) }
    #expect(error.map { token.utf8.count < 4 || !"\($0)".contains(token) } == true)
  }

  private func problem(
    _ payload: String, name: String, issuer: String = "https://i.example",
    claims: [FulcioExtension: String] = [:]
  ) throws -> String? {
    let der = try TrustSimulator().certificate(
      for: P256.Signing.PrivateKey().publicKey,
      as: SimulatedRun(name: name, issuer: issuer, claims: claims))
    return try TokenIdentity(token: Self.token(payload)).problem(
      with: try SigningCertificate(der: der))
  }

  @Test func certificatesOfTheHolder() throws {
    let plain = #"{"iss":"https://i.example","sub":"https://s.example/x"}"#
    #expect(try problem(plain, name: "https://s.example/x") == nil)
    #expect(try problem(plain, name: "https://s.example/y") != nil)
    #expect(try problem(plain, name: "https://s.example/x", issuer: "https://j.example") != nil)
    // A name by the authority's template, with the subject beside it.
    let claims = [FulcioExtension.tokenSubject: "https://s.example/x"]
    #expect(try problem(plain, name: "https://ci.example/1", claims: claims) == nil)
    #expect(
      try problem(plain, name: "https://ci.example/1", claims: [.tokenSubject: "other"]) != nil)
    // Where the name follows from the claims, the subject does not stand in for it.
    let email = #"{"iss":"https://i.example","sub":"https://s.example/x","email":"a@b.example"}"#
    #expect(try problem(email, name: "a@b.example") == nil)
    #expect(try problem(email, name: "c@b.example", claims: claims) != nil)
  }
}
