// SPDX-License-Identifier: Apache-2.0

import Encodings
import PythonPackaging
import SystemPackage
import TrustedPublishing

/// The end of a release, for machines.
extension ReleaseOutcome {
  /// The name of the form; its number changes when a member changes its meaning or goes.
  static let schema = "hallmark.release/v1"

  /// The document.
  func json(verifyCommand: String) -> JSONValue {
    var object = JSONObject([
      ("schema", .string(Self.schema)),
      ("project", .string(build.project.text)),
      ("version", .string(build.version.text)),
      ("source", source),
      ("files", .array(build.files.map(file))),
      (
        "signer",
        [
          "subject": .string(attested.subject), "issuer": .string(attested.issuer),
          "notBefore": .string(attested.notBefore.rfc3339),
          "notAfter": .string(attested.notAfter.rfc3339),
        ]
      ),
      ("log", .string(attested.logURL)),
      ("statements", .array(attested.statements.map(statement))),
      ("output", .string(output.string)),
      ("record", .string(build.record.name)),
      ("sandbox", .boolean(build.isSandboxed)),
      ("evidence", .array(attested.files.map { .string($0) })),
      ("page", .string(pageURL)),
      ("index", .string(simpleURL)),
      (
        "installed",
        [
          "python": .string(installed.pythonVersion), "command": .string(installed.command),
          "firstLine": installed.firstLine.map { .string($0) } ?? .null,
        ]
      ),
      ("verify", .string(verifyCommand)),
      ("milliseconds", .integer(Self.milliseconds(duration))),
    ])
    object["stack"] =
      kept.map { kept in
        [
          "pid": .integer(Int64(kept.processIdentifier)), "url": .string(kept.url),
          "httpUrl": .string(kept.plainURL), "data": .string(kept.data), "log": .string(kept.log),
          "tlsCA": .string(kept.tlsAuthority),
          "stop": .string("kill \(kept.processIdentifier)"),
        ]
      } ?? .null
    return .object(object)
  }

  private var source: JSONValue {
    [
      "commit": build.commit.map { .string($0) } ?? .null,
      "ref": build.ref.map { .string($0) } ?? .null,
      "subfolder": .string(build.subfolder), "dirty": .boolean(build.isDirty),
      "sourceDateEpoch": .integer(build.sourceDateEpoch),
    ]
  }

  private func file(_ file: BuiltRelease.File) -> JSONValue {
    let wasThere = published.first { $0.filename == file.filename.text }?.wasThere ?? false
    return [
      "filename": .string(file.filename.text), "path": .string(file.path.string),
      "sha256": .string(file.sha256.hexadecimal), "size": .integer(file.size),
      "published": .string(wasThere ? "already there" : "uploaded"),
    ]
  }

  private func statement(_ statement: SignedStatement) -> JSONValue {
    [
      "predicateType": .string(statement.predicateType),
      "subjects": .array(statement.subjects.map { .string($0) }),
      "logIndex": .integer(Int64(clamping: statement.logIndex)),
      "entry": .string(statement.entryURL),
    ]
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
