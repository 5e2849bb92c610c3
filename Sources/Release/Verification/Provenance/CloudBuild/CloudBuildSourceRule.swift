// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// The source and, where asked for, its tag are the expected ones.
///
/// slsa-verifier `verifiers/internal/gcb/provenance.go` (`VerifySourceURI`, `VerifyTag`) and
/// `slsaprovenance/`. Branches are not recorded by Cloud Build.
enum CloudBuildSourceRule {
  /// Compares the source: a repository, or an archive in a bucket (`gs://`).
  ///
  /// - Throws: ``ProvenanceReason/mismatchSource``, ``ProvenanceReason/malformedURI``,
  ///   ``ProvenanceReason/invalidDssePayload``, ``ProvenanceReason/notPresent``,
  ///   ``ProvenanceReason/invalidFormat``.
  static func check(
    _ statement: CloudBuildStatement, builder: BuilderIdentifier, expected: String
  ) throws(ProvenanceFailure) {
    let uri = withoutGit(try sourceURI(statement))
    var expected = withoutGit(expected)
    if uri.utf8.starts(with: "https://".utf8), !expected.utf8.starts(with: "https://".utf8) {
      expected = "https://\(expected)"
    }
    let matches: Bool
    switch (statement.version, builder.version) {
    case (.v1, _):
      let parts = uri.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw ProvenanceReason.invalidFormat.failure("the source `\(uri)` has no ref")
      }
      matches = parts[0].elementsEqual(expected.utf8)
    case (.v01, "v0.2"):
      matches =
        uri.utf8.starts(with: "\(expected)/commit/".utf8)
        || uri.utf8.starts(with: "\(expected)#".utf8)
    case (.v01, _):
      matches =
        uri.utf8.elementsEqual(expected.utf8) || uri.utf8.starts(with: "\(expected)#".utf8)
    }
    guard matches else {
      throw ProvenanceReason.mismatchSource.failure(
        "expected the source `\(expected)`, it was built from `\(uri)`")
    }
  }

  /// The tag that was built.
  ///
  /// - Throws: ``ProvenanceReason/notPresent``, ``ProvenanceReason/invalidDssePayload`` when the
  ///   trigger's tag and the configuration's ref differ.
  static func tag(of statement: CloudBuildStatement) throws(ProvenanceFailure) -> String {
    switch statement.version {
    case .v01:
      return try text(
        statement.predicate, ["recipe", "arguments", "substitutions", "TAG_NAME"])
    case .v1:
      let tag = try text(
        statement.predicate,
        ["buildDefinition", "internalParameters", "systemSubstitutions", "TAG_NAME"])
      let ref = try configuration(statement, "ref")
      guard ref.utf8.elementsEqual("refs/tags/\(tag)".utf8) else {
        throw ProvenanceReason.invalidDssePayload.failure(
          "the trigger's tag is `\(tag)`, the configuration's ref `\(ref)`")
      }
      return tag
    }
  }

  private static func sourceURI(
    _ statement: CloudBuildStatement
  ) throws(ProvenanceFailure) -> String {
    switch statement.version {
    case .v01:
      guard let materials = try? statement.predicate.optional("materials")?.array(limit: 4096),
        let first = materials.first
      else {
        throw ProvenanceReason.invalidDssePayload.failure("the provenance names no source")
      }
      guard let uri = try? first.required("uri").string(), !uri.isEmpty else {
        throw ProvenanceReason.malformedURI.failure("the source's URI is empty")
      }
      return uri
    case .v1:
      return "\(try configuration(statement, "repository"))@\(try configuration(statement, "ref"))"
    }
  }

  private static func configuration(
    _ statement: CloudBuildStatement, _ field: String
  ) throws(ProvenanceFailure) -> String {
    try text(
      statement.predicate,
      ["buildDefinition", "externalParameters", "buildConfigSource", field])
  }

  private static func text(
    _ node: JSONNode, _ path: [String]
  ) throws(ProvenanceFailure) -> String {
    var node = node
    do {
      for key in path {
        guard let next = try node.optional(key) else {
          throw ProvenanceReason.notPresent.failure("`\(key)` is not recorded")
        }
        node = next
      }
      return try node.string()
    } catch let error as ProvenanceFailure {
      throw error
    } catch {
      throw ProvenanceReason.invalidDssePayload.failure("\(error)")
    }
  }

  private static func withoutGit(_ uri: String) -> String {
    uri.utf8.starts(with: "git+".utf8) ? uri.utf8.dropFirst(4).text : uri
  }
}
