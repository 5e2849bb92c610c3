// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing
import TrustSimulator

@testable import Verification

/// Where each builder keeps source, trigger and environment, and what is not there.
@Suite struct GitHubProvenanceTests {
  private typealias Cases = ProvenanceCases

  @Test func eachLayoutHasItsTrigger() throws {
    let npm = try Cases.read(Cases.npm(), TrustedBuilders.npmHosted)
    let workflow = try Cases.read(Cases.workflow(), TrustedBuilders.npmHosted)
    let container = try Cases.read(Cases.containerBased(), TrustedBuilders.containerBased)
    for provenance in [npm, workflow, container] {
      #expect(try provenance.sourceURI() == Cases.source)
    }
    #expect(try npm.triggerURI() == Cases.source)
    #expect(
      try workflow.triggerURI() == "git+https://github.com/acme/greeting@refs/tags/v1.0.0")
    #expect(try container.triggerURI() == Cases.source)
    #expect(try workflow.triggerPath() == ".github/workflows/release.yml")
    #expect(try container.tag() == "refs/tags/v1.0.0")
  }

  @Test(
    arguments: [
      (["predicate", "materials"], nil, .invalidDssePayload),
      (["predicate", "materials"], [], .invalidDssePayload),
      (["predicate", "materials"], [["uri": ""]], .malformedURI),
      (["predicate", "materials"], [.object([])], .malformedURI),
    ] as [([JSONStep], JSONValue?, ProvenanceReason)])
  func theSourceIsNamed(path: [JSONStep], value: JSONValue?, refusal: ProvenanceReason) throws {
    let provenance = try Cases.read(
      Cases.npm(editing: path, to: value), TrustedBuilders.npmHosted)
    #expect(try Cases.reason { _ = try provenance.sourceURI() } == refusal)
  }

  @Test(
    arguments: [
      ([], 7, .invalidDssePayload), (["workflow"], nil, .invalidFormat),
      (["workflow"], 7, .invalidFormat), (["workflow", "repository"], nil, .invalidFormat),
      (["workflow", "ref"], 7, .invalidFormat),
    ] as [([JSONStep], JSONValue?, ProvenanceReason)])
  func theTriggerIsInTheParameters(
    path: [JSONStep], value: JSONValue?, refusal: ProvenanceReason
  ) throws {
    let place: [JSONStep] = ["predicate", "buildDefinition", "externalParameters"]
    let provenance = try Cases.read(
      Cases.workflow(editing: place + path, to: value), TrustedBuilders.npmHosted)
    #expect(try Cases.reason { _ = try provenance.triggerURI() } == refusal)
  }

  @Test func theTriggerIsNamed() throws {
    let path: [JSONStep] = ["predicate", "invocation", "configSource", "uri"]
    let provenance = try Cases.read(Cases.npm(editing: path, to: ""), TrustedBuilders.npmHosted)
    #expect(try Cases.reason { _ = try provenance.triggerURI() } == .malformedURI)
  }

  /// Only delegated builds have the ref of their source; others that of the environment.
  @Test func theEnvironmentNamesTheBranch() throws {
    let environment: JSONValue = [
      "GITHUB_REF_TYPE": "branch", "GITHUB_REF": "refs/heads/dev",
    ]
    let statement = Cases.npm(
      editing: ["predicate", "invocation", "environment"], to: environment
    ).editing(["predicate", "materials", 0, "uri"]) { _ in
      "git+https://github.com/acme/greeting@refs/heads/main"
    }
    #expect(try Cases.read(statement, TrustedBuilders.npmHosted).branch() == "refs/heads/dev")
  }

  @Test func theWorkflowsPathIsText() throws {
    let path: [JSONStep] = [
      "predicate", "buildDefinition", "externalParameters", "workflow", "path",
    ]
    let provenance = try Cases.read(
      Cases.workflow(editing: path, to: 7), TrustedBuilders.npmHosted)
    #expect(try Cases.reason { _ = try provenance.triggerPath() } == .invalidDssePayload)
  }

  @Test(
    arguments: [
      (nil, .notPresent), (7, .invalidDssePayload),
      ("acme/greeting/x.yml", .invalidFormat), ("acme/greeting/x.yml@a@b", .invalidFormat),
      ("acme@refs/heads/main", .invalidFormat), ("acme/greeting/x.yml@", .malformedURI),
    ] as [(JSONValue?, ProvenanceReason)])
  func theTriggerIsInTheEnvironment(value: JSONValue?, refusal: ProvenanceReason) throws {
    let path: [JSONStep] = [
      "predicate", "buildDefinition", "internalParameters", "GITHUB_WORKFLOW_REF",
    ]
    let provenance = try Cases.read(
      Cases.containerBased(editing: path, to: value), TrustedBuilders.containerBased)
    #expect(try Cases.reason { _ = try provenance.triggerURI() } == refusal)
  }

  @Test func theEnvironmentIsAnObject() throws {
    let path: [JSONStep] = ["predicate", "buildDefinition", "internalParameters"]
    let provenance = try Cases.read(
      Cases.containerBased(editing: path, to: 7), TrustedBuilders.containerBased)
    #expect(try Cases.reason { _ = try provenance.triggerURI() } == .invalidDssePayload)
    #expect(try Cases.reason { _ = try provenance.context() } == .invalidDssePayload)
  }

  /// A delegated build is of the source's ref, not of the trigger's.
  @Test(
    arguments: [
      ("@refs/tags/v2.0.0", "refs/tags/v2.0.0", nil), ("@refs/heads/dev", nil, nil),
      ("", nil, .invalidDssePayload), ("@\(ProvenanceCases.commit)", nil, .invalidDssePayload),
      ("@refs/pull/1", nil, .invalidDssePayload),
    ] as [(String, String?, ProvenanceReason?)])
  func delegatedBuildsAreOfTheirSource(
    ref: String, tag: String?, refusal: ProvenanceReason?
  ) throws {
    let provenance = try Cases.read(
      Cases.delegated(
        editing: ["predicate", "materials", 0, "uri"],
        to: .string("git+https://github.com/acme/greeting\(ref)")), TrustedBuilders.delegator)
    var found: String?
    #expect(try Cases.reason { found = try provenance.tag() } == refusal)
    #expect(found == tag)
    if ref == "@refs/heads/dev" { #expect(try provenance.branch() == "refs/heads/dev") }
  }

  /// Only npm's first provenance and delegated builds may leave the source's ref out.
  @Test func theSourceHasARef() throws {
    let path: [JSONStep] = ["predicate", "materials", 0, "uri"]
    let bare: JSONValue = "git+https://github.com/acme/greeting"
    func reason(_ statement: JSONValue, _ builder: String) throws -> ProvenanceReason? {
      try Cases.reason {
        try SourceRule.check(
          try Cases.read(statement, builder), expected: "github.com/acme/greeting")
      }
    }
    let npm = Cases.npm(editing: path, to: bare)
    #expect(try reason(npm, TrustedBuilders.npmHosted) == .malformedURI)
    let first = npm.editing(["predicate", "buildType"]) { _ in
      "https://github.com/npm/cli/gha@v1"
    }
    #expect(try reason(first, TrustedBuilders.npmHosted) == nil)
    #expect(
      try reason(Cases.delegated(editing: path, to: bare), TrustedBuilders.delegator) == nil)
  }

  private static func tagged(_ members: [(String, JSONValue)]) -> GitHubContext? {
    var parameters = JSONObject([
      ("github_ref_type", "tag"), ("github_ref", "refs/tags/v1"), ("github_base_ref", ""),
      ("github_event_name", "push"), ("github_event_payload", ["base_ref": "refs/heads/main"]),
    ])
    for (key, value) in members { parameters[key] = value == .null ? nil : value }
    return try? GitHubContext(.object(parameters), isUpperCase: false)
  }

  /// The branch that a tag was made on, as far as the event tells.
  @Test(
    arguments: [
      ([], "refs/heads/main", nil),
      ([("github_base_ref", "refs/heads/base")], "refs/heads/base", nil),
      ([("github_event_payload", ["base_ref": .null])], nil, nil),
      ([("github_event_payload", .object([]))], nil, .invalidDssePayload),
      ([("github_event_payload", .null)], nil, .invalidDssePayload),
      ([("github_base_ref", .null)], nil, .invalidDssePayload),
      ([("github_event_name", 7)], nil, .invalidDssePayload),
      ([("github_ref_type", "note")], nil, .invalidDssePayload),
      ([("github_event_name", "release")], nil, .invalidDssePayload),
      (
        [
          ("github_event_name", "release"),
          ("github_event_payload", ["release": ["target_commitish": "main"]]),
        ], "refs/heads/main", nil
      ),
      ([("github_event_name", "workflow_dispatch")], nil, nil),
    ] as [([(String, JSONValue)], String?, ProvenanceReason?)])
  func theEventTellsTheBranch(
    members: [(String, JSONValue)], branch: String?, refusal: ProvenanceReason?
  ) throws {
    let context = try #require(Self.tagged(members))
    var found: String?
    #expect(try Cases.reason { found = try context.branch() } == refusal)
    #expect(found == branch)
  }

  @Test func inputsWereRecorded() throws {
    let event: [(String, JSONValue)] = [("github_event_name", "workflow_dispatch")]
    let without = try #require(Self.tagged(event))
    #expect(try Cases.reason { _ = try without.workflowInputs() } == .invalidDssePayload)
    let pushed = try #require(Self.tagged([]))
    #expect(try Cases.reason { _ = try pushed.workflowInputs() } == .mismatchWorkflowInputs)
  }
}
