// SPDX-License-Identifier: Apache-2.0

import Encodings
import GRDB
import TrustedPublishing

/// What an upload token stands for.
struct UploadGrant: Hashable, Sendable {
  /// The publisher whose identity token was exchanged.
  let publisher: PublisherIdentity
  /// The projects, by normalised name, that the token may publish and the publisher still may.
  let projects: Set<String>
}

/// Publishers, and the exchange of identity tokens for upload tokens.
extension IndexDatabase {
  /// Why no upload token was made.
  enum MintRefusal: Error {
    case noPublisher
    case usedAlready
  }

  /// For how long after its expiry a used identity token is remembered, in seconds; more than the
  /// leeway with which any verifier reads `exp`.
  static let replayMargin: Int64 = 120

  /// Registers a publisher for a project; both are created if they are not there.
  func register(
    name: String, displayName: String, issuer: String, subject: String, at now: Timestamp
  ) async throws {
    try await connections.write { database in
      try database.execute(
        sql: """
          INSERT INTO project (name, displayName, createdAt) VALUES (?, ?, ?)
          ON CONFLICT (name) DO NOTHING
          """, arguments: [name, displayName, now.seconds])
      try database.execute(
        sql: "INSERT INTO publisher (issuer, subject) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [issuer, subject])
      try database.execute(
        sql: """
          INSERT INTO projectPublisher (projectID, publisherID)
          SELECT project.id, publisher.id FROM project, publisher
          WHERE project.name = ? AND publisher.issuer = ? AND publisher.subject = ?
          ON CONFLICT DO NOTHING
          """, arguments: [name, issuer, subject])
    }
  }

  /// Whether any publisher has an issuer.
  func knows(issuer: String) async throws -> Bool {
    try await connections.read { database in
      try Row.fetchOne(
        database, sql: "SELECT 1 FROM publisher WHERE issuer = ?", arguments: [issuer]) != nil
    }
  }

  /// Uses up an identity token and stores an upload token, in one transaction.
  ///
  /// A token that matches no publisher is not used up.
  ///
  /// - Throws: ``MintRefusal``, or the database's error.
  func mint(
    _ token: UploadToken, for claims: IdentityClaims, expiresAt: Timestamp, at now: Timestamp
  ) async throws {
    try await connections.write { database in
      let match = try Row.fetchOne(
        database, sql: "SELECT * FROM publisher WHERE issuer = ? AND subject = ?",
        arguments: [claims.issuer, claims.subject])
      guard let publisher = match.map(PublisherIdentity.init) else { throw MintRefusal.noPublisher }
      try Self.forgetExpired(in: database, at: now)
      try database.execute(
        sql: """
          INSERT INTO usedIdentityToken (issuer, identifier, expiresAt) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """,
        arguments: [
          claims.issuer, claims.tokenIdentifier, claims.expiresAt.seconds + Self.replayMargin,
        ])
      guard database.changesCount == 1 else { throw MintRefusal.usedAlready }
      let hash = token.hash.data
      try database.execute(
        sql: "INSERT INTO uploadToken (hash, publisherID, expiresAt) VALUES (?, ?, ?)",
        arguments: [hash, publisher.id, expiresAt.seconds])
      try database.execute(
        sql: """
          INSERT INTO uploadTokenProject (hash, projectID)
          SELECT ?, projectID FROM projectPublisher WHERE publisherID = ?
          """, arguments: [hash, publisher.id])
      guard database.changesCount > 0 else { throw MintRefusal.noPublisher }
    }
  }

  /// What a token grants now, or `nil` if it is unknown, burned or expired.
  func grant(of token: UploadToken, at now: Timestamp) async throws -> UploadGrant? {
    try await connections.read { try Self.grant(of: token, at: now, in: $0) }
  }

  static func grant(
    of token: UploadToken, at now: Timestamp, in database: Database
  ) throws -> UploadGrant? {
    let hash = token.hash.data
    let match = try Row.fetchOne(
      database,
      sql: """
        SELECT publisher.* FROM uploadToken
        JOIN publisher ON publisher.id = uploadToken.publisherID
        WHERE uploadToken.hash = ? AND uploadToken.expiresAt > ?
        """, arguments: [hash, now.seconds])
    guard let publisher = match.map(PublisherIdentity.init) else { return nil }
    let projects = try String.fetchSet(
      database,
      sql: """
        SELECT project.name FROM uploadTokenProject
        JOIN project ON project.id = uploadTokenProject.projectID
        JOIN projectPublisher ON projectPublisher.projectID = project.id
        WHERE uploadTokenProject.hash = ? AND projectPublisher.publisherID = ?
        """, arguments: [hash, publisher.id])
    return UploadGrant(publisher: publisher, projects: projects)
  }

  /// Makes a token useless; an unknown one changes nothing.
  func burn(_ token: UploadToken) async throws {
    try await connections.write { database in
      try database.execute(
        sql: "DELETE FROM uploadToken WHERE hash = ?", arguments: [token.hash.data])
    }
  }

  private static func forgetExpired(in database: Database, at now: Timestamp) throws {
    for table in ["uploadToken", "usedIdentityToken"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE expiresAt < ?", arguments: [now.seconds])
    }
  }
}
