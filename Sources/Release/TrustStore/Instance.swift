// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import Sigstore

/// An instance of Sigstore as this machine trusts it: verified, and never merged with another.
package struct Instance: Hashable, Sendable {
  /// Where the trust is from.
  package enum Origin: Hashable, Sendable {
    /// The program itself.
    case builtIn
    /// The user's store, whose metadata was accepted at this time.
    case store(updated: Timestamp)
  }

  /// Its name.
  package let name: InstanceName
  /// The URL of its TUF repository.
  package let repository: String
  /// Where the trust is from.
  package let origin: Origin
  /// The version of the TUF root.
  package let rootVersion: Int64
  /// When the first of the repository's top-level roles expires; `nil` for what is built in.
  package let expires: Timestamp?
  /// The trusted root's bytes.
  package let trustedRootBytes: [UInt8]
  /// Whom to trust.
  package let trustedRoot: TrustedRoot
  /// The signing configuration's bytes; `nil` where the instance has none.
  package let signingConfigBytes: [UInt8]?
  /// Where its services are; `nil` where the instance has no signing configuration.
  package let signingConfig: SigningConfig?

  /// The roots to verify with.
  package var trustedRoots: [TrustedRoot] { [trustedRoot] }

  /// The names of the targets that an instance is made of.
  static let trustedRootName = "trusted_root.json"
  static let signingConfigName = "signing_config.v0.2.json"

  init(
    name: InstanceName, repository: String, origin: Origin, rootVersion: Int64,
    expires: Timestamp?, trustedRoot: [UInt8], signingConfig: [UInt8]?
  ) throws(TrustStoreError) {
    self.name = name
    self.repository = repository
    self.origin = origin
    self.rootVersion = rootVersion
    self.expires = expires
    trustedRootBytes = trustedRoot
    do { self.trustedRoot = try TrustedRoot(parsing: trustedRoot) } catch {
      throw .target(name, Self.trustedRootName, error)
    }
    signingConfigBytes = signingConfig
    do {
      self.signingConfig = try signingConfig.map { bytes throws(DocumentError) in
        try SigningConfig(parsing: bytes)
      }
    } catch {
      throw .target(name, Self.signingConfigName, error)
    }
  }
}
