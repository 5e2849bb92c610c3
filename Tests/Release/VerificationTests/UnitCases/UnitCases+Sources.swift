// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing

@testable import Verification

/// How the rows about sources, refs, digests and documents are run.
enum SourceUnitCases {
  static let tables: UnitCases.Tables = [
    "Test_NormalizeGitURI": { row in
      let expected = try row.text("expected") ?? ""
      #expect(GitReference.normalized(try row.text("uri") ?? "") == expected)
    },
    "Test_ParseGitURIAndRef": { row in
      let parts = try GitReference.split(try row.text("uri") ?? "")
      let expected = (try row.text("expectedURI") ?? "", try row.text("expectedRef") ?? "")
      #expect((parts.uri, parts.ref ?? "") == expected)
    },
    "Test_ParseGitRef": { row in
      let ref = try row.required("ref")
      let parts = GitReference.parts(of: ref) ?? (kind: "", name: ref)
      let expected = (try row.required("expectedType"), try row.required("expectedRef"))
      #expect((parts.kind, parts.name) == expected)
    },
    "Test_ValidateGitRef": { row in
      guard let kind = GitReference.Kind(rawValue: try row.required("typ")) else {
        throw UnitCase.NotRun(reason: "there are no kinds of refs but heads and tags")
      }
      _ = try GitReference.name(kind, in: try row.required("ref"))
    },
    "Test_DecodeSignature": { row in
      guard let decoded = CloudBuildSignatureRule.decoded(try row.required("encoded")) else {
        throw ProvenanceReason.invalidEncoding.failure("not base64")
      }
      let expected = try row.required("decoded")
      #expect(decoded == Array(expected.utf8))
    },
    "gha/Test_VerifyBranch": { row in
      let branch = try row.row.required("prov").optional("branch").map { try UnitCase.text($0) }
      try SourceRefRules.checkBranch(
        try refs("branch", branch ?? ""), expected: try row.text("branch") ?? "")
    },
    "gha/Test_VerifyTag": { row in
      let tag = try row.row.required("prov").optional("tag").map { try UnitCase.text($0) }
      try SourceRefRules.checkTag(try refs("tag", tag ?? ""), expected: try row.text("tag") ?? "")
    },
    "gha/Test_VerifyVersionedTag": { row in
      let tag = try row.row.required("prov").optional("tag")?.string() ?? ""
      try SourceRefRules.checkVersionedTag(
        try refs("tag", tag), expected: try row.text("tag") ?? "")
    },
    "Test_VerifyWorkflowInputs": { row in
      let recorded = try row.row.required("prov").optional("workflowInputs")?.value ?? .null
      let provenance = try UnitDocument.generator(environment: [
        "github_event_name": "workflow_dispatch", "github_event_payload": ["inputs": recorded],
      ])
      var expected: [String: String] = [:]
      for member in try row.row.required("inputs").object().members {
        expected[member.key] = try JSONNode(member.value).string()
      }
      try WorkflowInputsRule.check(provenance, expected: expected)
    },
    "gha/Test_VerifyDigest": { row in
      let hash = try row.required("artifactHash")
      guard let digest = ArtifactDigest("sha256:\(hash)") else {
        throw ProvenanceReason.invalidHash.failure("not a digest")
      }
      let subjects = try row.row.required("prov").optional("subjects")?.array(limit: 16) ?? []
      guard !subjects.isEmpty else {
        throw UnitCase.NotRun(reason: "a statement without subjects is refused when it is parsed")
      }
      let provenance = try UnitDocument.v02(
        builder: TrustedBuilders.go, type: UnitDocument.generatorType,
        subjects: .array(try subjects.map { named(try UnitDocument.json($0)) }))
      try SubjectDigestRule.check(provenance.provenance.subjects, artifact: digest)
    },
    "gha/Test_verifySourceURI": { row in
      let type = try row.text("provBuildType") ?? UnitDocument.generatorType
      let isNpm = type.utf8.starts(with: "https://github.com/npm/".utf8)
      let builder =
        type == UnitCase.delegatorType
        ? TrustedBuilders.delegator : isNpm ? TrustedBuilders.npmHosted : TrustedBuilders.go
      let provenance = try UnitDocument.v02(
        builder: builder, type: type,
        predicate: [
          "invocation": ["configSource": ["uri": .string(try row.text("provTriggerURI") ?? "")]],
          "materials": [["uri": .string(try row.text("provMaterialsURI") ?? "")]],
        ])
      try SourceRule.check(provenance, expected: try row.required("expectedSourceURI"))
    },
    "Test_byobProvenance_GetBranch": { row in
      let provenance = try delegated(row)
      let expected = try row.text("branch") ?? ""
      #expect(try provenance.branch() ?? "" == expected)
    },
    "Test_byobProvenance_GetTag": { row in
      let provenance = try delegated(row)
      let expected = try row.text("tag") ?? ""
      #expect(try provenance.tag() ?? "" == expected)
    },
    "Test_BYOBProvenance_GetBranch": { row in
      let provenance = try version1(row, TrustedBuilders.delegator, UnitCase.delegatorType)
      let expected = try row.text("branch") ?? ""
      #expect(try provenance.branch() ?? "" == expected)
    },
    "Test_BYOBProvenance_GetTag": { row in
      let provenance = try version1(row, TrustedBuilders.delegator, UnitCase.delegatorType)
      let expected = try row.text("tag") ?? ""
      #expect(try provenance.tag() ?? "" == expected)
    },
    "Test_GetBuildTriggerPath": { row in
      let provenance = try version1(row, TrustedBuilders.npmHosted, npmType)
      let expected = try row.text("expectedPath") ?? ""
      #expect(try provenance.triggerPath() == expected)
    },
    "Test_NpmCLIGithubActionsProvenance_TriggerURI": { row in
      let provenance = try version1(row, TrustedBuilders.npmHosted, npmType)
      let expected = try row.text("triggerURI") ?? ""
      #expect(try provenance.triggerURI() == expected)
    },
  ]

  private static let npmType =
    "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1"

  /// Provenance that was built from this ref.
  private static func refs(_ kind: String, _ ref: String) throws -> GitHubProvenance {
    try UnitDocument.generator(environment: [
      "github_ref_type": .string(kind), "github_ref": .string(ref), "github_base_ref": "",
      "github_event_name": "push", "github_event_payload": .object([]),
    ])
  }

  private static func named(_ subject: JSONValue) -> JSONValue {
    UnitDocument.merged(["name": "file"], subject)
  }

  private static func delegated(_ row: UnitCase) throws -> GitHubProvenance {
    let call = try row.row.required("prov").required("args").array(limit: 1)[0]
    return try UnitDocument.v02(
      builder: TrustedBuilders.delegator, type: UnitCase.delegatorType,
      predicate: try UnitDocument.json(try call.required("Predicate")))
  }

  private static func version1(
    _ row: UnitCase, _ builder: String, _ type: String
  ) throws -> GitHubProvenance {
    let document = try row.row.required("prov").required("provenanceV1").required("prov")
    return try UnitDocument.v1(
      builder: builder, type: type,
      predicate: try UnitDocument.json(try document.required("Predicate")))
  }
}
