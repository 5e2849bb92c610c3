// SPDX-License-Identifier: Apache-2.0

import Encodings
import GRDB
import Storage
import TestSupport
import Testing
import TransparencyLog

/// The log on disk against a tree that is computed from all its leaves each time (RFC 6962 §2.1).
struct LogStoreTests {
  private let scratch: Scratch
  private var path: String { "\(scratch.path)/log.sqlite" }

  init() throws {
    scratch = try Scratch()
  }

  /// A checkpoint that shows what it was asked to sign.
  private static func sign(_ treeID: UInt64, _ size: UInt64, _ root: SHA256Hash) -> String {
    "\(treeID) \(size) \(root)"
  }

  private func open() throws -> LogStore {
    try LogStore(path: path, signingCheckpointsWith: Self.sign)
  }

  private func body(_ number: Int) -> [UInt8] { Array("entry \(number)".utf8) }

  private func naiveRoot(_ leaves: ArraySlice<SHA256Hash>) -> SHA256Hash {
    guard leaves.count > 1 else { return leaves.first ?? MerkleHash.emptyRoot }
    var split = 1
    while split * 2 < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return MerkleHash.node(naiveRoot(leaves[..<middle]), naiveRoot(leaves[middle...]))
  }

  @Test func everySizeUpTo70() async throws {
    let store = try open()
    var leaves: [SHA256Hash] = []
    for size in 0...70 {
      let root = naiveRoot(leaves[...])
      let head = try await store.head()
      #expect(head.size == UInt64(size))
      #expect(head.rootHash == root)
      #expect(head.checkpoint == Self.sign(store.treeID, UInt64(size), root))
      for (index, leaf) in leaves.enumerated() {
        let found = try #require(try await store.entry(index: UInt64(index)))
        #expect(found.entry.body == body(index))
        #expect(found.entry.integratedTime == 1_000 + Int64(index))
        #expect(found.head == head)
        try found.proof.check(leaf: leaf, root: root)
        #expect(try await store.entry(leafHash: leaf) == found)
      }
      #expect(try await store.entry(index: UInt64(size)) == nil)
      guard size < 70 else { break }
      let outcome = try await store.append(body(size), integratedTime: 1_000 + Int64(size))
      guard case .appended(let included) = outcome else {
        Issue.record("not appended")
        return
      }
      leaves.append(MerkleHash.leaf(body(size)))
      #expect(included.entry.index == UInt64(size))
      try included.proof.check(leaf: leaves[size], root: naiveRoot(leaves[...]))
    }
    for size in 0...70 {
      #expect(try await store.rootHash(size: UInt64(size)) == naiveRoot(leaves[..<size]))
    }
    #expect(try await store.rootHash(size: 71) == nil)
    #expect(try await store.entry(index: .max) == nil)
  }

  @Test func duplicateGivesTheFirstEntry() async throws {
    let store = try open()
    _ = try await store.append(body(0), integratedTime: 1)
    _ = try await store.append(body(1), integratedTime: 2)
    let before = try await store.head()
    guard case .duplicate(let known) = try await store.append(body(0), integratedTime: 3) else {
      Issue.record("a second entry of the same bytes was taken")
      return
    }
    #expect(known.entry.index == 0)
    #expect(known.entry.integratedTime == 1)
    try known.proof.check(leaf: MerkleHash.leaf(body(0)), root: before.rootHash)
    #expect(try await store.head() == before)
  }

  @Test func goesOnAfterRestart() async throws {
    var treeID: UInt64?
    for round in 0..<3 {
      let store = try open()
      #expect(treeID == nil || treeID == store.treeID)
      treeID = store.treeID
      #expect(try await store.head().size == UInt64(round * 5))
      for number in 0..<5 {
        _ = try await store.append(body(round * 5 + number), integratedTime: 0)
      }
    }
    let leaves = (0..<15).map { MerkleHash.leaf(body($0)) }
    #expect(try await open().head().rootHash == naiveRoot(leaves[...]))
  }

  @Test func concurrentAppendsGetIndicesOfTheirOwn() async throws {
    let store = try open()
    let indices = try await withThrowingTaskGroup(of: UInt64.self) { group in
      for number in 0..<24 {
        group.addTask {
          switch try await store.append(body(number), integratedTime: 0) {
          case .appended(let included), .duplicate(let included): included.entry.index
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(indices) == Set(0..<24))
  }

  @Test func failingSignerLeavesTheLogUnchanged() async throws {
    struct NoKey: Error {}
    let store = try LogStore(path: path) { treeID, size, root in
      if size == 2 { throw NoKey() }
      return Self.sign(treeID, size, root)
    }
    _ = try await store.append(body(0), integratedTime: 0)
    let before = try await store.head()
    await #expect(throws: NoKey.self) { try await store.append(body(1), integratedTime: 0) }
    #expect(try await store.head() == before)
    #expect(try await store.entry(index: 1) == nil)
  }

  @Test(arguments: [
    "DELETE FROM leaf WHERE logIndex = 2",
    "UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND position = 2",
    "DELETE FROM node WHERE level = 1",
    "UPDATE tree SET size = 2",
  ])
  func changedFileIsNotSignedOn(statement: String) async throws {
    do {
      let store = try open()
      for number in 0..<3 { _ = try await store.append(body(number), integratedTime: 0) }
    }
    try await DatabaseQueue(path: path).write { try $0.execute(sql: statement) }
    #expect(throws: StorageError.self) { _ = try open() }
  }

  @Test func otherFilesAreRefused() throws {
    _ = try scratch.write("log.sqlite", String(repeating: "not a database ", count: 100))
    let error = #expect(throws: StorageError.self) { _ = try open() }
    #expect(error?.problem.contains("damaged") == true)
  }

  @Test func databaseOfANewerProgramIsRefused() async throws {
    do { _ = try open() }
    try await DatabaseQueue(path: path).write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2')")
    }
    let error = #expect(throws: StorageError.self) { _ = try open() }
    #expect(error?.problem.contains("newer version") == true)
  }

  @Test func committedMeansSynchronised() async throws {
    let pool = try StoreDatabase.open(path, migrator: DatabaseMigrator())
    let settings = try await pool.writeWithoutTransaction { database in
      (
        try String.fetchOne(database, sql: "PRAGMA journal_mode"),
        try Int.fetchOne(database, sql: "PRAGMA synchronous")
      )
    }
    #expect(settings.0 == "wal")
    #expect(settings.1 == 2, "2 is FULL")
  }
}
