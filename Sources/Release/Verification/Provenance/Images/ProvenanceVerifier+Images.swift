// SPDX-License-Identifier: Apache-2.0

import Attestations
import Sigstore

extension ProvenanceVerifier {
  /// Judges an image that Google Cloud Build made, by what `gcloud artifacts docker images describe`
  /// printed.
  func verifyCloudBuild(
    _ artifact: Artifact, _ item: Evidence, _ expectations: ProvenanceExpectations,
    _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) -> String {
    guard case .cloudBuild(let provenance) = item.content else {
      throw ProvenanceReason.internalError.failure("it is not of Cloud Build")
    }
    let image = artifact.digest
    let signed = try trace.check(.signature) { () throws(ProvenanceFailure) in
      try CloudBuildSignatureRule(keys: keys).check(provenance)
    }
    let builder = try trace.check(
      .builder, expected: expectations.builderID, found: signed.statement.builderID
    ) { () throws(ProvenanceFailure) in
      try CloudBuildBuilderRule.check(signed.statement, expected: expectations.builderID)
    }
    try trace.check(.artifactBinding, expected: image.description) {
      () throws(ProvenanceFailure) in
      try CloudBuildImageRule.checkSubjects(signed.statement, image)
    }
    try trace.check(.source, expected: expectations.sourceURI) { () throws(ProvenanceFailure) in
      try CloudBuildSourceRule.check(
        signed.statement, builder: builder, expected: expectations.sourceURI)
    }
    try trace.check(.artifactBinding, expected: image.description) {
      () throws(ProvenanceFailure) in
      try CloudBuildImageRule.checkRecord(signed.record, image)
      try CloudBuildImageRule.checkSummary(provenance, image)
    }
    try trace.check(.predicate) { () throws(ProvenanceFailure) in
      try CloudBuildImageRule.checkReadableCopy(signed.record, signed.statement)
    }
    try checkRefs(signed.statement, expectations, &trace)
    return builder.description
  }

  private func checkRefs(
    _ statement: CloudBuildStatement, _ expectations: ProvenanceExpectations,
    _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) {
    if let branch = expectations.branch {
      try trace.check(.sourceRef, expected: "branch \(branch)") { () throws(ProvenanceFailure) in
        throw ProvenanceReason.notSupported.failure("Cloud Build does not record the branch")
      }
    }
    if !expectations.workflowInputs.isEmpty {
      try trace.check(.workflowInputs) { () throws(ProvenanceFailure) in
        throw ProvenanceReason.notSupported.failure("Cloud Build has no workflow inputs")
      }
    }
    if let expected = expectations.tag {
      try trace.check(.sourceRef, expected: "tag \(expected)") { () throws(ProvenanceFailure) in
        let tag = try tag(statement, otherwise: .mismatchTag)
        guard tag.utf8.elementsEqual(expected.utf8) else {
          throw ProvenanceReason.mismatchTag.failure(
            "expected the tag `\(expected)`, it was built from `\(tag)`")
        }
      }
    }
    if let expected = expectations.versionedTag {
      try trace.check(.sourceRef, expected: "version \(expected)") {
        () throws(ProvenanceFailure) in
        try VersionedTagRule.check(
          try tag(statement, otherwise: .mismatchVersionedTag), expected: expected)
      }
    }
  }

  /// The tag; a build without one is one of another tag.
  private func tag(
    _ statement: CloudBuildStatement, otherwise reason: ProvenanceReason
  ) throws(ProvenanceFailure) -> String {
    do {
      return try CloudBuildSourceRule.tag(of: statement)
    } catch {
      throw reason.failure(error.sentence)
    }
  }
}
