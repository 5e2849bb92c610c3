// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Storage
import X509

/// The certificate transparency log of the stack's own certificate authority (RFC 6962).
///
/// It takes precertificates from inside the process only. The entry is durable and covered by a
/// signed checkpoint before the promise about it is given, so there is no merge delay.
struct CertificateLog: Sendable {
  let key: LogKey
  let store: LogStore

  /// Opens the log of a data folder, with its key and its file.
  ///
  /// - Parameters:
  ///   - folder: the server's data folder.
  ///   - host: the host of the stack's URL; the log's name is below it.
  /// - Throws: `StorageError`.
  init(in folder: DataFolder, host: String) throws {
    key = try LogKey("certificate-log.pem", in: folder)
    try folder.makeFolder("logs")
    store = try LogStore(
      path: folder.absolute("logs/certificates.sqlite"),
      signingCheckpointsWith: key.checkpointSigner(name: "\(host)/ct"))
  }

  /// Logs a precertificate and promises so.
  ///
  /// The leaf is the MerkleTreeLeaf of RFC 6962 §3.4, which for a version 1 timestamped entry has
  /// the very bytes that the timestamp signs (§3.2).
  ///
  /// - Parameters:
  ///   - precertificate: the certificate with the poison extension.
  ///   - issuerKeyHash: SHA-256 of the issuer's SubjectPublicKeyInfo.
  ///   - now: the time of the promise.
  /// - Returns: the promise, to be embedded.
  /// - Throws: `StorageError`.
  func promise(
    for precertificate: Certificate, issuerKeyHash: SHA256Hash, at now: Timestamp
  ) async throws -> SignedCertificateTimestamp {
    let body = try PrecertificateBody.bytes(tbsCertificate: precertificate.tbsCertificateBytes)
    let unsigned = SignedCertificateTimestamp(
      logID: key.logID, milliseconds: now.milliseconds, extensions: [], signature: [])
    let leaf = unsigned.signedBytes(precertificate: body, issuerKeyHash: issuerKeyHash)
    _ = try await store.append(leaf, integratedTime: now.seconds)
    return SignedCertificateTimestamp(
      logID: unsigned.logID, milliseconds: unsigned.milliseconds,
      extensions: unsigned.extensions, signature: try key.signature(over: leaf))
  }
}
