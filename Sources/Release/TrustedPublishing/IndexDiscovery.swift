// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// How an index says where it exchanges tokens (PEP 807, "Trusted Publishing Discovery").
///
/// `GET /.well-known/pytp?discover=KEY` at the upload URL's host, with the percent-encoded path of
/// the upload URL as the key, answers:
/// ```
/// {"audience-endpoint": "https://upload.example.com/_/oidc/audience",
///  "token-mint-endpoint": "https://upload.example.com/_/oidc/mint-token",
///  "features": ["single-use-token", "multi-use-token"], "default-features": ["multi-use-token"]}
/// ```
/// The first draft had the SHA-256 of the path as a segment after `pytp/`, and the name
/// `mint-token-endpoint`; both are read too.
package struct IndexDiscovery: Hashable, Sendable {
  /// The media type to ask for.
  package static let mediaType = "application/vnd.pypi.pytp.v1+json"
  /// The path of the document.
  package static let path = "/.well-known/pytp"

  private static let reusable = "multi-use-token"

  /// Where the audience is, as the index wrote it; the caller must refuse another host.
  package let audienceEndpoint: String
  /// Where tokens are minted, as the index wrote it; the caller must refuse another host.
  package let mintEndpoint: String
  /// What to ask for when minting; empty for the index's own choice.
  package let wantedFeatures: [String]
  /// Whether each minted token is good for one upload only.
  package let mintsSingleUseTokens: Bool

  /// The query of the document about an upload URL of a path.
  package static func query(uploadPath: String) -> String {
    "discover=\(PercentEncoding.encodeQueryValue(uploadPath))"
  }

  /// The path of the document in the first draft.
  package static func draftPath(uploadPath: String) -> String {
    "\(path)/\(SHA256Hash(hashing: Array(uploadPath.utf8)).hexadecimal)"
  }

  /// Reads the document.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing answer: [UInt8]) throws(DocumentError) {
    let root = try JSONNode(parsing: answer, limits: TokenExchange.limits)
    audienceEndpoint = try root.required("audience-endpoint").string()
    if let draft = try root.optional("mint-token-endpoint") {
      mintEndpoint = try draft.string()
    } else {
      mintEndpoint = try root.required("token-mint-endpoint").string()
    }
    func words(_ key: String) throws(DocumentError) -> [String] {
      var words: [String] = []
      for node in try root.optional(key)?.array(limit: 64) ?? [] { words.append(try node.string()) }
      return words
    }
    let features = try words("features")
    let defaults = try words("default-features")
    wantedFeatures = features.contains(Self.reusable) ? [Self.reusable] : []
    mintsSingleUseTokens =
      wantedFeatures.isEmpty && !defaults.isEmpty && !defaults.contains(Self.reusable)
  }
}
