// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import TestSupport
import Testing

@testable import Verification

/// How the rows about verification summaries and about Cloud Build are run.
enum DocumentUnitCases {
  static let tables: UnitCases.Tables = [
    "Test_extractSLSALevels": { row in
      let levels = try row.row.required("levels").array(limit: 16).map { try $0.string() }
      let tracks = try SummaryRules.tracks(levels)
      for member in try row.row.required("want").object().members {
        let level = try JSONNode(member.value).unsigned64()
        #expect(tracks[member.key] == level)
      }
    },
    "Test_matchVerifiedLevels": { row in
      let found = try levels(try row.row.required("vsa").required("Predicate"), "VerifiedLevels")
      let wanted = try levels(try row.row.required("vsaOpts"), "ExpectedVerifiedLevels")
      try SummaryRules(
        summary: try summary(levels: found),
        expected: SummaryExpectations(
          subjectDigests: [], verifierID: "", resourceURI: "", verifiedLevels: wanted,
          publicKeyID: nil)
      ).checkLevels()
    },
    "Test_matchExpectedValues": { row in
      let expected = try expectations(try row.row.required("opts"))
      let statement = try summary(try row.row.required("vsa"))
      do {
        let parsed = try VerificationSummary(parsing: Array(statement.compactText.utf8))
        var trace = ProvenanceTrace()
        try SummaryRules(summary: parsed, expected: expected).check(&trace)
      } catch let error as DocumentError {
        throw ProvenanceReason.invalidDssePayload.failure("\(error)")
      }
    },
    "Test_validateBuildType": { row in
      let builder = try BuilderIdentifier(try row.required("builderID"))
      guard ["v0.2", "v0.3", nil].contains(builder.version),
        builder.name == TrustedBuilders.cloudBuild
      else {
        throw UnitCase.NotRun(reason: "a builder that is not known is refused before its type")
      }
      try CloudBuildBuilderRule.checkType(try row.required("buildType"), builder)
    },
    "Test_VerifyBuilder": { row in
      _ = try CloudBuildBuilderRule.check(
        try statement(row).0, expected: try row.text("builderID"))
    },
    "Test_VerifySourceURI": { row in
      let statement = try statement(row).0
      let builder = try BuilderIdentifier(try row.required("builderID"))
      guard ["v0.2", "v0.3"].contains(builder.version) else {
        throw UnitCase.NotRun(reason: "a builder that is not known is refused before its source")
      }
      try CloudBuildSourceRule.check(
        statement, builder: builder, expected: try row.required("source"))
    },
    "Test_VerifySignature": { row in
      let keys = TrustFolder(path: TestData.slsa.folder)
      _ = try CloudBuildSignatureRule(keys: keys).check(try provenance(row))
    },
    "Test_ProvenanceFromBytes": { row in _ = try provenance(row) },
    "Test_VerifySubjectDigest": { row in
      try CloudBuildImageRule.checkSubjects(try statement(row).0, try digest(row))
    },
    "Test_VerifySummary": { row in
      try CloudBuildImageRule.checkSummary(try provenance(row), try digest(row))
    },
    "Test_VerifyMetadata": { row in
      try CloudBuildImageRule.checkRecord(try statement(row).1, try digest(row))
    },
    "Test_VerifyTextProvenance": { row in
      guard try !row.flag("alter") else {
        throw UnitCase.NotRun(reason: "each member of the copy is changed in Go, by reflection")
      }
      let (statement, record) = try statement(row)
      try CloudBuildImageRule.checkReadableCopy(record, statement)
    },
    "gcb/Test_New": { row in _ = try statement(row) },
    "gcb/Test_VerifyTag": { row in
      let (statement, _) = try statement(row)
      // Without a tag in the provenance no expected tag is right.
      if let error = UnitCases.failure({ _ = try CloudBuildSourceRule.tag(of: statement) }) {
        throw ProvenanceReason.mismatchTag.failure(error.sentence)
      }
    },
    "gcb/Test_VerifyVersionedTag": { row in
      let (statement, _) = try statement(row)
      // Without a tag in the provenance no expected tag is right.
      if let error = UnitCases.failure({ _ = try CloudBuildSourceRule.tag(of: statement) }) {
        throw ProvenanceReason.mismatchVersionedTag.failure(error.sentence)
      }
    },
  ]

  private static func levels(_ node: JSONNode, _ key: String) throws -> [String] {
    try node.optional(key)?.array(limit: 16).map { try $0.string() } ?? []
  }

  private static func summary(levels: [String]) throws -> VerificationSummary {
    let statement = UnitDocument.statement(
      type: VerificationSummary.predicateType, nil,
      [
        "verifier": ["id": "verifier"], "resourceUri": "resource", "verificationResult": "PASSED",
        "verifiedLevels": .array(levels.map { .string($0) }),
      ])
    return try VerificationSummary(parsing: Array(statement.compactText.utf8))
  }

  /// `goodVSA` and `goodVSAOpts`: the real summary in the test data and what is expected of it.
  private static let goodDigest = "8970095005306000053"
  private static let good: JSONValue = [
    "verifier": ["id": "https://bcid.corp.google.com/verifier/bcid_package_enforcer/v0.1"],
    "resourceUri": "gce_image://gke-node-images:gke-12615-gke1418000-cos-101-17162-463-29-c",
    "verificationResult": "PASSED", "verifiedLevels": ["BCID_L1", "SLSA_BUILD_LEVEL_2"],
  ]

  /// A member of a Go structure: what the row says, or that of `good` if it refers to it.
  private static func member(
    _ node: JSONNode, _ field: String, good name: String
  ) throws -> JSONValue? {
    guard case .object(let good) = good else { return nil }
    let reference = try? node.required("_go").string()
    guard reference == nil, let value = try node.optional(field) else {
      return reference == nil ? nil : good[name]
    }
    return (try? value.required("_go")) == nil ? try UnitDocument.json(value) : good[name]
  }

  private static func summary(_ vsa: JSONNode) throws -> JSONValue {
    let isGood = (try? vsa.required("_go")) != nil
    let node = isGood ? vsa : try vsa.optional("Predicate") ?? JSONNode(.object([]))
    var predicate = JSONObject()
    for (field, name) in [
      ("Verifier", "verifier"), ("ResourceURI", "resourceUri"),
      ("VerificationResult", "verificationResult"), ("VerifiedLevels", "verifiedLevels"),
    ] {
      predicate[name] = try member(node, field, good: name)
    }
    var subjects: JSONValue = [["name": "_", "digest": ["gce_image_id": .string(goodDigest)]]]
    if !isGood, let header = try vsa.optional("StatementHeader"),
      (try? header.required("_go")) == nil
    {
      let items = try header.optional("Subject")?.array(limit: 8) ?? []
      subjects = .array(
        try items.map { UnitDocument.merged(["name": "_"], try UnitDocument.json($0)) })
    }
    return UnitDocument.statement(
      type: VerificationSummary.predicateType, subjects, .object(predicate))
  }

  private static func expectations(_ opts: JSONNode) throws -> SummaryExpectations {
    guard case .object(let good) = good else { throw UnitCase.NotRun(reason: "") }
    func texts(_ field: String, _ otherwise: [String]) throws -> [String] {
      guard (try? opts.required("_go")) == nil else { return otherwise }
      guard let node = try opts.optional(field) else { return [] }
      guard case .array = node.value else { return otherwise }
      return try node.array(limit: 8).map { try UnitCase.text($0) }
    }
    func text(_ field: String, _ otherwise: JSONValue?) throws -> String {
      let wanted = try otherwise.map { try JSONNode($0).string() } ?? ""
      guard let node = try opts.optional(field) else {
        return (try? opts.required("_go")) == nil ? "" : wanted
      }
      return (try? node.required("_go")) == nil ? try node.string() : wanted
    }
    guard case .object(let verifier)? = good["verifier"] else {
      throw UnitCase.NotRun(reason: "")
    }
    return SummaryExpectations(
      subjectDigests: try texts("ExpectedDigests", ["gce_image_id:\(goodDigest)"]),
      verifierID: try text("ExpectedVerifierID", verifier["id"]),
      resourceURI: try text("ExpectedResourceURI", good["resourceUri"]),
      verifiedLevels: try texts("ExpectedVerifiedLevels", ["BCID_L1", "SLSA_BUILD_LEVEL_2"]),
      publicKeyID: nil)
  }

  private static func digest(_ row: UnitCase) throws -> ArtifactDigest {
    try #require(ArtifactDigest("sha256:\(try row.required("hash"))"))
  }

  /// The file of a row, where the data has the one of slsa-verifier's unit tests: those of its
  /// command's tests have the same names for the same builds.
  private static func provenance(_ row: UnitCase) throws -> CloudBuildProvenance {
    let name = try row.required("path").split(separator: "/").last.map(String.init) ?? ""
    if name == "gcloud-container-gcs.json" {
      throw UnitCase.NotRun(reason: "the test data has a file of this name about another build")
    }
    for version in ["v0.2", "v0.3"] {
      let path = "files/gcb_container/\(version)/\(name)"
      guard let bytes = try? TestData.slsa.bytes(path) else { continue }
      do {
        return try CloudBuildProvenance(parsing: bytes)
      } catch {
        throw ProvenanceReason.invalidDssePayload.failure("\(error)")
      }
    }
    throw UnitCase.NotRun(reason: "its file is not among the test data")
  }

  private static func statement(
    _ row: UnitCase
  ) throws -> (CloudBuildStatement, CloudBuildProvenance.Record) {
    let record = try #require(try provenance(row).records.first)
    let payload = try Base64.decode(record.payload)
    return (try CloudBuildStatement(parsing: payload, version: .v01), record)
  }
}
