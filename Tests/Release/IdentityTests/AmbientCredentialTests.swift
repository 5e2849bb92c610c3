// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Identity

@Suite("The credential of GitHub's environment")
struct AmbientCredentialTests {
  @Test func ambientCredentialIsRedacted() throws {
    let credential = try #require(
      AmbientCredential(requestURL: "https://localhost:1/identity/token", requestToken: "SECRET"))
    var dumped = ""
    dump(credential, to: &dumped)
    for text in ["\(credential)", String(reflecting: credential), dumped] {
      #expect(!text.contains("SECRET"))
      #expect(text.contains("https://localhost:1/identity/token"))
    }
  }

  @Test(arguments: [
    ("https://h/t", "https://h/t?audience=a%20b"),
    ("https://h/t?", "https://h/t?audience=a%20b"),
    ("https://h/t?x=1", "https://h/t?x=1&audience=a%20b"),
    ("https://h/t?x=1&", "https://h/t?x=1&audience=a%20b"),
  ])
  func audienceIsAppended(_ base: String, _ expected: String) throws {
    let credential = try #require(AmbientCredential(requestURL: base, requestToken: "t"))
    #expect(credential.url(audience: "a b") == expected)
  }

  @Test func environmentOfGitHub() {
    let variables = [
      "ACTIONS_ID_TOKEN_REQUEST_URL": "https://h/t", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
    ]
    #expect(AmbientCredential(environment: variables)?.requestURL == "https://h/t")
    #expect(AmbientCredential(environment: [:]) == nil)
    #expect(
      AmbientCredential(
        environment: variables.merging(["ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""]) { $1 }) == nil)
  }
}
