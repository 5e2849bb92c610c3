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
