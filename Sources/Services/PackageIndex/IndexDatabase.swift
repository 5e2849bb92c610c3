// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import GRDB
import Storage

/// The index's database: reading.
///
/// Every change is one transaction of ``IndexDatabase``'s other files, so a reader sees a file with
/// its provenance or not at all.
struct IndexDatabase: Sendable {
  /// The connections.
  let connections: DatabasePool

  /// Opens the database file, or creates it.
  ///
  /// - Throws: `StorageError`.
  init(path: String) throws {
    connections = try StoreDatabase.open(path, migrator: IndexSchema.migrator)
  }

  /// All projects, by name.
  func projects() async throws -> [ProjectRecord] {
    try await connections.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM project ORDER BY name").map(ProjectRecord.init)
    }
  }

  /// A project by its normalised name.
  func project(named name: String) async throws -> ProjectRecord? {
    try await connections.read { try Self.project(named: name, in: $0) }
  }

  /// The files of a project, in no particular order.
  func files(of project: ProjectRecord) async throws -> [FileRecord] {
    try await connections.read { database in
      try Row.fetchAll(
        database, sql: FileRecord.selection + " WHERE project.id = ?", arguments: [project.id]
      ).map(FileRecord.init)
    }
  }

  /// A file by its name.
  func file(named filename: String) async throws -> FileRecord? {
    try await connections.read { try Self.file(named: filename, in: $0) }
  }

  /// The metadata file that is served beside a file.
  func metadata(ofFile filename: String) async throws -> [UInt8]? {
    try await connections.read { database in
      try Row.fetchOne(
        database, sql: "SELECT metadata FROM file WHERE filename = ?", arguments: [filename]
      ).flatMap { row in (row["metadata"] as Data?).map { Array($0) } }
    }
  }

  /// The provenance object of a file, as JSON text.
  func provenance(ofFile filename: String) async throws -> String? {
    try await connections.read { database in
      try String.fetchOne(
        database, sql: "SELECT provenance FROM file WHERE filename = ?", arguments: [filename])
    }
  }

  /// The attestations of a project's files, by the file's number.
  func attestations(of project: ProjectRecord) async throws -> [Int64: [AttestationRecord]] {
    let rows = try await connections.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT attestation.* FROM attestation
          JOIN file ON file.id = attestation.fileID
          JOIN release ON release.id = file.releaseID
          WHERE release.projectID = ? ORDER BY attestation.predicateType
          """, arguments: [project.id]
      ).map { row in (row["fileID"] as Int64, AttestationRecord(row)) }
    }
    return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
  }

  /// The summaries of a project's releases, by version.
  func summaries(of project: ProjectRecord) async throws -> [String: String] {
    let rows = try await connections.read { database in
      try Row.fetchAll(
        database, sql: "SELECT version, summary FROM release WHERE projectID = ?",
        arguments: [project.id]
      ).map { row in (row["version"] as String, (row["summary"] as String?) ?? "") }
    }
    return Dictionary(rows, uniquingKeysWith: { first, _ in first })
  }

  /// The publishers that may publish a project.
  func publishers(of project: ProjectRecord) async throws -> [PublisherIdentity] {
    try await connections.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT publisher.* FROM publisher
          JOIN projectPublisher ON projectPublisher.publisherID = publisher.id
          WHERE projectPublisher.projectID = ? ORDER BY publisher.id
          """, arguments: [project.id]
      ).map(PublisherIdentity.init)
    }
  }

  static func project(named name: String, in database: Database) throws -> ProjectRecord? {
    try Row.fetchOne(database, sql: "SELECT * FROM project WHERE name = ?", arguments: [name])
      .map(ProjectRecord.init)
  }

  static func file(named filename: String, in database: Database) throws -> FileRecord? {
    try Row.fetchOne(
      database, sql: FileRecord.selection + " WHERE file.filename = ?", arguments: [filename]
    ).map(FileRecord.init)
  }
}
