// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing

@testable import Verification

/// How the rows about provenance that must agree with its certificate are run.
enum AgreementUnitCases {
  static let tables: UnitCases.Tables = [
    "Test_verifyBuildConfig": { row in
      let path = try row.row.optional("workflow")?.optional("BuildConfigPath")?.string()
      let provenance = try npm(
        ["invocation": ["configSource": ["entryPoint": .string(try row.text("path") ?? "")]]])
      try rule(provenance, identity(buildConfigPath: path)).checkTrigger()
    },
    "Test_verifyResolvedDependencies": { row in
      let count = Int(try row.row.required("n").integer())
      try rule(try npm(["materials": materials(count)]), identity()).checkSources()
    },
    "Test_verifyCommonMetadata": { row in
      try rule(try npm(["metadata": try metadata(row)]), try runner(row)).checkRun()
    },
    "Test_verifyV02Metadata": { row in
      try rule(try npm(["metadata": try metadata(row)]), identity()).checkRun()
    },
    "Test_verifyV02Parameters": { row in
      try rule(try npm(["invocation": ["parameters": value(row)]]), identity()).checkParameters()
    },
    "Test_verifyV02BuildConfig": { row in
      try rule(try npm(["buildConfig": value(row)]), identity()).checkSteps()
    },
    "Test_verifyMetadata": { row in
      // One row for both versions, with an error for each.
      func reason(_ key: String) throws -> String {
        guard let error = try row.row.optional(key) else { return "pass" }
        return try error.required("_go").string().replacing("serrors.", with: "")
      }
      let identity = try runner(row)
      let v02 = try npm(["metadata": try metadata(row)])
      let (found, expected) = (
        try UnitCases.outcome { try rule(v02, identity).checkRun() }, try reason("errV02")
      )
      #expect(found == expected)
      let v1 = try UnitDocument.v1(
        builder: TrustedBuilders.npmHosted,
        type: "https://slsa-framework.github.io/github-actions-buildtypes/workflow/v1",
        predicate: ["runDetails": ["metadata": try metadataV1(row)]])
      // What is the row's run is written there as GitHub writes it.
      let foundV1 = try UnitCases.outcome { try rule(v1, identity).checkRun() }
      let expectedV1 = try reason("errV01")
      #expect(foundV1 == expectedV1)
    },
    "Test_verifySystemParameters": { row in
      try rule(try npm(["invocation": ["environment": environment(row)]]), systemWorkflow)
        .checkEnvironment()
    },
    "Test_verifyPublishAttestationSubjectDigestName": { row in
      guard try row.required("digestName") == "sha512" || row.expected != "pass" else {
        throw UnitCase.NotRun(reason: "the digest of a package is always SHA-512 here")
      }
      try rule(try npm([:], subjects: try subjects(row)), identity()).checkSubjects()
    },
    "Test_verifyProvenanceMatchesCertificate": { row in
      let count = try row.row.optional("numberResolvedDependencies")?.integer() ?? 0
      let provenance = try npm(
        [
          "invocation": [
            "environment": environment(row),
            "configSource": ["entryPoint": .string(try row.text("workflowTriggerPath") ?? "")],
          ], "materials": materials(Int(count)),
        ], subjects: try subjects(row))
      try rule(provenance, matchingWorkflow).check()
    },
  ]

  /// `expectedWorkflow` of `Test_verifySystemParameters`: what its first row, which has every field
  /// and passes, agrees with.
  private static let systemWorkflow = identity(
    signerName: "https://github.com/laurentsimon/provenance-npm-test/.github/workflows/release.yml",
    signerRef: "refs/heads/main", trigger: "workflow_dispatch", sourceRef: "refs/heads/main",
    repository: "laurentsimon/provenance-npm-test", ids: ("602223945", "64505099"),
    digest: "b38894f2dda4355ea5606fccb166e61565e12a14",
    signerDigest: "b38894f2dda4355ea5606fccb166e61565e12a14", run: ("4757060009", "1"))

  /// The same of `Test_verifyProvenanceMatchesCertificate`.
  private static let matchingWorkflow = identity(
    signerName: "https://github.com/repo/name/release/workflow/path", signerRef: "subject-ref",
    trigger: "workflow_dispatch", sourceRef: "source-ref", repository: "repo/name",
    ids: ("source-id", "source-owner-id"), digest: "source-sha", signerDigest: "subject-sha",
    buildConfigPath: "release/workflow/path", run: ("run-id", "run-attempt"))

  static func identity(
    signerName: String = "https://github.com/org/repo/workflow", signerRef: String = "refs/heads/m",
    trigger: String = "push", sourceRef: String? = nil, repository: String = "org/repo",
    ids: (String, String)? = nil, digest: String = "abcdef", signerDigest: String? = nil,
    buildConfigPath: String? = nil, run: (id: String, attempt: String)? = nil
  ) -> WorkflowIdentity {
    WorkflowIdentity(
      sourceRepository: repository, sourceDigest: digest, sourceRef: sourceRef, sourceID: ids?.0,
      sourceOwnerID: ids?.1, signerName: signerName, signerRef: signerRef,
      signerDigest: signerDigest, runner: nil, trigger: trigger, buildConfigPath: buildConfigPath,
      run: run)
  }

  /// The identity of a row that says which run it was: `ID/attempt/ATTEMPT`.
  private static func runner(_ row: UnitCase) throws -> WorkflowIdentity {
    guard let run = try row.row.optional("workflow")?.optional("RunID")?.string() else {
      return identity()
    }
    let parts = run.split(separator: "/").map(String.init)
    return identity(run: (parts[0], parts[2]))
  }

  private static func rule(
    _ provenance: GitHubProvenance, _ identity: WorkflowIdentity
  ) -> CertificateAgreementRule {
    CertificateAgreementRule(provenance: provenance, identity: identity)
  }

  private static func npm(
    _ predicate: JSONValue, subjects: JSONValue? = nil
  ) throws -> GitHubProvenance {
    try UnitDocument.v02(
      builder: TrustedBuilders.npmHosted, type: GitHubProvenance.npmBuildTypeV1,
      predicate: predicate, subjects: subjects)
  }

  private static func materials(_ count: Int) -> JSONValue {
    .array(Array(repeating: ["uri": "git+https://github.com/org/repo"], count: count))
  }

  private static func environment(_ row: UnitCase) -> JSONValue {
    (try? row.row.optional("environment")?.value) ?? .object([])
  }

  private static func subjects(_ row: UnitCase) throws -> JSONValue {
    let items = try row.row.optional("subject")?.array(limit: 8) ?? []
    guard !items.isEmpty else {
      throw UnitCase.NotRun(reason: "a statement without subjects is refused when it is parsed")
    }
    return .array(
      try items.map { UnitDocument.merged(["name": "package"], try UnitDocument.json($0)) })
  }

  private static func value(_ row: UnitCase) -> JSONValue {
    guard let value = try? row.row.optional("value") else {
      return (try? row.flag("present")) == true ? .object([]) : .null
    }
    // A map that was just made is empty.
    return (try? value.required("_call")) == nil ? value.value : .object([])
  }

  private static func times(_ row: UnitCase, _ names: (String, String)) -> JSONObject {
    var object = JSONObject()
    if (try? row.row.optional("startTime")) != nil { object[names.0] = "2024-01-01T00:00:00Z" }
    if (try? row.row.optional("endTime")) != nil { object[names.1] = "2024-01-01T00:00:00Z" }
    return object
  }

  private static func metadata(_ row: UnitCase) throws -> JSONValue {
    var object = times(row, ("buildStartedOn", "buildFinishedOn"))
    if let run = try row.text("invocationID") { object["buildInvocationID"] = .string(run) }
    if try row.flag("reproducible") { object["reproducible"] = true }
    object["completeness"] = [
      "parameters": .boolean(try row.flag("parameters")),
      "environment": .boolean(try row.flag("environment")),
      "materials": .boolean(try row.flag("materials")),
    ]
    let isEmpty = try !row.flag("metadata") && object.members.count == 1
    let completeness = try ["parameters", "environment", "materials"].contains { try row.flag($0) }
    return isEmpty && !completeness ? .null : .object(object)
  }

  private static func metadataV1(_ row: UnitCase) throws -> JSONValue {
    var object = times(row, ("startedOn", "finishedOn"))
    if let run = try row.text("invocationID") {
      let parts = run.split(separator: "-")
      object["invocationId"] = .string(
        "https://github.com/org/repo/actions/runs/\(parts[0])/attempts/\(parts[1])")
    }
    return object.members.isEmpty ? .null : .object(object)
  }
}
