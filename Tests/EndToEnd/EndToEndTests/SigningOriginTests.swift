// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// Jobs on GitHub and GitLab, and logs of both versions, against simulated services.
@Suite(.enabled(if: Clients.areExpected, Clients.reason))
struct SigningOriginTests {
  let workplace: Workplace
  let instance: SimulatedInstance

  init() throws {
    workplace = try Workplace()
    instance = try SimulatedInstance(in: workplace)
  }

  private func statement(in bundle: String) throws -> [String: Any] {
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(try TestData.read(bundle))) as? [String: Any])
    let envelope = try #require(document["dsseEnvelope"] as? [String: Any])
    let payload = try #require(Data(base64Encoded: envelope["payload"] as? String ?? ""))
    return try #require(JSONSerialization.jsonObject(with: payload) as? [String: Any])
  }

  private func sigstore(
    _ file: String, bundle: String, identity: String, issuer: String
  ) throws -> Program.Outcome {
    try Clients.named("sigstore").run([
      "--trust-config", instance.trustConfig("both"), "verify", "identity", "--bundle", bundle,
      "--cert-identity", identity, "--cert-oidc-issuer", issuer, file,
    ])
  }

  /// The kinds of jobs: claims, options and publisher that verifiers expect, build type.
  enum Origin: CaseIterable, Sendable {
    case gitHub, gitLab

    var claims: [String: Any] {
      self == .gitHub ? SimulatedInstance.gitHub : SimulatedInstance.gitLab
    }
    var publisher: String {
      self == .gitHub
        ? #"{"kind":"GitHub","repository":"acme/sample","workflow":"release.yml"}"#
        : #"{"kind":"GitLab","repository":"acme/sample","workflow_filepath":".gitlab-ci.yml"}"#
    }
    var policy: String {
      self == .gitHub
        ? """
        [[publisher]]
        kind = "GitHub"
        repository = "acme/sample"
        workflow = "release.yml"
        require = ["publish", "provenance"]
        """
        : """
        [[publisher]]
        kind = "GitLab"
        repository = "acme/sample"
        workflow_filepath = ".gitlab-ci.yml"
        require = ["publish", "provenance"]
        """
    }
    var buildType: String {
      self == .gitHub
        ? "https://actions.github.io/buildtypes/workflow/v1"
        : "https://docs.gitlab.com/ci/pipeline_security/slsa/provenance_v1"
    }
    var signer: (name: String, issuer: String) {
      self == .gitHub
        ? (
          "https://github.com/acme/sample/.github/workflows/release.yml@refs/tags/v1.0",
          "https://token.actions.githubusercontent.com"
        )
        : (
          "https://gitlab.com/acme/sample//.gitlab-ci.yml@refs/tags/v1.0", "https://gitlab.com"
        )
    }
  }

  /// Publish attestation and provenance of a job: the index's library, sigstore-python, and this
  /// client with a policy agree, which compares GitHub's provenance with the certificate.
  @Test(arguments: Origin.allCases)
  func jobs(origin: Origin) throws {
    let wheel = try SigningStack.wheels(1, in: workplace)[0]
    let arguments =
      [
        "attest", wheel, "--predicate", "publish", "--predicate", "slsa", "--json",
        "--trust-config", instance.trustConfig("v1"),
      ]
    let outcome = try workplace.hallmark(
      arguments + ["--identity-token-file", try instance.token(origin.claims)])
    _ = try SigningDocument(of: outcome)
    let verdict = try Clients.script(
      "verify_publisher",
      [
        instance.trustedRoot, origin.publisher, wheel, "\(wheel).publish.attestation",
        "\(wheel).slsa.attestation",
      ])
    #expect(
      verdict.output
        == "https://docs.pypi.org/attestations/publish/v1\nhttps://slsa.dev/provenance/v1\n",
      "\(verdict)")
    let (name, issuer) = origin.signer
    let bundle = "\(wheel).sigstore.json"
    #expect(try sigstore(wheel, bundle: bundle, identity: name, issuer: issuer).status == 0)
    let policy = try workplace.write("hallmark.toml", origin.policy)
    let own = try workplace.hallmark([
      "verify", wheel, "--trusted-root", instance.trustedRoot, "--policy", policy,
    ])
    #expect(own.status == 0, "\(own)")
    let predicate = try #require(try statement(in: bundle)["predicate"] as? [String: Any])
    let definition = try #require(predicate["buildDefinition"] as? [String: Any])
    #expect(definition["buildType"] as? String == origin.buildType)

    // The job is started again: another run, the same claim, so nothing is signed again.
    var claims = origin.claims
    claims["run_attempt"] = "2"
    claims["job_id"] = "1124"
    claims["runner_id"] = 13
    let again = try SigningDocument(
      of: try workplace.hallmark(
        arguments + ["--identity-token-file", try instance.token(claims)]))
    #expect(again.targets.allSatisfy { $0.signatures.allSatisfy { !$0.signed } })

    // Another commit is another claim.
    claims["sha"] = String(repeating: "ef", count: 20)
    let other = try workplace.hallmark(
      arguments + ["--identity-token-file", try instance.token(claims)])
    #expect(other.status == 5, "\(other)")
  }

  /// The variables of a job on GitLab are enough.
  @Test func gitLabVariables() throws {
    let wheel = try SigningStack.wheels(1, in: workplace)[0]
    let token = try String(
      contentsOfFile: try instance.token(Origin.gitLab.claims), encoding: .utf8)
    let outcome = try workplace.hallmark(
      ["attest", wheel, "--predicate", "slsa", "--trust-config", instance.trustConfig("v1")],
      environment: ["GITLAB_CI": "true", "SIGSTORE_ID_TOKEN": token])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test(arguments: ["repository", "sha", "workflow_ref", "run_id"])
  func claimsThatAreMissing(claim: String) throws {
    let wheel = try SigningStack.wheels(1, in: workplace)[0]
    var claims = SimulatedInstance.gitHub
    claims[claim] = nil
    let outcome = try workplace.hallmark([
      "attest", wheel, "--predicate", "slsa", "--trust-config", instance.trustConfig("v1"),
      "--identity-token-file", try instance.token(claims),
    ])
    #expect(outcome.status == 1, "\(outcome)")
    #expect(outcome.errors.contains("`\(claim)` is missing"), "\(outcome)")
    #expect(workplace.names(in: "dist").count == 1)
  }

  /// Provenance that the certificate does not confirm is not written.
  @Test func provenanceOfAnotherCommit() throws {
    let wheel = try SigningStack.wheels(1, in: workplace)[0]
    let predicate = try workplace.write(
      "p.json",
      """
      {"buildDefinition":{"buildType":"https://actions.github.io/buildtypes/workflow/v1",
       "externalParameters":{"workflow":{"ref":"refs/heads/main"}}},
       "runDetails":{"builder":{"id":"https://github.com/acme/sample"}}}
      """)
    let outcome = try workplace.hallmark([
      "attest", wheel, "--predicate", "slsa=\(predicate)", "--trust-config",
      instance.trustConfig("v1"), "--identity-token-file",
      try instance.token(SimulatedInstance.gitHub),
    ])
    #expect(outcome.status == 3, "\(outcome)")
    #expect(outcome.errors.contains("HM0219"), "\(outcome)")
    #expect(workplace.names(in: "dist").count == 1)
  }

  /// Files are signed in the newest log that the instance has, or in the one that is asked for.
  @Test(
    arguments: [
      ("v1", nil, "0.0.1"), ("v2", nil, "0.0.2"), ("both", nil, "0.0.2"), ("both", "1", "0.0.1"),
      ("both", "2", "0.0.2"),
    ] as [(String, String?, String)])
  func versionsOfTheLog(log: String, asked: String?, version: String) throws {
    let file = try workplace.write("a.txt", "text")
    let outcome = try workplace.hallmark(
      [
        "sign", file, "--trust-config", instance.trustConfig(log), "--identity-token-file",
        try instance.token(SimulatedInstance.gitHub),
      ] + (asked.map { ["--rekor-version", $0] } ?? []))
    #expect(outcome.status == 0, "\(outcome)")
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(try TestData.read("\(file).sigstore.json")))
        as? [String: Any])
    let material = try #require(document["verificationMaterial"] as? [String: Any])
    let entry = try #require((material["tlogEntries"] as? [[String: Any]])?.first)
    #expect((entry["kindVersion"] as? [String: String])?["version"] == version)
    let (name, issuer) = Origin.gitHub.signer
    let verdict = try sigstore(
      file, bundle: "\(file).sigstore.json", identity: name, issuer: issuer)
    #expect(verdict.status == 0, "\(verdict)")
  }

  /// What has no place in PEP 740 is written as a bundle alone, or refused.
  @Test func attestationsInTheNewLog() throws {
    let wheel = try SigningStack.wheels(1, in: workplace)[0]
    let token = try instance.token(SimulatedInstance.gitHub)
    func attest(_ log: String, _ more: String...) throws -> Program.Outcome {
      try workplace.hallmark(
        [
          "attest", wheel, "--trust-config", instance.trustConfig(log), "--identity-token-file",
          token,
        ] + more)
    }
    let refused = try attest("v2", "--predicate", "publish")
    #expect(refused.status == 1, "\(refused)")
    #expect(refused.errors.contains("PEP 740 need a log of version 1"), "\(refused)")
    let bundle = try attest("v2", "--predicate", "slsa", "--rekor-version", "2")
    #expect(bundle.status == 0, "\(bundle)")
    #expect(workplace.names(in: "dist").count == 2)
    let (name, issuer) = Origin.gitHub.signer
    #expect(
      try sigstore(wheel, bundle: "\(wheel).sigstore.json", identity: name, issuer: issuer).status
        == 0)
    // Both kinds of log: the old one, for what needs it.
    #expect(try attest("both", "--predicate", "publish").status == 0)
  }

  /// sign-bundle in the new log: with a timestamp, judged by sigstore-python.
  @Test func signBundleInTheNewLog() throws {
    let file = try workplace.write("a.txt", "text")
    let token = try String(
      contentsOfFile: try instance.token(SimulatedInstance.gitHub), encoding: .utf8)
    let outcome = try Program("hallmark-conformance").run([
      "sign-bundle", "--identity-token", token, "--bundle", "\(file).sigstore.json",
      "--trusted-root", instance.trustedRoot, "--signing-config", instance.signingConfig("v2"),
      file,
    ])
    #expect(outcome.status == 0, "\(outcome)")
    let (name, issuer) = Origin.gitHub.signer
    let verdict = try sigstore(
      file, bundle: "\(file).sigstore.json", identity: name, issuer: issuer)
    #expect(verdict.status == 0, "\(verdict)")
    let own = try Program("hallmark-conformance").run([
      "verify-bundle", "--bundle", "\(file).sigstore.json", "--certificate-identity", name,
      "--certificate-oidc-issuer", issuer, "--trusted-root", instance.trustedRoot, file,
    ])
    #expect(own.status == 0, "\(own)")
  }
}
