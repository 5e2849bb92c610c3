// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings

/// Everything in the tool's output is about the image: the signed subjects, and what stands
/// unsigned around them.
///
/// slsa-verifier `verifiers/internal/gcb/provenance.go` (`VerifySubjectDigest`, `VerifyMetadata`,
/// `VerifySummary`, `VerifyTextProvenance`).
enum CloudBuildImageRule {
  /// One of the signed subjects is the image.
  ///
  /// - Throws: ``ProvenanceReason/mismatchHash``.
  static func checkSubjects(
    _ statement: CloudBuildStatement, _ image: ArtifactDigest
  ) throws(ProvenanceFailure) {
    try SubjectDigestRule.check(statement.subjects, artifact: image)
  }

  /// The record is of a build, and of the image.
  ///
  /// - Throws: ``ProvenanceReason/invalidFormat``, ``ProvenanceReason/mismatchHash``.
  static func checkRecord(
    _ record: CloudBuildProvenance.Record, _ image: ArtifactDigest
  ) throws(ProvenanceFailure) {
    guard record.kind == "BUILD" else {
      throw ProvenanceReason.invalidFormat.failure("the record is a `\(record.kind)`, not a build")
    }
    guard hasSuffix(record.resourceURI, "@\(image)") else {
      throw ProvenanceReason.mismatchHash.failure("the record is about `\(record.resourceURI)`")
    }
  }

  /// The summary is of the image.
  ///
  /// - Throws: ``ProvenanceReason/mismatchHash``.
  static func checkSummary(
    _ provenance: CloudBuildProvenance, _ image: ArtifactDigest
  ) throws(ProvenanceFailure) {
    guard provenance.imageDigest.utf8.elementsEqual("\(image)".utf8),
      hasSuffix(provenance.qualifiedDigest, "\(image)")
    else {
      throw ProvenanceReason.mismatchHash.failure(
        "the summary is about `\(provenance.qualifiedDigest)`")
    }
  }

  /// The readable copy says what was signed, in all members.
  ///
  /// - Throws: ``ProvenanceReason/mismatchIntoto``.
  static func checkReadableCopy(
    _ record: CloudBuildProvenance.Record, _ statement: CloudBuildStatement
  ) throws(ProvenanceFailure) {
    guard case .object(var signed) = statement.document.value else {
      throw ProvenanceReason.internalError.failure("the statement is not an object")
    }
    var readable = JSONObject()
    switch statement.version {
    case .v01:
      // The signed statement has its predicate twice; the copy has it by the second name.
      let predicate = signed["predicate"] ?? .null
      if let twice = signed["slsaProvenance"], ordered(twice) != ordered(predicate) {
        throw ProvenanceReason.mismatchIntoto.failure("the signed statement contradicts itself")
      }
      signed["slsaProvenance"] = nil
      if case .object(let copy)? = record.readableV01 {
        readable = copy
        readable["predicate"] = copy["slsaProvenance"]
        readable["slsaProvenance"] = nil
      }
    case .v1:
      if case .object(let copy)? = record.readableV1 { readable = copy }
    }
    guard ordered(.object(signed)) == ordered(.object(readable)) else {
      throw ProvenanceReason.mismatchIntoto.failure(
        "the readable copy of the statement differs from what was signed")
    }
  }

  /// The value with all members in one order, which JSON does not have.
  private static func ordered(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(
        object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
          .map { ($0.key, ordered($0.value)) })
    case .array(let elements): .array(elements.map(ordered))
    default: value
    }
  }

  private static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
    text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
