// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The identity of a machine of Google Cloud, from its metadata server.
///
/// Without more, tokens are for the machine's own service account. With
/// `GOOGLE_SERVICE_ACCOUNT_NAME` the machine asks, with an access token of its own, for a token of
/// that account, for which it needs the role of a token creator.
package struct GoogleIdentity: Hashable, Sendable {
  /// The metadata server: `host` or `host:port`.
  package let metadataHost: String
  /// The service account to act as, if it is not the machine's own.
  package let serviceAccount: String?

  /// The header without which the metadata server does not answer.
  package static let header = (name: "Metadata-Flavor", value: "Google")
  /// Where tokens of other accounts are made.
  package static let credentialsURL = "https://iamcredentials.googleapis.com"
  /// Where the firmware's name of a machine stands.
  package static let productNameFile = "/sys/class/dmi/id/product_name"

  private static let folder = "/computeMetadata/v1/instance/service-accounts/default"

  /// Finds out whether this is such a machine.
  ///
  /// `GOOGLE_SERVICE_ACCOUNT_NAME` says so, or the firmware's name of the machine.
  /// `GCE_METADATA_HOST` names the metadata server, as Google's own libraries read it.
  ///
  /// - Throws: ``IdentityError`` when a variable has a value that cannot be used.
  package init?(
    environment: [String: String], productName: () -> String?
  ) throws(IdentityError) {
    let account = environment["GOOGLE_SERVICE_ACCOUNT_NAME"].flatMap { $0.isEmpty ? nil : $0 }
    guard account != nil || ["Google", "Google Compute Engine"].contains(productName()) else {
      return nil
    }
    if let account {
      guard VisibleASCII.holds(account), account.utf8.count <= 256 else {
        throw IdentityError(
          .notConfigured, "GOOGLE_SERVICE_ACCOUNT_NAME is not the name of a service account",
          help: ["set it to the account's e-mail address"])
      }
    }
    let host = environment["GCE_METADATA_HOST"].flatMap { $0.isEmpty ? nil : $0 }
    guard host.map({ VisibleASCII.holds($0) && !$0.utf8.contains(UInt8(ascii: "/")) }) ?? true
    else {
      throw IdentityError(
        .notConfigured, "GCE_METADATA_HOST is not a host",
        help: ["set it to `host` or `host:port`, or unset it"])
    }
    metadataHost = host ?? "metadata.google.internal"
    serviceAccount = account
  }

  /// The URL of the machine's own identity token.
  package func identityURL(audience: String) -> String {
    "http://\(metadataHost)\(Self.folder)/identity?audience="
      + "\(PercentEncoding.encodeQueryValue(audience))&format=full"
  }

  /// The URL of the machine's access token.
  package var accessTokenURL: String {
    "http://\(metadataHost)\(Self.folder)/token?scopes="
      + PercentEncoding.encodeQueryValue("https://www.googleapis.com/auth/cloud-platform")
  }

  /// The path below ``credentialsURL`` that makes a token of an account.
  package static func identityPath(of account: String) -> String {
    "/v1/projects/-/serviceAccounts/\(PercentEncoding.encodePathSegment(account)):generateIdToken"
  }

  /// What is sent there.
  package static func request(audience: String) -> JSONValue {
    ["audience": .string(audience), "includeEmail": true]
  }

  /// Takes the access token out of the metadata server's answer.
  ///
  /// - Throws: `DocumentError`, which never quotes the answer.
  package static func unsafelyRevealedAccessToken(
    from answer: [UInt8]
  ) throws(DocumentError) -> String {
    let limits = JSONLimits(size: 64 << 10, depth: 8, values: 100)
    let node = try JSONNode(parsing: answer, limits: limits).required("access_token")
    let text = try node.string()
    guard VisibleASCII.holds(text), text.utf8.count <= 8_192 else {
      throw node.error("expected a token")
    }
    return text
  }
}
