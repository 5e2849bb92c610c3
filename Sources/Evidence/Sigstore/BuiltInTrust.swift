// SPDX-License-Identifier: Apache-2.0

package import Encodings

extension TrustedRoot {
  /// The trusted root of the public-good instance, built in.
  ///
  /// - Throws: `DocumentError`, which only a broken build could cause.
  package static func publicGood() throws(DocumentError) -> TrustedRoot {
    try TrustedRoot(parsing: Array(PublicGoodTrustedRoot.publicGood.utf8))
  }

  /// The trusted root of the public staging instance, built in.
  ///
  /// It vouches for nothing but tests and counts only where it is named.
  ///
  /// - Throws: `DocumentError`, which only a broken build could cause.
  package static func staging() throws(DocumentError) -> TrustedRoot {
    try TrustedRoot(parsing: Array(PublicGoodTrustedRoot.staging.utf8))
  }
}

extension SigningConfig {
  /// The signing configuration of the public-good instance, built in.
  ///
  /// - Throws: `DocumentError`, which only a broken build could cause.
  package static func publicGood() throws(DocumentError) -> SigningConfig {
    try SigningConfig(parsing: Array(PublicGoodSigningConfig.publicGood.utf8))
  }

  /// The signing configuration of the public staging instance, built in.
  ///
  /// - Throws: `DocumentError`, which only a broken build could cause.
  package static func staging() throws(DocumentError) -> SigningConfig {
    try SigningConfig(parsing: Array(PublicGoodSigningConfig.staging.utf8))
  }
}

/// A public instance whose trust is built in.
package enum BuiltInInstance: String, CaseIterable, Hashable, Sendable {
  /// The public-good instance, the default.
  case publicGood = "public-good"
  /// The public staging instance, which vouches for nothing but tests.
  case staging

  /// The trusted root.
  package var trustedRoot: [UInt8] {
    switch self {
    case .publicGood: Array(PublicGoodTrustedRoot.publicGood.utf8)
    case .staging: Array(PublicGoodTrustedRoot.staging.utf8)
    }
  }

  /// The signing configuration.
  package var signingConfig: [UInt8] {
    switch self {
    case .publicGood: Array(PublicGoodSigningConfig.publicGood.utf8)
    case .staging: Array(PublicGoodSigningConfig.staging.utf8)
    }
  }

  /// The root of the TUF repository from which both are updated.
  package var repositoryRoot: [UInt8] {
    switch self {
    case .publicGood: Array(PublicGoodTUFRoot.publicGood.utf8)
    case .staging: Array(PublicGoodTUFRoot.staging.utf8)
    }
  }

  /// The URL of that repository.
  package var repository: String {
    switch self {
    case .publicGood: "https://tuf-repo-cdn.sigstore.dev"
    case .staging: "https://tuf-repo-cdn.sigstage.dev"
    }
  }
}
