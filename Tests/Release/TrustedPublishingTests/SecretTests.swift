// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import TrustedPublishing

@Suite("Secrets do not show themselves")
struct SecretTests {
  @Test func uploadTokenIsRedacted() throws {
    let token = try #require(UploadToken("hallmark-SECRET"))
    var dumped = ""
    dump(token, to: &dumped)
    for text in ["\(token)", String(describing: token), String(reflecting: token), dumped] {
      #expect(!text.contains("SECRET"))
    }
    var nested = ""
    dump(TokenExchange.MintedToken(token: token, expiresAt: nil), to: &nested)
    #expect(!nested.contains("SECRET"))
  }

  @Test(arguments: ["", "a b", "a\r\nX: y", "ä", "a\u{7f}", String(repeating: "a", count: 9000)])
  func tokenThatBreaksAHeaderIsRefused(_ text: String) {
    #expect(UploadToken(text) == nil)
  }
}
