// SPDX-License-Identifier: Apache-2.0

package import Encodings
package import TUF
package import Verification

/// Why an instance cannot be used, added or updated.
package enum TrustStoreError: Error, Hashable, Sendable {
  /// The text is not the name of an instance.
  case name(String)
  /// There is no instance of this name.
  case unknown(InstanceName)
  /// There is an instance of this name already.
  case exists(InstanceName)
  /// Neither XDG_DATA_HOME nor HOME says where the user's files are.
  case noFolder
  /// A file cannot be read.
  case unreadable(FileError)
  /// The file is not an instance's.
  case malformed(String, DocumentError)
  /// The repository's files do not verify.
  case metadata(InstanceName, MetadataError)
  /// A target verifies, and yet is not what an instance must have.
  case target(InstanceName, String, DocumentError)
  /// The instance has no metadata yet, so there is nothing to export.
  case neverUpdated(InstanceName)
  /// No root of this digest is at hand.
  case noSuchRoot(SHA256Hash)
  /// Nothing says which root of a new instance to trust.
  case firstSight(InstanceName)
}

extension TrustStoreError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .name(let text):
      "`\(text.prefix(80))` is not the name of an instance: up to 64 lower-case letters, digits, "
        + "`-`, `_` and `.`, the first a letter or digit"
    case .unknown(let name): "there is no instance `\(name)`"
    case .exists(let name): "there is an instance `\(name)` already"
    case .noFolder: "there is no folder for trust: neither XDG_DATA_HOME nor HOME is set"
    case .unreadable(let error): "\(error)"
    case .malformed(let path, let error): "`\(path)` is not the trust of an instance: \(error)"
    case .metadata(let name, let error): "the trust of `\(name)` is not accepted: \(error)"
    case .target(let name, let target, let error):
      "`\(target)` of `\(name)` cannot be used: \(error)"
    case .neverUpdated(let name): "`\(name)` has no signed metadata yet"
    case .noSuchRoot(let digest): "there is no root with SHA-256 \(digest)"
    case .firstSight(let name): "nothing says which root of `\(name)` to trust"
    }
  }
}
