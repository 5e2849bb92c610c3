// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Testing

@testable import Verification

/// The rules over provenance, each on its own.
@Suite struct ProvenanceRulesTests {
  static let generator = "git+https://github.com/owner/repository"

  /// Provenance as the Go builder of slsa-github-generator writes it.
  private static func provenance(
    trigger: String = "\(generator)@refs/tags/v1.2.3",
    source: String = "\(generator)@refs/tags/v1.2.3", environment: JSONValue = .object([])
  ) throws -> GitHubProvenance {
    let statement = Statement(
      subjects: [Subject(name: "file", sha256: SHA256Hash(hashing: [1]))],
      predicateType: "https://slsa.dev/provenance/v0.2",
      predicate: [
        "builder": ["id": .string(TrustedBuilders.go + "@refs/tags/v2.1.0")],
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/go@v1",
        "invocation": [
          "configSource": ["uri": .string(trigger)], "environment": environment,
        ],
        "materials": [["uri": .string(source)]],
      ])
    return try GitHubProvenance(payload: try statement.payload(), builder: TrustedBuilders.go)
  }

  private func reason(_ body: () throws -> Void) -> ProvenanceReason? {
    do {
      try body()
      return nil
    } catch {
      return (error as? ProvenanceFailure)?.reason
    }
  }

  @Test(
    arguments: [
      ("github.com/owner/repository", nil),
      ("https://github.com/owner/repository", nil),
      ("git+https://github.com/owner/repository", nil),
      ("github.com/Owner/repository", .mismatchSource),
      ("github.com/owner/repository2", .mismatchSource),
      ("github.com/owner/repositor", .mismatchSource),
      ("github.com/owner/repository/", .mismatchSource),
      ("gitlab.com/owner/repository", .malformedURI),
      ("http://github.com/owner/repository", .malformedURI),
      ("", .malformedURI),
    ] as [(String, ProvenanceReason?)])
  func sourcesAreComparedExactly(expected: String, refusal: ProvenanceReason?) throws {
    let provenance = try Self.provenance()
    #expect(reason { try SourceRule.check(provenance, expected: expected) } == refusal)
  }

  @Test(
    arguments: [
      ("\(generator)@refs/heads/main", "\(generator)@refs/heads/main", nil),
      ("\(generator)@refs/heads/main", "\(generator)@refs/heads/dev", .invalidDssePayload),
      (
        "\(generator)@refs/heads/main", "git+https://github.com/evil/repository@refs/heads/main",
        .mismatchSource
      ),
      (
        "git+https://github.com/evil/repository@refs/heads/main", "\(generator)@refs/heads/main",
        .mismatchSource
      ),
      (generator, "\(generator)@refs/heads/main", .malformedURI),
      ("\(generator)@", "\(generator)@", .malformedURI),
      ("\(generator)@refs/heads/main", generator, .malformedURI),
      ("", "\(generator)@refs/heads/main", .malformedURI),
      ("\(generator)@refs/heads/main", "", .malformedURI),
      ("https://github.com/owner/repository@refs/heads/main", "", .malformedURI),
    ] as [(String, String, ProvenanceReason?)])
  func triggerAndSourceMustAgree(
    trigger: String, source: String, refusal: ProvenanceReason?
  ) throws {
    let provenance = try Self.provenance(trigger: trigger, source: source)
    let outcome = reason {
      try SourceRule.check(provenance, expected: "github.com/owner/repository")
    }
    #expect(outcome == refusal)
  }

  /// Pre-releases are compared whole, where slsa-verifier stops at the first dot.
  @Test(
    arguments: [
      ("v1.0.0-beta.1", "v1.0.0-beta.1", nil),
      ("v1.0.0-beta.2", "v1.0.0-beta.1", .mismatchVersionedTag),
      ("v1.0.0-beta", "v1.0.0-beta.1", .mismatchVersionedTag), ("v1.0.0-beta.1", "v1.0", nil),
      ("v01.0.0", "v1", .invalidSemver), ("v1.0.0-01", "v1", .invalidSemver),
      ("v1.0.0", "v1.0.0.0", .invalidSemver), ("1.0.0", "v1.0.0", .invalidSemver),
      ("v1.2.3", "", .invalidSemver), ("v10.2.3", "v1", .mismatchVersionedTag),
      ("v1.2.3+x-y", "v1.2.3", nil),
    ] as [(String, String, ProvenanceReason?)])
  func versionsAreCompared(tag: String, expected: String, refusal: ProvenanceReason?) {
    #expect(reason { try VersionedTagRule.check(tag, expected: expected) } == refusal)
  }

  @Test func refsComeFromTheEnvironment() throws {
    let tagged = try Self.provenance(environment: [
      "github_ref_type": "tag", "github_ref": "refs/tags/v1.2.3", "github_base_ref": "",
      "github_event_name": "push", "github_event_payload": ["base_ref": .null],
    ])
    #expect(reason { try SourceRefRules.checkTag(tagged, expected: "v1.2.3") } == nil)
    #expect(reason { try SourceRefRules.checkTag(tagged, expected: "v1.2") } == .mismatchTag)
    // Nothing tells the branch of an annotated tag.
    #expect(reason { try SourceRefRules.checkBranch(tagged, expected: "main") } == .invalidRef)
    #expect(
      reason { try WorkflowInputsRule.check(tagged, expected: ["a": "b"]) }
        == .mismatchWorkflowInputs)

    let dispatched = try Self.provenance(environment: [
      "github_ref_type": "branch", "github_ref": "refs/heads/main",
      "github_event_name": "workflow_dispatch",
      "github_event_payload": ["inputs": ["version": "1", "dry": true]],
    ])
    #expect(reason { try SourceRefRules.checkBranch(dispatched, expected: "main") } == nil)
    #expect(
      reason { try SourceRefRules.checkBranch(dispatched, expected: "mai") } == .mismatchBranch)
    #expect(reason { try SourceRefRules.checkTag(dispatched, expected: "main") } == .invalidRef)
    func inputs(_ expected: [String: String]) -> ProvenanceReason? {
      reason { try WorkflowInputsRule.check(dispatched, expected: expected) }
    }
    #expect(inputs(["version": "1"]) == nil)
    #expect(inputs(["version": "2"]) == .mismatchWorkflowInputs)
    #expect(inputs(["dry": "true"]) == .mismatchWorkflowInputs)
    #expect(inputs(["version": "1", "other": ""]) == .mismatchWorkflowInputs)
  }

  @Test func provenanceOfOthersIsRefused() throws {
    let payload = try Statement(
      subjects: [Subject(name: "file", sha256: SHA256Hash(hashing: [1]))],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: ["buildDefinition": ["buildType": "x"], "runDetails": ["builder": ["id": "y"]]]
    ).payload()
    #expect(
      reason { _ = try GitHubProvenance(payload: payload, builder: TrustedBuilders.go) }
        == .invalidBuilderID)
    #expect(
      reason { _ = try GitHubProvenance(payload: payload, builder: TrustedBuilders.delegator) }
        == .invalidBuildType)
    #expect(
      reason { _ = try GitHubProvenance(payload: [0x7b], builder: TrustedBuilders.go) }
        == .invalidDssePayload)
  }

  @Test(arguments: [
    #"{"buildDefinition":{"buildType":"x"},"runDetails":{"builder":{"id":"y"}},"more":1}"#,
    #"{"buildDefinition":{"buildType":"x"},"runDetails":{"builder":{"id":"y","more":1}}}"#,
    #"{"buildDefinition":{"buildType":1},"runDetails":{"builder":{"id":"y"}}}"#,
    #"{"buildDefinition":{"buildType":"x"}}"#, #"[]"#,
  ])
  func unknownMembersAreRefused(text: String) throws {
    let node = try JSONNode(parsing: Array(text.utf8))
    #expect(throws: DocumentError.self) { try ProvenanceV1(node) }
  }

  @Test func reasonsHaveTheirNames() {
    #expect(ProvenanceReason.allCases.count == 48)
    #expect(ProvenanceReason.allCases.allSatisfy { $0.rawValue.hasPrefix("Error") })
  }

  @Test(arguments: [
    ("name@sha256:" + String(repeating: "a", count: 64), true),
    ("registry:5000/name:tag@sha256:" + String(repeating: "0", count: 64), true),
    ("name", false), ("name:latest", false), ("name@sha256:aa", false),
    ("name@sha512:" + String(repeating: "a", count: 128), false),
    ("name@sha256:" + String(repeating: "A", count: 64), false),
  ])
  func imagesAreNamedByDigest(text: String, isAccepted: Bool) {
    #expect(reason { _ = try ImageReference(text) } == (isAccepted ? nil : .mutableImage))
  }
}
