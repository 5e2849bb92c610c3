// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// All that a client needs to know of an instance, in one file: whom to trust and where the services
/// are (sigstore protobuf-specs, ClientTrustConfig v0.1).
package struct ClientTrustConfig: Hashable, Sendable {
  /// The media type that is read and written.
  package static let mediaType =
    "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"

  /// Whom to trust.
  package let trustedRoot: TrustedRoot
  /// Where the services are.
  package let signingConfig: SigningConfig

  /// Puts a configuration together.
  package init(trustedRoot: TrustedRoot, signingConfig: SigningConfig) {
    self.trustedRoot = trustedRoot
    self.signingConfig = signingConfig
  }

  /// Reads a configuration.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing bytes: [UInt8]) throws(DocumentError) {
    let node = try JSONNode(parsing: bytes)
    let mediaType = try node.required("mediaType")
    guard try mediaType.string().utf8.elementsEqual(Self.mediaType.utf8) else {
      throw mediaType.error("expected `\(Self.mediaType)`")
    }
    trustedRoot = try TrustedRoot(try node.required("trustedRoot"))
    signingConfig = try SigningConfig(try node.required("signingConfig"))
  }

  /// The document's JSON.
  package var json: JSONValue {
    [
      "mediaType": .string(Self.mediaType), "trustedRoot": trustedRoot.json,
      "signingConfig": signingConfig.json,
    ]
  }
}
