// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the index.
///
/// Identities and names are compared by SQLite's binary collation, which is by UTF-8 bytes. Secrets
/// are not here: of an upload token there is only the SHA-256.
enum IndexSchema {
  /// The steps that bring a database to the present form.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: projects, publishers, files, tokens") { database in
      try database.execute(sql: first)
    }
    return migrator
  }

  // `name` of a project and `version` of a release are normalised. Times are Unix seconds, but for
  // the upload time, which clients see as it stands. `metadata` is METADATA of a wheel (PEP 658).
  private static let first = """
    CREATE TABLE project (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      displayName TEXT NOT NULL,
      createdAt INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE publisher (
      id INTEGER PRIMARY KEY,
      issuer TEXT NOT NULL,
      subject TEXT NOT NULL,
      UNIQUE (issuer, subject)
    ) STRICT;
    CREATE TABLE projectPublisher (
      projectID INTEGER NOT NULL REFERENCES project (id),
      publisherID INTEGER NOT NULL REFERENCES publisher (id),
      PRIMARY KEY (projectID, publisherID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE release (
      id INTEGER PRIMARY KEY,
      projectID INTEGER NOT NULL REFERENCES project (id),
      version TEXT NOT NULL,
      summary TEXT,
      UNIQUE (projectID, version)
    ) STRICT;
    CREATE TABLE file (
      id INTEGER PRIMARY KEY,
      releaseID INTEGER NOT NULL REFERENCES release (id),
      publisherID INTEGER NOT NULL REFERENCES publisher (id),
      filename TEXT NOT NULL UNIQUE,
      filetype TEXT NOT NULL CHECK (filetype IN ('sdist', 'bdist_wheel')),
      size INTEGER NOT NULL,
      sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
      requiresPython TEXT,
      uploadTime TEXT NOT NULL,
      metadata BLOB,
      metadataSHA256 TEXT,
      provenance TEXT
    ) STRICT;
    CREATE INDEX fileOfRelease ON file (releaseID);
    CREATE INDEX fileOfContent ON file (sha256);
    CREATE TABLE attestation (
      fileID INTEGER NOT NULL REFERENCES file (id),
      predicateType TEXT NOT NULL,
      logIndex INTEGER NOT NULL,
      integratedTime INTEGER NOT NULL,
      sourceCommit TEXT,
      sourceRef TEXT,
      PRIMARY KEY (fileID, predicateType)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE uploadToken (
      hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
      publisherID INTEGER NOT NULL REFERENCES publisher (id),
      expiresAt INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE uploadTokenProject (
      hash BLOB NOT NULL REFERENCES uploadToken (hash) ON DELETE CASCADE,
      projectID INTEGER NOT NULL REFERENCES project (id),
      PRIMARY KEY (hash, projectID)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE usedIdentityToken (
      issuer TEXT NOT NULL,
      identifier TEXT NOT NULL,
      expiresAt INTEGER NOT NULL,
      PRIMARY KEY (issuer, identifier)
    ) STRICT, WITHOUT ROWID;
    """
}
