// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// What an issuer says of itself (OpenID Connect Discovery §3, RFC 8414 §2), as far as a login needs
/// it.
///
/// ```
/// {"issuer": "https://issuer", "authorization_endpoint": "https://issuer/authorize",
///  "token_endpoint": "https://issuer/token",
///  "device_authorization_endpoint": "https://issuer/device/code",
///  "code_challenge_methods_supported": ["S256"]}
/// ```
package struct DiscoveryDocument: Hashable, Sendable {
  /// The issuer.
  package let issuer: String
  /// Where a browser goes to log in.
  package let authorizationEndpoint: String?
  /// Where a code is exchanged for a token.
  package let tokenEndpoint: String
  /// Where a device asks for a code (RFC 8628 §4).
  package let deviceAuthorizationEndpoint: String?
  /// Whether answers in the browser always name their issuer (RFC 9207 §3).
  package let namesIssuerInAnswers: Bool

  /// The end of the document's URL.
  package static let path = "/.well-known/openid-configuration"
  /// What the document may ask of the reader.
  package static let limits = JSONLimits(size: 256 << 10, depth: 16, values: 10_000)

  /// The URL of an issuer's document.
  package static func url(of issuer: String) -> String {
    (issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer) + path
  }

  /// Why a document cannot be used.
  package enum Problem: Error, Hashable, Sendable {
    /// It is not of this form.
    case document(DocumentError)
    /// It says something that a login must not accept.
    case identity(IdentityError)
  }

  /// Reads a document that was fetched for an issuer.
  ///
  /// - Throws: ``Problem``; a document of another issuer is refused, since its endpoints would get
  ///   what is meant for the one that was asked (Discovery §4.3).
  package init(parsing bytes: [UInt8], expecting issuer: String) throws(Problem) {
    do throws(DocumentError) {
      let root = try JSONNode(parsing: bytes, limits: Self.limits)
      self.issuer = try root.required("issuer").string()
      tokenEndpoint = try Self.endpoint(try root.required("token_endpoint"))
      authorizationEndpoint = try root.optional("authorization_endpoint")
        .map { node throws(DocumentError) in try Self.endpoint(node) }
      deviceAuthorizationEndpoint = try root.optional("device_authorization_endpoint")
        .map { node throws(DocumentError) in try Self.endpoint(node) }
      namesIssuerInAnswers =
        try root.optional("authorization_response_iss_parameter_supported")?.boolean() ?? false
      if let methods = try root.optional("code_challenge_methods_supported") {
        var isThere = false
        for method in try methods.array(limit: 16) {
          if try method.string().utf8.elementsEqual(ProofKey.method.utf8) { isThere = true }
        }
        guard isThere else { throw methods.error("`\(ProofKey.method)` is not among them") }
      }
    } catch {
      throw .document(error)
    }
    guard self.issuer.utf8.elementsEqual(issuer.utf8) else {
      throw .identity(
        IdentityError(
          .foreign, "the issuer `\(issuer)` says that it is `\(self.issuer)`",
          help: ["if that is whom you mean, name it exactly so by --oidc-issuer"]))
    }
  }

  private static func endpoint(_ node: JSONNode) throws(DocumentError) -> String {
    let text = try node.string()
    guard VisibleASCII.holds(text), text.utf8.count <= 2_048 else {
      throw node.error("expected a URL")
    }
    return text
  }
}
