// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The documents of Trusted Publishing: an identity token is exchanged for an upload token.
///
/// 1. `GET /_/oidc/audience` answers `{"audience": "<word>"}`.
/// 2. The client gets an identity token for that audience.
/// 3. `POST /_/oidc/mint-token` with `{"token": "<JWT>"}` answers
///    `{"success": true, "token": "<upload token>", "expires": <Unix time>}`, or status 422 with
///    `{"message": …, "errors": [{"code": …, "description": …}]}`.
/// 4. After the uploads, `POST /_/oidc/burn-token` with `{"token": "<upload token>"}`, answer 204.
///
/// The paths are at the root of the index's host, whatever the path of the upload API.
package enum TokenExchange {
  /// Path of the audience.
  package static let audiencePath = "/_/oidc/audience"
  /// Path of minting.
  package static let mintPath = "/_/oidc/mint-token"
  /// Path of burning.
  package static let burnPath = "/_/oidc/burn-token"

  /// What answers may ask of the reader.
  static let limits = JSONLimits(size: 64 << 10, depth: 8, values: 1000)

  /// A token with the time until which it is good.
  package struct MintedToken: Sendable {
    /// The token.
    package let token: UploadToken
    /// When it expires, if the index says so.
    package let expiresAt: Timestamp?
  }

  /// Why an index minted no token: what it said, and nothing of what it was sent.
  package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// One reason of the index.
    package struct Reason: Hashable, Sendable {
      /// A stable word, such as `invalid-publisher`.
      package let code: String
      /// The index's sentence.
      package let text: String
    }

    /// The index's summary.
    package let message: String
    /// Its reasons, usually one.
    package let reasons: [Reason]

    /// The reasons in one line.
    package var description: String {
      reasons.isEmpty ? message : reasons.map { "\($0.code): \($0.text)" }.joined(separator: "; ")
    }
  }

  /// Reads the audience: a short word that identity tokens must be made for.
  ///
  /// - Throws: `DocumentError`.
  package static func audience(from answer: [UInt8]) throws(DocumentError) -> String {
    let node = try JSONNode(parsing: answer, limits: limits).required("audience")
    let audience = try node.string()
    guard VisibleASCII.holds(audience), audience.utf8.count <= 255 else {
      throw node.error("expected a word of visible ASCII characters")
    }
    return audience
  }

  /// The body of a request that mints or burns a token.
  ///
  /// - Parameters:
  ///   - token: the token.
  ///   - features: what a minted token should be able to do (PEP 807, "Feature Negotiation");
  ///     without any the member is left out.
  /// - Returns: the JSON text.
  package static func requestBody(token: String, features: [String] = []) -> [UInt8] {
    var object = JSONObject([("token", .string(token))])
    if !features.isEmpty { object["features"] = .array(features.map { .string($0) }) }
    return Array(JSONValue.object(object).compactText.utf8)
  }

  /// Reads the answer of a successful minting.
  ///
  /// - Throws: `DocumentError`, which never quotes the answer.
  package static func mintedToken(from answer: [UInt8]) throws(DocumentError) -> MintedToken {
    let root = try JSONNode(parsing: answer, limits: limits)
    if let success = try root.optional("success"), try !success.boolean() {
      throw success.error("the index says that it minted no token")
    }
    let node = try root.required("token")
    guard let token = UploadToken(try node.string()) else {
      throw node.error("expected a token of visible ASCII characters")
    }
    let expires = try root.optional("expires")?.integer()
    return MintedToken(token: token, expiresAt: expires.map { Timestamp(unixSeconds: $0) })
  }

  /// Reads an answer that refuses to mint, also as a problem document (RFC 9457); `nil` when it is
  /// not one.
  package static func refusal(from answer: [UInt8]) -> Refusal? {
    guard let root = try? JSONNode(parsing: answer, limits: limits) else { return nil }
    guard let message = try? root.required("message").string() else {
      guard let title = try? root.required("title").string() else { return nil }
      let detail = try? root.required("detail").string()
      return Refusal(message: detail.map { "\(title): \($0)" } ?? title, reasons: [])
    }
    let nodes = (try? root.optional("errors")?.array(limit: 16)) ?? []
    let reasons = nodes.compactMap { node -> Refusal.Reason? in
      guard let code = try? node.required("code").string(),
        let text = try? node.required("description").string()
      else { return nil }
      return Refusal.Reason(code: code, text: text)
    }
    return Refusal(message: message, reasons: reasons)
  }
}
