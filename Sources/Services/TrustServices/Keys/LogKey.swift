// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings
import Storage
import TransparencyLog

/// The key of a log: ECDSA on P-256 with SHA-256.
///
/// The log's id is the SHA-256 of the public key.
struct LogKey: Sendable {
  private let privateKey: P256.Signing.PrivateKey
  /// The public key.
  let publicKey: SignatureKey

  /// Reads or makes the key `secrets/<name>`.
  init(_ name: String, in folder: DataFolder) throws {
    privateKey = try KeyFile.p256(name, in: folder)
    publicKey = try SignatureKey(
      subjectPublicKeyInfo: Array(privateKey.publicKey.derRepresentation))
  }

  /// SHA-256 of the public key's SubjectPublicKeyInfo.
  var logID: SHA256Hash { publicKey.keyID }

  /// A signature over bytes, in DER.
  func signature(over bytes: [UInt8]) throws -> [UInt8] {
    Array(try privateKey.signature(for: bytes).derRepresentation)
  }

  /// Signs checkpoints whose origin is `<name> - <tree ID>`, as Rekor writes them.
  ///
  /// - Parameter name: the name on the signature line: for Rekor the host of the log's URL.
  /// - Returns: the signer for a log's store.
  func checkpointSigner(name: String) -> LogStore.CheckpointSigner {
    { treeID, size, rootHash in
      let text = Checkpoint(origin: "\(name) - \(treeID)", size: size, rootHash: rootHash).text
      return SignedNote.format(
        text: text, name: name, keyHint: logID.bytes,
        signature: try signature(over: Array(text.utf8)))
    }
  }
}
