// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging

/// The statements of a release; its provenance is what the record of the build says.
struct ReleaseStatements: Sendable {
  private let build: BuiltRelease
  private let predicate: JSONValue

  /// Prepares the statements of one build; all carry the same provenance.
  ///
  /// - Parameters:
  ///   - build: what was built.
  ///   - builder: who built, the subject URI of the identity token.
  /// - Throws: `DocumentError`.
  init(build: BuiltRelease, builder: String) throws(DocumentError) {
    self.build = build
    predicate = try build.provenance.predicate(builder: builder)
  }

  /// PyPI's publish attestation of one file.
  func publish(_ file: BuiltRelease.File) -> Statement {
    Statement(
      subjects: [Self.subject(file)], predicateType: PredicateType.publish, predicate: .null)
  }

  /// The provenance of one file.
  func provenance(_ file: BuiltRelease.File) -> Statement {
    Statement(
      subjects: [Self.subject(file)], predicateType: PredicateType.slsaProvenance,
      predicate: predicate)
  }

  /// The provenance of all files together.
  func provenanceOfAll() -> Statement {
    Statement(
      subjects: build.files.map(Self.subject), predicateType: PredicateType.slsaProvenance,
      predicate: predicate)
  }

  private static func subject(_ file: BuiltRelease.File) -> Subject {
    Subject(name: file.filename.text, sha256: file.sha256)
  }
}
