// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import TrustedPublishing

@Suite("Documents of the token exchange")
struct TokenExchangeTests {
  @Test func readsTheAudience() throws {
    #expect(try TokenExchange.audience(from: Array(#"{"audience":"hallmark"}"#.utf8)) == "hallmark")
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"audience":1}"#, #"{"audience":""}"#, #"{"audience":"a b"}"#,
    #"{"audience":"a\nb"}"#, #"{"audience":"a","audience":"b"}"#, #"{"audience":"ä"}"#,
  ])
  func refusesWhatIsNoAudience(_ text: String) {
    #expect(throws: DocumentError.self) { try TokenExchange.audience(from: Array(text.utf8)) }
  }

  @Test func readsAMintedToken() throws {
    let text = #"{"success":true,"token":"hallmark-SECRET","expires":1800000900}"#
    let minted = try TokenExchange.mintedToken(from: Array(text.utf8))
    #expect(minted.token.unsafelyRevealedText == "hallmark-SECRET")
    #expect(minted.expiresAt == Timestamp(unixSeconds: 1_800_000_900))
  }

  @Test func expiryIsOptional() throws {
    let minted = try TokenExchange.mintedToken(from: Array(#"{"token":"t"}"#.utf8))
    #expect(minted.expiresAt == nil)
  }

  @Test(arguments: [
    "null", #"{"success":false,"token":"SECRET"}"#, #"{"success":true}"#,
    #"{"token":"SECRET\r\nX: y"}"#, #"{"token":""}"#, #"{"token":["SECRET"]}"#,
    #"{"token":"SECRET","expires":"soon"}"#, #"{"token":"SECRET""#,
  ])
  func refusesWhatIsNoToken(_ text: String) {
    let error = #expect(throws: DocumentError.self) {
      try TokenExchange.mintedToken(from: Array(text.utf8))
    }
    #expect(error.map { !"\($0)".contains("SECRET") } == true)
  }

  @Test func readsARefusal() throws {
    let text = """
      {"message":"Token request failed","errors":[{"code":"invalid-publisher",\
      "description":"valid token, but no corresponding publisher"}]}
      """
    let refusal = try #require(TokenExchange.refusal(from: Array(text.utf8)))
    #expect(refusal.reasons.map(\.code) == ["invalid-publisher"])
    #expect(
      refusal.description == "invalid-publisher: valid token, but no corresponding publisher")
    #expect(TokenExchange.refusal(from: Array("<html>".utf8)) == nil)
    #expect(TokenExchange.refusal(from: Array(#"{"message":"no"}"#.utf8))?.description == "no")
  }

  @Test func writesTheRequest() {
    #expect(TokenExchange.requestBody(token: #"a"b"#) == Array(#"{"token":"a\"b"}"#.utf8))
  }
}
