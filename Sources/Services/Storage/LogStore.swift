// SPDX-License-Identifier: Apache-2.0

package import Encodings
import Foundation
import GRDB
import TransparencyLog

/// An append-only log in one SQLite file: entries, Merkle tree and signed checkpoint.
///
/// An append is one transaction that holds the entry, the new complete subtrees and the checkpoint
/// that covers them. So an index is never used twice, what a caller was told survives a power cut,
/// and no two different trees of the same size are ever signed. The store needs a file system
/// that keeps synchronised writes. Whoever can write the file can rewrite the log's history, but
/// cannot sign it without the key.
package struct LogStore: Sendable {
  /// Signs the checkpoint of a state and returns the note.
  package typealias CheckpointSigner =
    @Sendable (_ treeID: UInt64, _ size: UInt64, _ rootHash: SHA256Hash) throws -> String

  /// Identifies the tree among all trees of the world; chosen at random when it is created.
  package let treeID: UInt64
  private let path: String
  private let pool: DatabasePool
  private let sign: CheckpointSigner

  /// Opens or creates a log and checks that its tree is the one that was signed.
  ///
  /// - Throws: ``StorageError``, also for a log whose parts do not fit together.
  package init(path: String, signingCheckpointsWith sign: @escaping CheckpointSigner) throws {
    let pool = try StoreDatabase.open(path, migrator: Self.migrator)
    do {
      treeID = try pool.write { database in
        if let known = try Int64.fetchOne(database, sql: "SELECT treeID FROM tree") {
          try Self.checkTree(in: database, path: path)
          return UInt64(known)
        }
        // Positive in 64 bits, because clients read it as a signed decimal; never 0.
        let treeID = UInt64.random(in: 1 << 60..<1 << 63)
        try Self.store(
          Self.head(treeID: treeID, size: 0, in: database, signedBy: sign), treeID: treeID,
          in: database)
        return treeID
      }
    } catch {
      throw StorageError.database(error, path)
    }
    self.path = path
    self.pool = pool
    self.sign = sign
  }

  /// Appends an entry, unless the log has an identical one.
  ///
  /// - Returns: the entry with its proof, when it is durable.
  /// - Throws: ``StorageError`` and what the signer throws; the log is unchanged then.
  package func append(_ body: [UInt8], integratedTime: Int64) async throws -> AppendOutcome {
    let leafHash = MerkleHash.leaf(body)
    return try await access {
      try await pool.write { database in
        let old = try Self.currentHead(in: database)
        if let known = try Self.entry(where: "leafHash = ?", [leafHash.data], in: database) {
          return .duplicate(try Self.included(known, in: old, database))
        }
        let entry = LogEntry(
          index: old.size, leafHash: leafHash, body: body, integratedTime: integratedTime)
        try database.execute(
          sql: "INSERT INTO leaf (logIndex, leafHash, body, integratedTime) VALUES (?, ?, ?, ?)",
          arguments: [
            Int64(entry.index), leafHash.data, Data(body), integratedTime,
          ])
        let nodes = try MerkleTree.nodesAdded(
          appending: leafHash, to: old.size, reading: StoredNodes(database: database))
        for node in nodes {
          try database.execute(
            sql: "INSERT INTO node (level, position, hash) VALUES (?, ?, ?)",
            arguments: [node.level, Int64(node.index), node.hash.data])
        }
        let head = try Self.head(
          treeID: treeID, size: old.size + 1, in: database, signedBy: sign)
        try Self.store(head, treeID: treeID, in: database)
        return .appended(try Self.included(entry, in: head, database))
      }
    }
  }

  /// The latest signed state.
  ///
  /// - Throws: ``StorageError``.
  package func head() async throws -> LogHead {
    try await access { try await pool.read { try Self.currentHead(in: $0) } }
  }

  /// An entry by its index, with a proof in the latest signed state; `nil` if there is none.
  ///
  /// - Throws: ``StorageError``.
  package func entry(index: UInt64) async throws -> IncludedLogEntry? {
    guard let index = Int64(exactly: index) else { return nil }
    return try await lookUp("logIndex = ?", [index])
  }

  /// An entry by its leaf hash, with a proof in the latest signed state; `nil` if there is none.
  ///
  /// - Throws: ``StorageError``.
  package func entry(leafHash: SHA256Hash) async throws -> IncludedLogEntry? {
    try await lookUp("leafHash = ?", [leafHash.data])
  }

  /// The root of the tree of the first `size` entries; `nil` beyond the latest state.
  ///
  /// - Throws: ``StorageError``.
  package func rootHash(size: UInt64) async throws -> SHA256Hash? {
    try await access {
      try await pool.read { database in
        guard try size <= Self.currentHead(in: database).size else { return nil }
        return try MerkleTree.root(size: size, reading: StoredNodes(database: database))
      }
    }
  }

  private func lookUp(
    _ condition: String, _ arguments: StatementArguments
  ) async throws -> IncludedLogEntry? {
    try await access {
      try await pool.read { database in
        guard let entry = try Self.entry(where: condition, arguments, in: database) else {
          return nil
        }
        return try Self.included(entry, in: try Self.currentHead(in: database), database)
      }
    }
  }

  private func access<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch { throw StorageError.database(error, path) }
  }
}
