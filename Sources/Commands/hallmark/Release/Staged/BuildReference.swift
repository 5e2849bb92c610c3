// SPDX-License-Identifier: Apache-2.0

import Encodings
import SystemPackage
import TrustedPublishing
import Verification

/// What the state of a release keeps of its build: which record tells of it.
struct BuildReference: Hashable, Sendable {
  /// The record, a file of the release's folder.
  let record: PublicationPlan.LocalFile

  /// Refers to a record.
  init(_ record: PublicationPlan.LocalFile) { self.record = record }

  /// Reads what ``json`` wrote.
  ///
  /// - Throws: `DocumentError`.
  init(_ node: JSONNode) throws(DocumentError) {
    let name = try node.required("record")
    let text = try name.string()
    guard FilePath(text).components.count == 1, FilePath(text).lastComponent?.string == text,
      text.hasSuffix(BuildRecordProvenance.suffix)
    else { throw name.error("expected the name of a build record") }
    let digest = try node.required("sha256")
    guard let sha256 = SHA256Hash(hexadecimal: try digest.string()) else {
      throw digest.error("expected 64 lower-case hexadecimal digits")
    }
    record = PublicationPlan.LocalFile(
      name: text, sha256: sha256, size: try node.required("size").integer())
  }

  /// The form in the state.
  var json: JSONValue {
    [
      "record": .string(record.name), "sha256": .string(record.sha256.hexadecimal),
      "size": .integer(record.size),
    ]
  }
}
