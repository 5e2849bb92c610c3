// SPDX-License-Identifier: Apache-2.0

import Encodings
import PyPIAttestations
import Sigstore
import TestSupport
import Testing

/// The bundles of sigstore-conformance with the public-good trusted root.
@Suite struct ConformanceTests {
  static let identity = SignerIdentity(
    name: "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
      + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    issuer: "https://token.actions.githubusercontent.com")

  /// Verifies a case as the suite's protocol asks.
  private func report(_ name: String) async throws -> VerificationReport {
    let folder = "bundle-verify/\(name)"
    let files = TestData.conformance.names(in: folder)
    func text(_ file: String, default fallback: String) throws -> String {
      guard files.contains(file) else { return fallback }
      return String(
        decoding: try TestData.conformance.bytes("\(folder)/\(file)"), as: UTF8.self)
    }
    let root: TrustedRoot
    let bundle: Bundle
    do {
      root =
        files.contains("trusted_root.json")
        ? try TrustedRoot(
          parsing: try TestData.conformance.bytes("\(folder)/trusted_root.json"))
        : try TrustedRoot.publicGood()
      bundle = try Bundle(
        parsing: try TestData.conformance.bytes("\(folder)/bundle.sigstore.json"))
    } catch let error as DocumentError {
      return VerificationReport([VerificationCheck(.wellFormed, .failed("\(error)"))])
    }
    let artifact = try TestData.conformance.bytes(
      files.contains("artifact") ? "\(folder)/artifact" : "bundle-verify/a.txt")
    let result = await Verifier(trusting: root).verify(
      bundle, artifact: SHA256Hash(hashing: artifact),
      now: Timestamp(unixSeconds: 1_795_000_000))
    var report = result.report
    if let verified = result.verified {
      let identity = SignerIdentity(
        name: try text("identity", default: Self.identity.name),
        issuer: try text("issuer", default: Self.identity.issuer))
      for check in identity.checks(verified) { report.record(check) }
    }
    return report
  }

  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: [
      "happy-path-v0.1", "happy-path-v0.2", "happy-path-v0.3", "happy-path-v0.3-new-mediaType",
      "happy-path-intoto-in-dsse-v3", "trust-root-tlog-validity-end-inclusive",
    ])
  func accepts(name: String) async throws {
    let report = try await report(name)
    #expect(report.passed, "\(report.checks)")
  }

  /// The reasons are those that the suite's README intends, for the kinds of evidence that exist
  /// here; the others are refused as not understood (`kind` false).
  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: [
      ("bundle-empty-certificate-chain_fail", .wellFormed),
      ("bundle-from-wrong-instance_fail", .knownLog),
      ("bundle-invalid-base64-signature_fail", .wellFormed),
      ("bundle-malformed-json_fail", .wellFormed),
      ("bundle-negative-log-index_fail", .wellFormed),
      ("bundle-unknown-version_fail", .wellFormed),
      ("checkpoint-bad-keyhint_fail", .checkpoint),
      ("checkpoint-wrong-roothash_fail", .checkpoint),
      ("dsse-invalid-sig_fail", .entryBinding),
      ("dsse-mismatch-envelope_fail", .entryBinding),
      ("dsse-mismatch-sig_fail", .entryBinding),
      ("inclusion-proof-corrupted-hash_fail", .inclusion),
      ("incorrect-public-key_fail", .entryBinding),
      ("integrated-time-in-future_fail", .certificateValidity),
      ("invalid-checkpoint-signature_fail", .checkpoint),
      ("invalid-ct-key_fail", .certificateTimestamp),
      ("invalid-inclusion-proof_fail", .checkpoint),
      ("message-digest-mismatch_fail", .entryBinding),
      ("set-invalid-signature_fail", .entryTimestamp),
      ("signature-mismatch_fail", .entryBinding),
      ("trust-root-tlog-missing-validity-start_fail", .wellFormed),
      ("wrong-hashedrekord-artifact_fail", .entryBinding),
      ("wrong-hashedrekord-cert-and-sig_fail", .entryBinding),
      ("wrong-hashedrekord-entry_fail", .entryBinding),
      ("wrong-material_fail", .artifactBinding),
    ] as [(String, VerificationRule)])
  func refuses(name: String, rule: VerificationRule) async throws {
    let report = try await report(name)
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == rule, "\(report.checks)")
  }

  @Test(.enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"))
  func everyCaseThatMustFailFails() async throws {
    let names = TestData.conformance.names(in: "bundle-verify").filter { $0.hasSuffix("_fail") }
    #expect(names.count == 49)
    for name in names {
      #expect(try await !report(name).passed, "\(name) was accepted")
    }
  }

  @Test func missingSetsAreSaid() {
    for set in TestData.allCases where !set.isPresent {
      print("not run: \(set.rawValue) (\(set.caseCount) cases), no folder \(set.folder)")
      #expect(!TestData.isCI, "under CI the set \(set.rawValue) must be there")
    }
  }
}
