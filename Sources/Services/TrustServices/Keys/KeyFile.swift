// SPDX-License-Identifier: Apache-2.0

import Crypto
import Storage

/// Private keys in `secrets/` of the data folder, made at the first start and used ever after.
enum KeyFile {
  /// Reads or makes a P-256 key, PKCS #8 in PEM.
  ///
  /// - Parameters:
  ///   - name: the file's name in `secrets/`.
  ///   - folder: the server's data folder.
  /// - Returns: the key.
  /// - Throws: `StorageError`; its text never has the file's contents.
  static func p256(_ name: String, in folder: DataFolder) throws -> P256.Signing.PrivateKey {
    let text = try folder.text("secrets/\(name)") { P256.Signing.PrivateKey().pemRepresentation }
    do {
      return try P256.Signing.PrivateKey(pemRepresentation: text)
    } catch {
      throw unusable("secrets/\(name)", in: folder)
    }
  }

  /// The error about a key that cannot be read.
  static func unusable(_ name: String, in folder: DataFolder) -> StorageError {
    StorageError(
      "the key `\(folder.absolute(name))` is not usable",
      help: "restore the data folder from a backup, or begin with a new one")
  }
}
