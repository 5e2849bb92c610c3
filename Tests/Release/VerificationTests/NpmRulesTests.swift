// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Testing
import TrustSimulator

@testable import Verification

/// Packages of npm: builder, runner, name and version, each wrong alone.
@Suite struct NpmRulesTests {
  private typealias Cases = ProvenanceCases
  private static let hosted = TrustedBuilders.npmHosted
  private static let legacy = TrustedBuilders.npmLegacy
  private static let own = TrustedBuilders.npmSelfHosted

  @Test(
    arguments: [
      ("github-hosted", hosted, nil), ("github-hosted", legacy, nil), ("self-hosted", own, nil),
      ("self-hosted", hosted, .mismatchBuilderID), ("self-hosted", legacy, .mismatchBuilderID),
      ("github-hosted", own, .mismatchBuilderID), (nil, hosted, .notSupported),
      ("other", hosted, .notSupported), ("github-hosted", "https://example.com", .notSupported),
    ] as [(String?, String, ProvenanceReason?)])
  func theRunnerIsOfTheNamedKind(
    runner: String?, expected: String, refusal: ProvenanceReason?
  ) throws {
    let identity = try Cases.identity { $0.claims[.runnerEnvironment] = runner }
    let outcome = try Cases.reason {
      let result = try NpmBuilderRule.check(identity, delegator: nil, expected: expected)
      #expect(!result.isTrusted)
    }
    #expect(outcome == refusal)
  }

  @Test func delegatorsRunOnGitHubsMachines() throws {
    let delegator = try BuilderIdentifier(TrustedBuilders.delegator + "@refs/tags/v2.1.0")
    for (runner, refusal) in [
      ("github-hosted", nil), (nil, nil), ("self-hosted", .mismatchBuilderID),
    ] as [(String?, ProvenanceReason?)] {
      let identity = try Cases.identity { $0.claims[.runnerEnvironment] = runner }
      let outcome = try Cases.reason {
        let result = try NpmBuilderRule.check(identity, delegator: delegator, expected: "x")
        #expect(result.isTrusted)
      }
      #expect(outcome == refusal)
    }
  }

  /// A workflow that signs for itself is none, whatever its ref; a delegator must be a release.
  @Test(
    arguments: [
      ("https://github.com/acme/greeting/x.yml@refs/heads/main", false, nil),
      (TrustedBuilders.delegator + "@refs/tags/v2.1.0", true, nil),
      (TrustedBuilders.delegator + "@refs/heads/main", false, .invalidRef),
      (TrustedBuilders.go + "@refs/tags/v2.1.0", false, nil),
    ] as [(String, Bool, ProvenanceReason?)])
  func delegatorsAreKnown(signer: String, isDelegator: Bool, refusal: ProvenanceReason?) throws {
    let identity = try Cases.builder(signer)
    let outcome = try Cases.reason {
      let found = try NpmBuilderRule.delegator(identity, allowsTestBuilders: false)
      #expect((found != nil) == isDelegator)
    }
    #expect(outcome == refusal)
  }

  @Test(
    arguments: [
      (hosted, hosted, nil), (hosted, legacy, nil), (legacy, hosted, nil),
      (own, hosted, .mismatchBuilderID), (legacy, own, .mismatchBuilderID),
      (hosted + "@", hosted, .invalidFormat),
    ] as [(String, String, ProvenanceReason?)])
  func theBuilderIsTheNamedOne(
    builder: String, expected: String, refusal: ProvenanceReason?
  ) throws {
    let provenance = try Cases.read(
      Cases.npm(editing: ["predicate", "builder", "id"], to: .string(builder)), Self.hosted)
    #expect(
      try Cases.reason { try NpmBuilderRule.check(provenance, expected: expected) } == refusal)
  }

  private static let publishType =
    "https://github.com/npm/attestation/tree/main/specs/publish/v0.1"

  private func rule(
    _ provenance: JSONValue = ProvenanceCases.npm(), type: String = publishType,
    predicate: JSONValue = ["name": "@acme/greeting", "version": "1.0.0"]
  ) throws -> NpmPackageRule {
    let digest = try #require(ArtifactDigest(.sha512, hexadecimal: Cases.sha512))
    return NpmPackageRule(
      provenance: try Cases.read(provenance, Self.hosted),
      publish: Statement(
        subjects: [Subject(name: "x", [digest])], predicateType: type, predicate: predicate))
  }

  @Test func thePublishAttestationIsOfTheTarball() throws {
    let digest = try #require(ArtifactDigest(.sha512, hexadecimal: Cases.sha512))
    let other = try #require(
      ArtifactDigest(.sha512, hexadecimal: String(repeating: "00", count: 64)))
    #expect(try Cases.reason { try rule().checkPublish(digest) } == nil)
    #expect(try Cases.reason { try rule().checkPublish(other) } == .mismatchHash)
    #expect(
      try Cases.reason { try rule(type: PredicateType.publish).checkPublish(digest) }
        == .invalidDssePayload)
  }

  @Test(
    arguments: [
      ("@acme/greeting", "1.0.0", nil), (nil, nil, nil), ("@acme/greeting", nil, nil),
      (nil, "1.0.0", nil), ("acme/greeting", nil, .mismatchPackageName),
      ("@acme/greeter", nil, .mismatchPackageName), (nil, "1.0.1", .mismatchPackageVersion),
      (nil, "1.0", .mismatchPackageVersion),
    ] as [(String?, String?, ProvenanceReason?)])
  func nameAndVersionAreExpected(
    name: String?, version: String?, refusal: ProvenanceReason?
  ) throws {
    let expected = NpmPackageExpectations(name: name, version: version)
    #expect(try Cases.reason { try rule().check(expected) } == refusal)
  }

  @Test(
    arguments: [
      ("pkg:npm/%40acme/greeting@1.0.0", nil), ("pkg:npm/@acme/greeting@1.0.0", nil),
      ("pkg:npm/%40acme/greeter@1.0.0", .mismatchPackageName),
      ("pkg:npm/greeting@1.0.0", .mismatchPackageName),
      ("pkg:npm/%40acme/greeting@1.0.1", .mismatchPackageVersion),
      ("pkg:npm/%40acme/greeting", .mismatchPackageVersion),
      ("pkg:npm/%40acme/greeting@1.0.0@2", .invalidPackageName),
      ("pkg:pypi/greeting@1.0.0", .invalidPackageName),
      ("pkg:npm/%4", .invalidEncoding), ("pkg:npm/%4xacme", .invalidEncoding),
      ("pkg:npm/%ff@1.0.0", .invalidEncoding),
    ] as [(String, ProvenanceReason?)])
  func subjectsNameThePackage(name: String, refusal: ProvenanceReason?) throws {
    let statement = Cases.npm(editing: ["subject", 0, "name"], to: .string(name))
    let expected = NpmPackageExpectations(name: "@acme/greeting", version: "1.0.0")
    #expect(try Cases.reason { try rule(statement).check(expected) } == refusal)
  }

  @Test func otherPlacesCountToo() throws {
    let expected = NpmPackageExpectations(name: "@acme/greeting", version: "1.0.0")
    let two = Cases.npm().editing(["subject"]) { subjects in
      guard case .array(let items)? = subjects else { return nil }
      return .array(items + items)
    }
    #expect(try Cases.reason { try rule(two).check(expected) } == .invalidSubject)
    // Where nothing is expected, nothing is compared.
    let nothing = NpmPackageExpectations(name: nil, version: nil)
    #expect(try Cases.reason { try rule(two).check(nothing) } == nil)
    for (predicate, refusal) in [
      (["name": "@acme/greeter", "version": "1.0.0"], .mismatchPackageName),
      (["name": "@acme/greeting", "version": "1.0.1"], .mismatchPackageVersion),
      (["name": "@acme/greeting"], .invalidDssePayload), (7, .invalidDssePayload),
    ] as [(JSONValue, ProvenanceReason)] {
      #expect(try Cases.reason { try rule(predicate: predicate).check(expected) } == refusal)
    }
  }
}
