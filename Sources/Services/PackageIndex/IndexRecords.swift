// SPDX-License-Identifier: Apache-2.0

import Encodings
import GRDB

/// Who may publish: the issuer of identity tokens and the subject that they name.
struct PublisherIdentity: Hashable, Sendable {
  /// The database's number.
  let id: Int64
  /// `iss`.
  let issuer: String
  /// `sub`.
  let subject: String

  init(_ row: Row) {
    id = row["id"]
    issuer = row["issuer"]
    subject = row["subject"]
  }
}

/// A project.
struct ProjectRecord: Hashable, Sendable {
  /// The database's number.
  let id: Int64
  /// The normalised name.
  let name: String
  /// The name as the project writes it.
  let displayName: String

  init(_ row: Row) {
    id = row["id"]
    name = row["name"]
    displayName = row["displayName"]
  }
}

/// A file that the index serves.
struct FileRecord: Hashable, Sendable {
  /// The database's number.
  let id: Int64
  /// The project's normalised name.
  let project: String
  /// The normalised version.
  let version: String
  /// The file's name, unique in the index.
  let filename: String
  /// `sdist` or `bdist_wheel`.
  let filetype: String
  /// Bytes.
  let size: Int64
  /// The digest in hexadecimal.
  let sha256: String
  /// `Requires-Python`.
  let requiresPython: String?
  /// When the file came, RFC 3339.
  let uploadTime: String
  /// The digest of the metadata file, if there is one.
  let metadataSHA256: String?
  /// Whether there is a provenance object.
  let hasProvenance: Bool
  /// The publisher's issuer.
  let publisherIssuer: String
  /// The publisher's subject.
  let publisherSubject: String

  init(_ row: Row) {
    id = row["id"]
    project = row["project"]
    version = row["version"]
    filename = row["filename"]
    filetype = row["filetype"]
    size = row["size"]
    sha256 = row["sha256"]
    requiresPython = row["requiresPython"]
    uploadTime = row["uploadTime"]
    metadataSHA256 = row["metadataSHA256"]
    hasProvenance = row["hasProvenance"]
    publisherIssuer = row["issuer"]
    publisherSubject = row["subject"]
  }

  /// The columns that ``init(_:)`` reads, and the tables they are in.
  static let selection = """
    SELECT file.id, project.name AS project, release.version, file.filename, file.filetype,
      file.size, file.sha256, file.requiresPython, file.uploadTime, file.metadataSHA256,
      file.provenance IS NOT NULL AS hasProvenance, publisher.issuer, publisher.subject
    FROM file
    JOIN release ON release.id = file.releaseID
    JOIN project ON project.id = release.projectID
    JOIN publisher ON publisher.id = file.publisherID
    """
}

/// What an attestation of a file proves, as it was verified at the upload.
struct AttestationRecord: Hashable, Sendable {
  /// The predicate type of the statement.
  let predicateType: String
  /// Index in the transparency log.
  let logIndex: Int64
  /// When the log took the entry, Unix seconds.
  let integratedTime: Int64
  /// The commit in the certificate.
  let sourceCommit: String?
  /// The ref in the certificate.
  let sourceRef: String?

  init(
    predicateType: String, logIndex: Int64, integratedTime: Int64, sourceCommit: String?,
    sourceRef: String?
  ) {
    self.predicateType = predicateType
    self.logIndex = logIndex
    self.integratedTime = integratedTime
    self.sourceCommit = sourceCommit
    self.sourceRef = sourceRef
  }

  init(_ row: Row) {
    predicateType = row["predicateType"]
    logIndex = row["logIndex"]
    integratedTime = row["integratedTime"]
    sourceCommit = row["sourceCommit"]
    sourceRef = row["sourceRef"]
  }
}

/// What an upload adds, all checks done.
struct NewFile: Sendable {
  let project: String
  let version: String
  let summary: String?
  let filename: String
  let filetype: String
  let size: Int64
  let sha256: SHA256Hash
  let requiresPython: String?
  let uploadTime: Timestamp
  /// METADATA of a wheel.
  let metadata: [UInt8]?
  /// The provenance object of PEP 740 as JSON text.
  let provenance: String?
  let attestations: [AttestationRecord]
}
