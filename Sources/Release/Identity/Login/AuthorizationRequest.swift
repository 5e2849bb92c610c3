// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A login in a browser: the authorization code flow of a public client (RFC 6749 §4.1, RFC 8252)
/// with a proof key, a state that ties the answer to this request, and a nonce that ties the token
/// to it (OpenID Connect Core §3.1.2.1).
package struct AuthorizationRequest: Sendable {
  /// Who is asked.
  package let issuer: String
  /// This program's name there.
  package let clientIdentifier: String
  /// Where the browser brings the answer.
  package let redirectURI: String
  /// What the answer must repeat.
  package let state: String
  /// What the token must repeat.
  package let nonce: String
  /// Whose challenge goes out, and whose verifier redeems the code.
  package let proofKey: ProofKey
  private let namesIssuerInAnswers: Bool

  /// The scopes: an identity, with an e-mail address if there is one.
  package static let scope = "openid email"

  /// Prepares a login.
  ///
  /// - Parameters:
  ///   - document: the issuer's.
  ///   - clientIdentifier: this program's name there.
  ///   - redirectURI: where the browser brings the answer.
  ///   - random: for what nobody must guess.
  package init(
    to document: DiscoveryDocument, clientIdentifier: String, redirectURI: String,
    using random: inout some RandomNumberGenerator
  ) {
    issuer = document.issuer
    namesIssuerInAnswers = document.namesIssuerInAnswers
    self.clientIdentifier = clientIdentifier
    self.redirectURI = redirectURI
    state = RandomText.text(using: &random)
    nonce = RandomText.text(using: &random)
    proofKey = ProofKey(using: &random)
  }

  /// The URL for the browser.
  package func url(at endpoint: String) -> String {
    let separator = endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    return endpoint + separator
      + PercentEncoding.encodeForm([
        ("response_type", "code"), ("client_id", clientIdentifier), ("scope", Self.scope),
        ("redirect_uri", redirectURI), ("state", state), ("nonce", nonce),
        ("code_challenge", proofKey.challenge), ("code_challenge_method", ProofKey.method),
      ])
  }

  /// The fields that redeem a code (RFC 6749 §4.1.3, RFC 7636 §4.5).
  package func exchange(code: String) -> [(String, String)] {
    [
      ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
      ("client_id", clientIdentifier), ("code_verifier", proofKey.unsafelyRevealedVerifier),
    ]
  }

  /// Takes the code out of what the browser brought.
  ///
  /// - Parameter query: the query of the redirect, percent-encoded.
  /// - Returns: the code, to be exchanged at once.
  /// - Throws: ``IdentityError``: `foreign` when the answer is not one to this request, `refused`
  ///   when it says no, `malformed` when it says nothing.
  package func code(from query: String) throws(IdentityError) -> String {
    let fields = try Self.fields(of: query)
    guard let found = fields["state"], found.utf8.elementsEqual(state.utf8) else {
      throw IdentityError(
        .foreign, "what the browser brought does not answer this login: its state is another",
        help: ["close old login pages, then log in again"])
    }
    if let named = fields["iss"] {
      guard named.utf8.elementsEqual(issuer.utf8) else {
        throw IdentityError(
          .foreign, "the login was answered by `\(named)`, not by `\(issuer)`")
      }
    } else if namesIssuerInAnswers {
      throw IdentityError(
        .foreign, "the answer to the login does not name its issuer, as `\(issuer)` always does")
    }
    if let error = fields["error"] {
      throw LoginRefusal(code: error, text: fields["error_description"]).error(of: issuer)
    }
    guard let code = fields["code"], VisibleASCII.holds(code), code.utf8.count <= 4_096 else {
      throw IdentityError(.malformed, "the answer to the login has no code in it")
    }
    return code
  }

  /// The fields of a query; each name at most once (RFC 6749 §3.1).
  private static func fields(of query: String) throws(IdentityError) -> [String: String] {
    let malformed = IdentityError(.malformed, "the answer to the login is not readable")
    var fields: [String: String] = [:]
    let pairs = query.utf8.split(separator: UInt8(ascii: "&"))
    guard query.utf8.count <= 8_192, pairs.count <= 32 else { throw malformed }
    for pair in pairs {
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.compactMap { part in
        PercentEncoding.decode(part, plusIsSpace: true)
          .flatMap { String(validating: $0, as: UTF8.self) }
      }
      guard texts.count == parts.count, let name = texts.first, VisibleASCII.holds(name),
        fields[name] == nil
      else { throw malformed }
      fields[name] = texts.count > 1 ? texts[1] : ""
    }
    return fields
  }
}
