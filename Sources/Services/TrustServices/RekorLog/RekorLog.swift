// SPDX-License-Identifier: Apache-2.0

import Certificates
package import Encodings
import Foundation
import Sigstore
package import Storage
import TransparencyLog

/// A transparency log of signatures with Rekor's API v1.
///
/// An entry is only taken when its signature is valid. The answer is given once the entry is
/// durable and covered by a signed checkpoint, and carries the signed entry timestamp, which is what
/// tells verifiers the time of signing.
package struct RekorLog: Sendable {
  let key: LogKey
  let store: LogStore
  let now: @Sendable () -> Timestamp

  /// Opens the log of a data folder, with its key and its file.
  ///
  /// - Parameters:
  ///   - folder: the server's data folder.
  ///   - host: the host of the log's URL, the name that its checkpoints are signed with.
  ///   - now: the clock.
  /// - Throws: `StorageError`.
  package init(
    in folder: DataFolder, host: String, now: @escaping @Sendable () -> Timestamp
  ) throws {
    key = try LogKey("transparency-log.pem", in: folder)
    self.now = now
    try folder.makeFolder("logs")
    store = try LogStore(
      path: folder.absolute("logs/signatures.sqlite"),
      signingCheckpointsWith: key.checkpointSigner(name: host))
  }

  /// The log's public key, SubjectPublicKeyInfo in PEM.
  var publicKeyPEM: String {
    PEM.encode(key.publicKey.subjectPublicKeyInfo, label: "PUBLIC KEY")
  }

  /// The identifier of an entry: tree ID and leaf hash in hexadecimal, 80 digits.
  func uuid(of entry: LogEntry) -> String {
    let treeID = (0..<8).map { UInt8(truncatingIfNeeded: store.treeID >> UInt64(56 - 8 * $0)) }
    return Hexadecimal.encode(treeID) + entry.leafHash.hexadecimal
  }

  /// The leaf hash in an identifier of this tree, with or without the tree ID.
  func leafHash(uuid: String) -> SHA256Hash? {
    guard uuid.utf8.count == 80 else { return SHA256Hash(hexadecimal: uuid) }
    guard let treeID = try? Hexadecimal.decode(uuid.prefix(16)),
      treeID.reduce(0, { $0 << 8 | UInt64($1) }) == store.treeID
    else { return nil }
    return SHA256Hash(hexadecimal: uuid.suffix(64))
  }

  /// Logs a checked entry.
  ///
  /// - Throws: `StorageError`.
  func append(_ entry: ProposedEntry) async throws -> AppendOutcome {
    try await store.append(entry.canonicalBody, integratedTime: now().seconds)
  }

  /// The JSON of an entry, by its identifier (Rekor's `LogEntry`).
  func json(_ included: IncludedLogEntry) throws -> JSONValue {
    let entry = included.entry
    let payload = try SignedEntryTimestamp.payload(
      body: entry.body, integratedTime: entry.integratedTime, logID: key.logID.bytes,
      logIndex: entry.index)
    let content: JSONValue = [
      "body": .string(Base64.encode(entry.body)),
      "integratedTime": .integer(entry.integratedTime),
      "logID": .string(key.logID.hexadecimal),
      "logIndex": .integer(Int64(entry.index)),
      "verification": [
        "inclusionProof": [
          "checkpoint": .string(included.head.checkpoint),
          "hashes": .array(included.proof.hashes.map { .string($0.hexadecimal) }),
          "logIndex": .integer(Int64(included.proof.index)),
          "rootHash": .string(included.head.rootHash.hexadecimal),
          "treeSize": .integer(Int64(included.proof.treeSize)),
        ],
        "signedEntryTimestamp": .string(Base64.encode(try key.signature(over: payload))),
      ],
    ]
    return .object([(uuid(of: entry), content)])
  }

  /// The JSON of the log's state (Rekor's `LogInfo`).
  func json(_ head: LogHead) -> JSONValue {
    [
      "inactiveShards": [],
      "rootHash": .string(head.rootHash.hexadecimal),
      "signedTreeHead": .string(head.checkpoint),
      "treeID": .string(String(store.treeID)),
      "treeSize": .integer(Int64(head.size)),
    ]
  }
}
