// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing
import TrustSimulator

@testable import Verification

/// Who may have built something, by the certificate and by the provenance.
@Suite struct BuilderRulesTests {
  private typealias Cases = ProvenanceCases
  private static let go = TrustedBuilders.go
  private static let delegator = TrustedBuilders.delegator

  @Test(
    arguments: [
      (nil, nil), ("https://github.com/a/b/x.yml", nil),
      ("https://github.com/a/b/x.yml@", .invalidFormat),
      ("https://github.com/a@b@c", .invalidFormat),
      ("https://example.com/builder", .verifierNotSupported),
      (TrustedBuilders.cloudBuild, nil), (TrustedBuilders.cloudBuild + "2", .verifierNotSupported),
    ] as [(String?, ProvenanceReason?)])
  func servicesAreKnown(builder: String?, refusal: ProvenanceReason?) throws {
    #expect(try Cases.reason { _ = try BuildService(builder: builder) } == refusal)
  }

  /// The signer is a trusted builder at a release of it.
  @Test(
    arguments: [
      (go + "@refs/tags/v2.1.0", nil, nil), (go + "@refs/tags/v2.1.0", go, nil),
      (go + "@refs/tags/v2.1.0", go + "@v2.1.0", nil),
      (go + "@refs/tags/v2.1.0", go + "@v2.1.1", .untrustedReusableWorkflow),
      (go + "@refs/tags/v2.1.0", delegator, .untrustedReusableWorkflow),
      (go + "@refs/tags/v2.1.0", "a@b@c", .untrustedReusableWorkflow),
      (go + "@refs/heads/main", nil, .invalidRef), (go + "@refs/tags/v2.1", nil, .invalidRef),
      (go + "@refs/tags/v2.1.0-rc.1", nil, .invalidRef),
      (go + "@refs/tags/v2.1.0+x", nil, .invalidRef), (go + "@refs/tags/", nil, .invalidRef),
      (go + "@refs/tags/latest", nil, .invalidRef), (go + "@v2.1.0", nil, .invalidRef),
      ("https://github.com/acme/builder/x.yml@refs/tags/v1.0.0", nil, .untrustedReusableWorkflow),
      (
        "https://github.com/acme/builder/x.yml@refs/tags/v1.0.0",
        "https://github.com/acme/builder/x.yml", nil
      ),
    ] as [(String, String?, ProvenanceReason?)])
  func signersAreTrustedBuilders(
    signer: String, expected: String?, refusal: ProvenanceReason?
  ) throws {
    let identity = try Cases.builder(signer)
    let rule = BuilderIdentityRule(
      trusted: TrustedBuilders.forArtifacts, allowsTestBuilders: false)
    #expect(try Cases.reason { _ = try rule.check(identity, expected: expected) } == refusal)
  }

  @Test func delegatorsSignForOthers() throws {
    let identity = try Cases.builder(Self.delegator + "@refs/tags/v2.1.0")
    let rule = BuilderIdentityRule(
      trusted: TrustedBuilders.forArtifacts, allowsTestBuilders: false)
    #expect(try rule.check(identity, expected: "https://github.com/acme/x.yml").isDelegator)
    let other = try Cases.builder(Self.go + "@refs/tags/v2.1.0")
    #expect(try !rule.check(other, expected: nil).isDelegator)
    // One that is not trusted here is no delegator.
    let strict = BuilderIdentityRule(trusted: [], allowsTestBuilders: false)
    #expect(
      try Cases.reason { _ = try strict.check(identity, expected: nil) }
        == .untrustedReusableWorkflow)
  }

  /// Only slsa-framework's test repositories may use a builder before its release.
  @Test(
    arguments: [
      ("refs/heads/main", "slsa-framework/example-package", true, nil),
      ("refs/heads/main", "slsa-framework/example-package", false, .invalidRef),
      ("refs/heads/main", "acme/greeting", true, .invalidRef),
      ("refs/heads/dev", "slsa-framework/example-package", true, .invalidRef),
      ("refs/tags/v1.0.0-rc.1", "slsa-framework/example-package", true, nil),
      ("refs/tags/v1.0", "slsa-framework/example-package", true, .invalidRef),
      ("refs/tags/v1.0.0+x", "slsa-framework/example-package", true, .invalidRef),
      ("refs/tags/latest", "slsa-framework/example-package", true, .invalidRef),
    ] as [(String, String, Bool, ProvenanceReason?)])
  func testRepositories(
    ref: String, source: String, isAllowed: Bool, refusal: ProvenanceReason?
  ) throws {
    let identity = try Cases.builder("\(Self.go)@\(ref)", source: source)
    let rule = BuilderIdentityRule(
      trusted: TrustedBuilders.forArtifacts, allowsTestBuilders: isAllowed)
    #expect(try Cases.reason { _ = try rule.check(identity, expected: nil) } == refusal)
  }

  /// The builder that the provenance names is the one that signed.
  @Test(
    arguments: [
      ("x@refs/tags/v1.0.0", nil), ("x@refs/tags/v1.0.1", .mismatchBuilderID),
      ("x", .mismatchBuilderID), ("y@refs/tags/v1.0.0", .mismatchBuilderID),
      ("x@", .invalidFormat),
    ] as [(String, ProvenanceReason?)])
  func provenanceNamesItsSigner(builder: String, refusal: ProvenanceReason?) throws {
    let provenance = try Cases.read(
      Cases.npm(editing: ["predicate", "builder", "id"], to: .string(builder)),
      TrustedBuilders.npmHosted)
    let signer = try BuilderIdentifier("x@refs/tags/v1.0.0")
    #expect(
      try Cases.reason { try ProvenanceBuilderRule.checkSigner(provenance, signer: signer) }
        == refusal)
  }

  private static let own = TrustedBuilders.workflowPrefix + "builder_x.yml"
  private static let foreign = "https://github.com/acme/builder/x.yml"
  private static let jReleaser = TrustedBuilders.jReleaserPrefix + "/x.yml"

  /// A builder in whose name a delegator signed.
  @Test(
    arguments: [
      (own + "@refs/tags/v1.2.3", nil, nil), (own, nil, .invalidBuilderID),
      (own + "@a@b", nil, .invalidBuilderID), (own + "@refs/heads/main", nil, .invalidRef),
      (own + "@refs/tags/v1.2", nil, .invalidRef),
      (own + "@refs/tags/v1.2.3-rc", nil, .invalidRef),
      (foreign + "@refs/tags/v1.2.3", nil, .invalidBuilderID),
      (foreign + "@refs/tags/v1.2.3", foreign, nil),
      (foreign + "@refs/tags/v1.2.3", own, .mismatchBuilderID),
      (foreign + "@refs/tags/v1.2.3", foreign + "@v1.2.4", .mismatchBuilderID),
      (jReleaser + "@refs/tags/v1.2.3-java", jReleaser, nil),
      (jReleaser + "@refs/tags/v1.2.3", jReleaser, .invalidRef),
      (jReleaser + "@refs/tags/v1.2-java", jReleaser, .invalidRef),
      (jReleaser + "@refs/tags/v1.2.3-java+x", jReleaser, .invalidRef),
      (jReleaser + "@refs/heads/main", jReleaser, .invalidRef),
      (jReleaser + "@refs/tags/java", jReleaser, .invalidRef),
    ] as [(String, String?, ProvenanceReason?)])
  func delegatedBuilders(builder: String, expected: String?, refusal: ProvenanceReason?) throws {
    let provenance = try Cases.read(
      Cases.delegated(editing: ["predicate", "builder", "id"], to: .string(builder)),
      Self.delegator)
    let outcome = try Cases.reason {
      _ = try ProvenanceBuilderRule.checkDelegated(
        provenance, expected: expected, allowsTestBuilders: false)
    }
    #expect(outcome == refusal)
  }

  @Test(
    arguments: [
      ("slsa-framework/example-package", "refs/heads/main", true, nil),
      ("slsa-framework/example-package", "refs/heads/main", false, .invalidRef),
      ("slsa-framework/example-package", "refs/heads/dev", true, .invalidRef),
      ("acme/greeting", "refs/heads/main", true, .invalidRef),
    ] as [(String, String, Bool, ProvenanceReason?)])
  func delegatedTestBuilders(
    source: String, ref: String, isAllowed: Bool, refusal: ProvenanceReason?
  ) throws {
    let statement = Cases.delegated(
      editing: ["predicate", "builder", "id"], to: .string("\(Self.own)@\(ref)")
    ).editing(["predicate", "materials", 0, "uri"]) { _ in
      .string("git+https://github.com/\(source)@refs/heads/main")
    }
    let provenance = try Cases.read(statement, Self.delegator)
    let outcome = try Cases.reason {
      _ = try ProvenanceBuilderRule.checkDelegated(
        provenance, expected: nil, allowsTestBuilders: isAllowed)
    }
    #expect(outcome == refusal)
  }

  @Test func buildersHaveTheirTypes() throws {
    #expect(
      try Cases.reason { _ = try Cases.read(Cases.npm(), "https://example.com") }
        == .invalidBuilderID)
    #expect(
      try Cases.reason { _ = try Cases.read(Cases.npm(), TrustedBuilders.go) }
        == .invalidBuildType)
    #expect(
      try Cases.reason { _ = try Cases.read(Cases.workflow(), TrustedBuilders.go) }
        == .invalidBuilderID)
  }
}
