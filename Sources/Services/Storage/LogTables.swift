// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import GRDB
import TransparencyLog

/// The tables of a log and the statements on them; every function runs inside a transaction.
extension LogStore {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE tree (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            treeID INTEGER NOT NULL,
            size INTEGER NOT NULL,
            rootHash BLOB NOT NULL CHECK (length(rootHash) = 32),
            checkpoint TEXT NOT NULL
          ) STRICT;
          CREATE TABLE leaf (
            logIndex INTEGER PRIMARY KEY,
            leafHash BLOB NOT NULL UNIQUE CHECK (length(leafHash) = 32),
            body BLOB NOT NULL,
            integratedTime INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE node (
            level INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, position)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }

  static func head(
    treeID: UInt64, size: UInt64, in database: Database, signedBy sign: CheckpointSigner
  ) throws -> LogHead {
    let root = try MerkleTree.root(size: size, reading: StoredNodes(database: database))
    return LogHead(size: size, rootHash: root, checkpoint: try sign(treeID, size, root))
  }

  static func store(_ head: LogHead, treeID: UInt64, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO tree (one, treeID, size, rootHash, checkpoint) VALUES (1, ?, ?, ?, ?)
        ON CONFLICT (one) DO UPDATE SET
          size = excluded.size, rootHash = excluded.rootHash, checkpoint = excluded.checkpoint
        """,
      arguments: [
        Int64(treeID), Int64(head.size), head.rootHash.data, head.checkpoint,
      ])
  }

  static func currentHead(in database: Database) throws -> LogHead {
    guard
      let row = try Row.fetchOne(database, sql: "SELECT size, rootHash, checkpoint FROM tree"),
      let root = SHA256Hash(bytes: row["rootHash"] as Data)
    else { throw damaged("the signed state of the log is missing") }
    return LogHead(
      size: UInt64(row["size"] as Int64), rootHash: root, checkpoint: row["checkpoint"])
  }

  static func entry(
    where condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> LogEntry? {
    let row = try Row.fetchOne(
      database, sql: "SELECT logIndex, leafHash, body, integratedTime FROM leaf WHERE \(condition)",
      arguments: arguments)
    guard let row else { return nil }
    guard let leafHash = SHA256Hash(bytes: row["leafHash"] as Data) else {
      throw damaged("a leaf hash is not 32 bytes")
    }
    return LogEntry(
      index: UInt64(row["logIndex"] as Int64), leafHash: leafHash,
      body: Array(row["body"] as Data), integratedTime: row["integratedTime"])
  }

  static func included(
    _ entry: LogEntry, in head: LogHead, _ database: Database
  ) throws -> IncludedLogEntry {
    let hashes = try MerkleTree.inclusionProof(
      index: entry.index, size: head.size, reading: StoredNodes(database: database))
    return IncludedLogEntry(
      entry: entry,
      proof: InclusionProof(index: entry.index, treeSize: head.size, hashes: hashes), head: head)
  }

  /// Compares the stored tree with the signed state, in time that grows with the logarithm of the
  /// size: a restored or edited file must not be signed on.
  static func checkTree(in database: Database, path: String) throws {
    let head = try currentHead(in: database)
    let count = try Int64.fetchOne(database, sql: "SELECT count(*) FROM leaf") ?? 0
    let root = try MerkleTree.root(size: head.size, reading: StoredNodes(database: database))
    guard UInt64(count) == head.size, root == head.rootHash else {
      throw StorageError(
        "the log `\(path)` is damaged: its entries are not those of its signed checkpoint",
        help: "restore the data folder from a backup, or begin with a new one")
    }
  }

  static func damaged(_ what: String) -> StorageError {
    StorageError(
      "the log is damaged: \(what)",
      help: "restore the data folder from a backup, or begin with a new one")
  }
}

/// Reads the hashes of complete subtrees within a transaction.
struct StoredNodes: MerkleNodeReader {
  let database: Database

  func node(level: Int, index: UInt64) throws -> SHA256Hash {
    let data = try Data.fetchOne(
      database, sql: "SELECT hash FROM node WHERE level = ? AND position = ?",
      arguments: [level, Int64(index)])
    guard let data, let hash = SHA256Hash(bytes: data) else {
      throw LogStore.damaged("the subtree of level \(level) at \(index) is missing")
    }
    return hash
  }
}

extension SHA256Hash {
  /// The digest as a database value.
  var data: Data { Data(bytes) }
}
