// SPDX-License-Identifier: Apache-2.0

import Attestations
import Sigstore

extension ProvenanceVerifier {
  /// All rules about a statement that a workflow signed.
  func check(
    _ statement: VerifiedStatement, _ artifact: ArtifactDigest,
    _ expectations: ProvenanceExpectations, trusted: Set<String>, _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) -> BuilderIdentifier {
    let identity = try trace.check(.issuer, expected: WorkflowIdentity.gitHubIssuer) {
      () throws(ProvenanceFailure) in try Self.identity(of: statement)
    }
    let signer = try trace.check(
      .builder, expected: expectations.builderID ?? "a trusted builder",
      found: "\(identity.signerName)@\(identity.signerRef)"
    ) { () throws(ProvenanceFailure) in
      try BuilderIdentityRule(
        trusted: trusted, allowsTestBuilders: expectations.allowsTestBuilders
      ).check(identity, expected: expectations.builderID)
    }
    try trace.check(
      .source, expected: expectations.sourceURI,
      found: "\(identity.sourceRepository) (certificate)"
    ) { () throws(ProvenanceFailure) in
      try SourceRule.check(identity, expected: expectations.sourceURI)
    }
    let provenance = try trace.check(.predicate, found: statement.statement.predicateType) {
      () throws(ProvenanceFailure) in
      try GitHubProvenance(payload: statement.payload, builder: signer.builder.name)
    }
    let builder = try trace.check(
      .builder,
      expected: signer.isDelegator
        ? expectations.builderID ?? "a trusted builder" : signer.builder.description,
      found: "\(provenance.builderID) (provenance)"
    ) { () throws(ProvenanceFailure) in
      guard signer.isDelegator else {
        try ProvenanceBuilderRule.checkSigner(provenance, signer: signer.builder)
        return signer.builder
      }
      return try ProvenanceBuilderRule.checkDelegated(
        provenance, expected: expectations.builderID,
        allowsTestBuilders: expectations.allowsTestBuilders)
    }
    try checkSource(provenance, artifact, expectations, &trace)
    return builder
  }

  /// The rules about source, artifact, refs and inputs.
  func checkSource(
    _ provenance: GitHubProvenance, _ artifact: ArtifactDigest,
    _ expectations: ProvenanceExpectations, _ trace: inout ProvenanceTrace
  ) throws(ProvenanceFailure) {
    try trace.check(
      .source, expected: expectations.sourceURI,
      found: (try? provenance.sourceURI()).map { "\($0) (provenance)" }
    ) { () throws(ProvenanceFailure) in
      try SourceRule.check(provenance, expected: expectations.sourceURI)
    }
    try trace.check(.artifactBinding, expected: artifact.description) {
      () throws(ProvenanceFailure) in
      try SubjectDigestRule.check(provenance.provenance.subjects, artifact: artifact)
    }
    if let branch = expectations.branch {
      try trace.check(
        .sourceRef, expected: "branch \(branch)", found: (try? provenance.branch()) ?? "no branch"
      ) { () throws(ProvenanceFailure) in
        try SourceRefRules.checkBranch(provenance, expected: branch)
      }
    }
    if let tag = expectations.tag {
      try trace.check(
        .sourceRef, expected: "tag \(tag)", found: (try? provenance.tag()) ?? "no tag"
      ) { () throws(ProvenanceFailure) in
        try SourceRefRules.checkTag(provenance, expected: tag)
      }
    }
    if let version = expectations.versionedTag {
      try trace.check(
        .sourceRef, expected: "version \(version)", found: (try? provenance.tag()) ?? "no tag"
      ) { () throws(ProvenanceFailure) in
        try SourceRefRules.checkVersionedTag(provenance, expected: version)
      }
    }
    if !expectations.workflowInputs.isEmpty {
      let wanted = expectations.workflowInputs.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      try trace.check(.workflowInputs, expected: wanted) { () throws(ProvenanceFailure) in
        try WorkflowInputsRule.check(provenance, expected: expectations.workflowInputs)
      }
    }
  }
}
