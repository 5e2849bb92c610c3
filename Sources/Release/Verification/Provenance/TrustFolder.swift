// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Sigstore

/// A folder with the keys of registries and build services, which the user fills: `gcb-keys/*.key`
/// and `npm-keys/keys.json`, or the same files without these folders.
package struct TrustFolder: Hashable, Sendable {
  private static let keyLimit = 1 << 20

  /// The folder's path; without one there are no keys.
  package let path: String?

  /// Names a folder.
  package init(path: String?) {
    self.path = path
  }

  /// The keys of npm's registry.
  ///
  /// - Throws: ``ProvenanceReason/invalidPublicKey``.
  func npmKeys() throws(ProvenanceFailure) -> NpmRegistryKeys {
    do {
      return try NpmRegistryKeys(parsing: try bytes("npm-keys", "keys.json"))
    } catch let error as ProvenanceFailure {
      throw error
    } catch {
      throw ProvenanceReason.invalidPublicKey.failure("npm's keys are not readable: \(error)")
    }
  }

  /// A key of Cloud Build, by the name of its file.
  ///
  /// - Throws: ``ProvenanceReason/invalidPublicKey``.
  func cloudBuildKey(_ name: String) throws(ProvenanceFailure) -> SignatureKey {
    // The name is from an unverified file; anything but a plain name could leave the folder.
    guard !name.isEmpty,
      name.utf8.allSatisfy({ byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte >= 0x30 && byte <= 0x39
          || byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
      })
    else {
      throw ProvenanceReason.invalidPublicKey.failure("`\(name)` is not the name of a key")
    }
    let text = String(decoding: try bytes("gcb-keys", "\(name).key"), as: UTF8.self)
    do {
      return try SignatureKey(pem: text)
    } catch {
      throw ProvenanceReason.invalidPublicKey.failure("the key `\(name)` is not readable: \(error)")
    }
  }

  private func bytes(_ folder: String, _ name: String) throws(ProvenanceFailure) -> [UInt8] {
    guard let path else {
      throw ProvenanceReason.invalidPublicKey.failure("no folder with keys is given")
    }
    let inner = "\(path)/\(folder)/\(name)"
    let chosen = FileReading.exists(inner) ? inner : "\(path)/\(name)"
    do {
      return try FileReading.bytes(of: chosen, limit: Self.keyLimit)
    } catch {
      throw ProvenanceReason.invalidPublicKey.failure("\(error)")
    }
  }
}
