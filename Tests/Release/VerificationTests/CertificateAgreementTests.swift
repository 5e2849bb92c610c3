// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Testing
import TrustSimulator

@testable import Verification

/// What a workflow writes about itself must be in its certificate: each claim changed alone.
@Suite struct CertificateAgreementTests {
  private func reason(
    _ statement: JSONValue, _ identity: WorkflowIdentity
  ) throws -> ProvenanceReason? {
    try ProvenanceCases.reason {
      let provenance = try ProvenanceCases.read(statement, TrustedBuilders.npmHosted)
      try CertificateAgreementRule(provenance: provenance, identity: identity).check()
    }
  }

  @Test func truthIsAccepted() throws {
    let identity = try ProvenanceCases.identity()
    #expect(try reason(ProvenanceCases.npm(), identity) == nil)
    #expect(try reason(ProvenanceCases.workflow(), identity) == nil)
    // A run that is not named claims nothing.
    let silent = ProvenanceCases.npm(editing: ["predicate", "metadata"], to: nil)
    #expect(try reason(silent, identity) == nil)
  }

  @Test(arguments: [
    "GITHUB_EVENT_NAME", "GITHUB_REF", "GITHUB_REPOSITORY", "GITHUB_REPOSITORY_ID",
    "GITHUB_REPOSITORY_OWNER_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_RUN_ID", "GITHUB_SHA",
    "GITHUB_WORKFLOW_REF", "GITHUB_WORKFLOW_SHA", "GITHUB_ACTOR",
  ])
  func everyVariableIsCompared(name: String) throws {
    let identity = try ProvenanceCases.identity()
    let path: [JSONStep] = ["predicate", "invocation", "environment", .key(name)]
    #expect(
      try reason(ProvenanceCases.npm(editing: path, to: "other"), identity)
        == .mismatchCertificate)
    let number = ProvenanceCases.npm(editing: path, to: 7)
    let refusal: ProvenanceReason =
      name == "GITHUB_ACTOR" ? .mismatchCertificate : .invalidDssePayload
    #expect(try reason(number, identity) == refusal)
  }

  @Test(
    arguments: [
      (["invocation", "environment"], 7, .invalidDssePayload),
      (["invocation", "parameters"], ["a": 1], .nonVerifiableClaim),
      (["invocation", "parameters"], nil, nil),
      (["buildConfig"], ["steps": []], .nonVerifiableClaim),
      (["buildConfig"], "steps", .nonVerifiableClaim),
      (["metadata", "reproducible"], true, .nonVerifiableClaim),
      (["metadata", "completeness", "parameters"], true, .nonVerifiableClaim),
      (["metadata", "completeness", "environment"], true, .nonVerifiableClaim),
      (["metadata", "completeness", "materials"], true, .nonVerifiableClaim),
      (["metadata", "buildInvocationId"], "7", .invalidFormat),
      (["metadata", "buildInvocationId"], "7-1-1", .invalidFormat),
      (["metadata", "buildInvocationId"], "8-1", .mismatchCertificate),
      (["metadata", "buildInvocationId"], "7-2", .mismatchCertificate),
      (["metadata", "buildStartedOn"], "2026-01-01T00:00:00Z", .nonVerifiableClaim),
      (["metadata", "buildFinishedOn"], "2026-01-01T00:00:00Z", .nonVerifiableClaim),
      (["invocation", "configSource", "entryPoint"], "other.yml", .mismatchCertificate),
      (["materials"], [], .nonVerifiableClaim),
      (["materials"], [["uri": "a"], ["uri": "b"]], .nonVerifiableClaim),
    ] as [([JSONStep], JSONValue?, ProvenanceReason?)])
  func nothingElseIsClaimed(
    path: [JSONStep], value: JSONValue?, refusal: ProvenanceReason?
  ) throws {
    let statement = ProvenanceCases.npm(editing: ["predicate"] + path, to: value)
    #expect(try reason(statement, try ProvenanceCases.identity()) == refusal)
  }

  @Test func itIsAboutOnePackage() throws {
    let identity = try ProvenanceCases.identity()
    let package: JSONValue = ["name": "a", "digest": ["sha512": .string(ProvenanceCases.sha512)]]
    let other: JSONValue = [
      "name": "a", "digest": ["sha256": .string(SHA256Hash(hashing: [1]).hexadecimal)],
    ]
    for (subjects, refusal) in [
      ([package], nil), ([package, package], .nonVerifiableClaim), ([other], .nonVerifiableClaim),
    ] as [([JSONValue], ProvenanceReason?)] {
      let statement = ProvenanceCases.npm(editing: ["subject"], to: .array(subjects))
      #expect(try reason(statement, identity) == refusal)
    }
  }

  @Test(
    arguments: [
      (["buildDefinition", "internalParameters", "github"], nil, .invalidFormat),
      (["buildDefinition", "internalParameters"], 7, .invalidDssePayload),
      (
        ["buildDefinition", "internalParameters", "github", "event_name"], "x", .mismatchCertificate
      ),
      (["buildDefinition", "internalParameters", "github", "more"], "x", .mismatchCertificate),
      (["runDetails", "metadata", "invocationId"], nil, nil),
      (["runDetails", "metadata", "invocationId"], "7-1", .invalidFormat),
      (
        ["runDetails", "metadata", "invocationId"],
        "https://github.com/acme/greeter/actions/runs/7/attempts/1", .invalidFormat
      ),
      (
        ["runDetails", "metadata", "invocationId"],
        "https://github.com/acme/greeting/actions/runs/7/attempts/1/x", .invalidFormat
      ),
      (
        ["runDetails", "metadata", "invocationId"],
        "https://github.com/acme/greeting/actions/runs/8/attempts/1", .mismatchCertificate
      ),
      (
        ["runDetails", "metadata", "invocationId"],
        "https://github.com/acme/greeting/actions/runs/7/attempts/2", .mismatchCertificate
      ),
      (["runDetails", "metadata", "startedOn"], "2026-01-01T00:00:00Z", .nonVerifiableClaim),
      (
        ["buildDefinition", "externalParameters", "workflow", "path"], "x.yml",
        .mismatchCertificate
      ),
    ] as [([JSONStep], JSONValue?, ProvenanceReason?)])
  func versionOneIsCompared(
    path: [JSONStep], value: JSONValue?, refusal: ProvenanceReason?
  ) throws {
    let statement = ProvenanceCases.workflow(editing: ["predicate"] + path, to: value)
    #expect(try reason(statement, try ProvenanceCases.identity()) == refusal)
  }

  /// Nor by writing what the message says about such a claim.
  @Test func absentIsNoValue() throws {
    let path: [JSONStep] = [
      "predicate", "invocation", "environment", "GITHUB_REPOSITORY_ID",
    ]
    let identity = try ProvenanceCases.identity { $0.claims[.sourceRepositoryIdentifier] = nil }
    #expect(
      try reason(ProvenanceCases.npm(editing: path, to: "absent"), identity)
        == .mismatchCertificate)
  }

  /// What the certificate does not say cannot be claimed.
  @Test(
    arguments: [
      .sourceRepositoryRef, .sourceRepositoryIdentifier, .sourceRepositoryOwnerIdentifier,
      .buildSignerDigest, .runInvocationURI, .buildConfigURI,
    ] as [FulcioExtension])
  func absentClaimsConfirmNothing(claim: FulcioExtension) throws {
    let identity = try ProvenanceCases.identity { $0.claims[claim] = nil }
    #expect(try reason(ProvenanceCases.npm(), identity) == .mismatchCertificate)
  }
}
