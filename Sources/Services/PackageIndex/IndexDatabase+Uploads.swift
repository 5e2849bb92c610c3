// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import GRDB

/// The one transaction of an upload.
extension IndexDatabase {
  /// What the index already has under an upload's name or content.
  enum Duplicate: Hashable {
    /// The same name with the same bytes: nothing to do.
    case identical
    /// The same name with other bytes, or the same bytes under another name.
    case conflicting
    /// The release has another sdist.
    case secondSdist
  }

  /// Why the transaction was not made.
  enum UploadConflict: Error {
    case duplicate(Duplicate)
    case tokenGone
    case projectNotAllowed
  }

  /// Looks for what stands against an upload.
  func duplicate(
    filename: String, sha256: SHA256Hash, project: String, version: String, filetype: String
  ) async throws -> Duplicate? {
    try await connections.read { database in
      try Self.duplicate(
        filename: filename, sha256: sha256, project: project, version: version,
        filetype: filetype, in: database)
    }
  }

  /// Adds a file, with its release, provenance and attestations.
  ///
  /// Token and duplicates are checked again here, inside the transaction, so that of two uploads at
  /// the same time one wins, and a burned token adds nothing.
  ///
  /// - Parameters:
  ///   - file: the file, all checks done.
  ///   - token: the token that the upload came with.
  ///   - now: the present, for the token's expiry.
  ///   - keep: moves the file's bytes to their place; called last, before the commit.
  /// - Throws: ``UploadConflict``, what `keep` throws, or the database's error.
  func add(
    _ file: NewFile, token: UploadToken, at now: Timestamp,
    keep: @escaping @Sendable () throws -> Void
  ) async throws {
    try await connections.write { database in
      guard let grant = try Self.grant(of: token, at: now, in: database) else {
        throw UploadConflict.tokenGone
      }
      guard grant.projects.contains(file.project),
        let project = try Self.project(named: file.project, in: database)
      else { throw UploadConflict.projectNotAllowed }
      let duplicate = try Self.duplicate(
        filename: file.filename, sha256: file.sha256, project: file.project, version: file.version,
        filetype: file.filetype, in: database)
      if let duplicate { throw UploadConflict.duplicate(duplicate) }
      try Self.insert(file, into: project, from: grant.publisher, in: database)
      try keep()
    }
  }

  /// Does something while no upload can be added, if no file of a name is listed.
  func ifUnlisted(_ filename: String, do body: @escaping @Sendable () -> Void) async throws {
    try await connections.write { database in
      if try Self.file(named: filename, in: database) == nil { body() }
    }
  }

  private static func insert(
    _ file: NewFile, into project: ProjectRecord, from publisher: PublisherIdentity,
    in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO release (projectID, version, summary) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """, arguments: [project.id, file.version, file.summary])
    let metadataHash = file.metadata.map { SHA256Hash(hashing: $0).hexadecimal }
    try database.execute(
      sql: """
        INSERT INTO file (releaseID, publisherID, filename, filetype, size, sha256, requiresPython,
          uploadTime, metadata, metadataSHA256, provenance)
        SELECT release.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM release
        WHERE release.projectID = ? AND release.version = ?
        """,
      arguments: [
        publisher.id, file.filename, file.filetype, file.size, file.sha256.hexadecimal,
        file.requiresPython, file.uploadTime.rfc3339, file.metadata.map { Data($0) }, metadataHash,
        file.provenance, project.id, file.version,
      ])
    let fileID = database.lastInsertedRowID
    for attestation in file.attestations {
      try database.execute(
        sql: """
          INSERT INTO attestation (fileID, predicateType, logIndex, integratedTime, sourceCommit,
            sourceRef)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          fileID, attestation.predicateType, attestation.logIndex, attestation.integratedTime,
          attestation.sourceCommit, attestation.sourceRef,
        ])
    }
  }

  private static func duplicate(
    filename: String, sha256: SHA256Hash, project: String, version: String, filetype: String,
    in database: Database
  ) throws -> Duplicate? {
    let digest = sha256.hexadecimal
    let rows = try Row.fetchAll(
      database, sql: "SELECT filename, sha256 FROM file WHERE filename = ? OR sha256 = ?",
      arguments: [filename, digest])
    if !rows.isEmpty {
      let identical = rows.contains { row in
        row["filename"] as String == filename && row["sha256"] as String == digest
      }
      return identical ? .identical : .conflicting
    }
    guard filetype == "sdist" else { return nil }
    let sdist = try Row.fetchOne(
      database,
      sql: """
        SELECT 1 FROM file JOIN release ON release.id = file.releaseID
        JOIN project ON project.id = release.projectID
        WHERE project.name = ? AND release.version = ? AND file.filetype = 'sdist'
        """, arguments: [project, version])
    return sdist == nil ? nil : .secondSdist
  }
}

extension SHA256Hash {
  /// The bytes in the form that the database takes.
  var data: Data { Data(bytes) }
}
