// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import Testing

@testable import Verification

/// How the rows about builders and the workflows of certificates are run.
enum BuilderUnitCases {
  static let tables: UnitCases.Tables = [
    "Test_ParseBuilderID": { row in
      let builder = try BuilderIdentifier(
        try row.text("builderID") ?? "", needsVersion: try row.flag("needVersion"))
      let expected = (try row.text("builderName") ?? "", try row.text("builderVersion") ?? "")
      #expect((builder.name, builder.version ?? "") == expected)
    },
    "Test_BuilderIDNew": { row in
      let builder = try BuilderIdentifier(
        try row.text("trustedBuilderID") ?? "", needsVersion: try row.flag("needVersion"))
      let version = try row.text("builderVersion") ?? ""
      #expect((builder.version ?? "") == version)
    },
    "Test_MatchesLoose": { try matches($0, .loose) },
    "Test_MatchesFull": { try matches($0, .exact) },
    "Test_verifyBuilderIDExactMatch": { row in
      try BuilderIdentifier(try row.required("builderID"))
        .check(expected: try row.required("expectedID"), .exact)
    },
    "Test_IsValidBuilderTag": { row in
      try rule(row).checkRef(
        try row.required("ref"), sourceRepository: "slsa-framework/example-package")
    },
    "Test_IsValidJreleaserBuilderTag": { row in
      try ProvenanceBuilderRule.checkJReleaserRelease(try row.required("ref"))
    },
    "Test_verifyTrustedBuilderRef": { row in
      try rule(row).checkRef(
        try row.required("builderRef"), sourceRepository: try row.required("callerRepo"))
    },
    "Test_verifyTrustedBuilderID": { row in
      let identity = identity(
        signer: "https://github.com/\(try row.required("path"))", ref: try row.required("tag"))
      let outcome = try rule(row).builder(of: identity, expected: try row.text("id"))
      let isDelegator = try row.flag("byob")
      #expect(outcome.isDelegator == isDelegator)
    },
    "Test_isTrustedDelegatorBuilder": { row in
      let builder = try BuilderIdentifier(try row.required("certBuilderID"))
      var trusted: Set<String> = []
      for member in try row.row.required("trustedBuilderIDs").object().members {
        // The names of constants stand here without quotes.
        trusted.insert(
          member.key == "common.GenericLowPermsDelegatorBuilderID"
            ? TrustedBuilders.lowPermissionsDelegator : member.key)
      }
      let rule = BuilderIdentityRule(trusted: trusted, allowsTestBuilders: false)
      let outcome = try? rule.builder(
        of: identity(signer: builder.name, ref: builder.version ?? ""), expected: nil)
      let result = try row.flag("result")
      #expect((outcome?.isDelegator ?? false) == result)
    },
    "Test_VerifyBuilderIdentity": { row in
      let options = try row.row.optional("buildOpts")
      let expected = try options?.optional("ExpectedID").map { try UnitCase.text($0) }
      let outcome = try rule(row).check(try workflow(row), expected: expected)
      if let builder = try row.text("builderID") {
        // A version in the row is the ref's last part; without one only the name is looked at.
        let parts = try BuilderIdentifier(builder)
        #expect(outcome.builder.name == parts.name)
      }
    },
    "Test_VerifyCertficateSourceRepository": { row in
      try SourceRule.check(try workflow(row), expected: try row.required("source"))
    },
    "TestWorkflowIdentity": { row in
      let expected = (try row.required("workflowName"), try row.required("workflowRef"))
      if expected.1.isEmpty {
        throw UnitCase.NotRun(reason: "an identity without a ref is refused when it is read")
      }
      let identity = try workflow(row)
      let path = "/\(identity.signerPath)"
      #expect((identity.signerName, identity.signerRef) == expected)
      #expect(path == "\(try row.required("workflowPath"))@\(expected.1)")
    },
    "Test_isValidDelegatorBuilderID": { row in
      let provenance = try UnitDocument.v02(
        builder: TrustedBuilders.delegator, type: UnitCase.delegatorType,
        predicate: [
          "builder": ["id": .string(try row.required("builderID"))],
          "materials": [["uri": .string(try row.required("sourceURI"))]],
        ])
      try ProvenanceBuilderRule.checkDelegatedRef(
        provenance, allowsTestBuilders: try row.flag("testingEnabled"))
    },
  ]

  private static func matches(_ row: UnitCase, _ match: BuilderIdentifier.Match) throws {
    let builder = try BuilderIdentifier(try row.text("trustedBuilderID") ?? "")
    try builder.check(
      expected: try row.text("match") ?? "", match, allowsTag: try row.flag("allowRef"))
  }

  private static func rule(_ row: UnitCase) throws -> BuilderIdentityRule {
    let name = try row.row.optional("defaults")?.optional("_go")?.string()
    let trusted: Set<String> =
      switch name {
      case "defaultArtifactTrustedReusableWorkflows": TrustedBuilders.forArtifacts
      case "defaultContainerTrustedReusableWorkflows": TrustedBuilders.forImages
      case "defaultBYOBReusableWorkflows": TrustedBuilders.delegators
      default: []
      }
    let allowsTests = try row.flag("testing") || row.flag("testingEnabled")
    return BuilderIdentityRule(trusted: trusted, allowsTestBuilders: allowsTests)
  }

  /// The identity in a row, read from the claims of a certificate that has these.
  private static func workflow(_ row: UnitCase) throws -> WorkflowIdentity {
    let workflow = try row.row.required("workflow")
    func member(_ key: String, otherwise: String) throws -> String {
      try workflow.optional(key).map { try UnitCase.text($0) } ?? otherwise
    }
    return try WorkflowIdentity(
      claims: [
        .issuer: try member("Issuer", otherwise: WorkflowIdentity.gitHubIssuer),
        .buildTrigger: try member("BuildTrigger", otherwise: "push"),
        .sourceRepositoryDigest: try member("SourceSha1", otherwise: "abcdef"),
        .gitHubWorkflowRepository: try member("SourceRepository", otherwise: "org/repo"),
      ], name: .uri(try UnitCase.text(try workflow.required("SubjectWorkflow"))))
  }

  private static func identity(signer: String, ref: String) -> WorkflowIdentity {
    AgreementUnitCases.identity(signerName: signer, signerRef: ref)
  }
}
