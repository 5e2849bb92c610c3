// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// What `hallmark release --json` prints.
struct ReleaseDocument: Decodable, Sendable {
  struct Source: Decodable, Sendable {
    let commit: String?
    let ref: String?
    let subfolder: String
    let dirty: Bool
    let sourceDateEpoch: Int
  }

  struct File: Decodable, Sendable {
    let filename: String
    let path: String
    let sha256: String
    let size: Int
    let published: String
  }

  struct Signer: Decodable, Sendable {
    let subject: String
    let issuer: String
    let notBefore: String
    let notAfter: String
  }

  struct Statement: Decodable, Sendable {
    let predicateType: String
    let subjects: [String]
    let logIndex: Int
    let entry: String
  }

  struct Installed: Decodable, Sendable {
    let python: String
    let command: String
    let firstLine: String?
  }

  struct Stack: Decodable, Sendable {
    let pid: Int32
    let url: String
    let httpUrl: String
    let data: String
    let log: String
    let tlsCA: String
    let stop: String
  }

  let schema: String
  let project: String
  let version: String
  let source: Source
  let files: [File]
  let signer: Signer
  let log: String
  let statements: [Statement]
  let output: String
  let record: String
  let sandbox: Bool
  let evidence: [String]
  let page: String
  let index: String
  let installed: Installed
  let verify: String
  let milliseconds: Int
  let stack: Stack?

  /// Reads standard output, which must be this document and nothing else.
  init(of outcome: Program.Outcome) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(outcome.output.utf8))
  }
}

/// What `hallmark-server stack --announce` prints.
struct Announcement: Decodable, Sendable {
  let url: String
  let httpUrl: String
  let pid: Int32
  let data: String
  let tlsCA: String
  let trustedRoot: String
  let signingConfig: String
  let trustConfig: String
  let identityRequestTokenFile: String
  let indexAudience: String
}
