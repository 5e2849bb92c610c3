// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage

/// All that a finished release has to tell.
struct ReleaseOutcome: Sendable {
  /// One signed statement.
  struct SignedStatement: Sendable {
    /// The predicate type.
    let predicateType: String
    /// The names of its subjects.
    let subjects: [String]
    /// The log entry's index.
    let logIndex: UInt64
    /// Where the entry can be read while the log runs.
    let entryURL: String
  }

  /// What came out of signing.
  struct Attested: Sendable {
    /// The certificate's name: who signed.
    let subject: String
    /// Who vouches for the name.
    let issuer: String
    /// First moment of the certificate.
    let notBefore: Timestamp
    /// Last moment of the certificate.
    let notAfter: Timestamp
    /// The statements in the order of signing.
    let statements: [SignedStatement]
    /// The log's address.
    let logURL: String
    /// The PEP 740 attestations by file name, to be uploaded.
    let attestations: [String: [JSONValue]]
    /// The names of all files that were written.
    let files: [String]
  }

  /// What happened to one file at the index.
  struct Published: Sendable {
    /// The file's name.
    let filename: String
    /// Whether the index had it already, byte for byte.
    let wasThere: Bool
  }

  /// What the installed package did.
  struct Installed: Sendable {
    /// The version of Python.
    let pythonVersion: String
    /// What was run, as a person would type it.
    let command: String
    /// The first line that it printed.
    let firstLine: String?
  }

  /// A stack that stays.
  struct KeptStack: Sendable {
    /// Its process.
    let processIdentifier: Int32
    /// The address of its overview page.
    let url: String
    /// The address without TLS, for reading.
    let plainURL: String
    /// Its data folder.
    let data: String
    /// Where its messages are.
    let log: String
    /// The certificate authority of its TLS certificate.
    let tlsAuthority: String
  }

  /// The build.
  let build: BuiltRelease
  /// The evidence.
  let attested: Attested
  /// The uploads.
  let published: [Published]
  /// The page of the project.
  let pageURL: String
  /// The base of the simple API.
  let simpleURL: String
  /// The installation.
  let installed: Installed
  /// The stack, if it stays.
  let kept: KeptStack?
  /// The folder with the files, as the user wrote it.
  let output: FilePath
  /// The stack's data folder, if the user named one.
  let data: FilePath?
  /// How long it took.
  let duration: Duration
}
