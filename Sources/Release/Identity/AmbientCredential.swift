// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// How a job gets identity tokens from the system that runs it, in the shape of GitHub's endpoint.
///
/// The system gives the job a URL and a bearer token; `GET URL&audience=AUD` with
/// `Authorization: Bearer TOKEN` answers `{"value": "<JWT>"}`. In GitHub's environment they are
/// `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
///
/// Descriptions and dumps leave out the bearer token.
package struct AmbientCredential: Sendable {
  /// The URL, with whatever query the system put there.
  package let requestURL: String
  /// The bearer token, for the one request that needs it.
  package let unsafelyRevealedRequestToken: String

  /// Takes over URL and bearer token; `nil` when one of them is empty or has characters that a
  /// request cannot carry.
  package init?(requestURL: String, requestToken: String) {
    guard VisibleASCII.holds(requestURL), VisibleASCII.holds(requestToken) else { return nil }
    self.requestURL = requestURL
    unsafelyRevealedRequestToken = requestToken
  }

  /// Finds the credential of a GitHub-shaped environment; `nil` when it is not there.
  package init?(environment: [String: String]) {
    guard let url = environment[Self.urlVariable], let token = environment[Self.tokenVariable]
    else { return nil }
    self.init(requestURL: url, requestToken: token)
  }

  /// GitHub's variable with the URL.
  static let urlVariable = "ACTIONS_ID_TOKEN_REQUEST_URL"
  /// GitHub's variable with the bearer token.
  static let tokenVariable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"

  /// The URL that asks for a token of an audience.
  package func url(audience: String) -> String {
    let separator =
      if !requestURL.utf8.contains(UInt8(ascii: "?")) {
        "?"
      } else if requestURL.utf8.last == UInt8(ascii: "?")
        || requestURL.utf8.last == UInt8(ascii: "&")
      {
        ""
      } else {
        "&"
      }
    return "\(requestURL)\(separator)audience=\(PercentEncoding.encodeQueryValue(audience))"
  }

  /// Takes the token out of the endpoint's answer.
  ///
  /// - Throws: `DocumentError`, which never quotes the answer.
  package static func identityToken(from answer: [UInt8]) throws(DocumentError) -> IdentityToken {
    try IdentityToken(memberOf: answer, named: "value")
  }
}

extension AmbientCredential: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The URL without the bearer token.
  package var description: String { "[ambient credential of \(requestURL)]" }
  /// The URL without the bearer token.
  package var debugDescription: String { description }
  /// Nothing of the bearer token.
  package var customMirror: Mirror { Mirror(self, children: ["requestURL": requestURL]) }
}
