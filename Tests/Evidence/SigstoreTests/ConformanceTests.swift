// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings
import PyPIAttestations
import Sigstore
import TestSupport
import Testing

/// All bundle cases of sigstore-conformance, each by the reason that its README intends.
@Suite struct ConformanceTests {
  static let identity = SignerIdentity(
    name: "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
      + ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main",
    issuer: "https://token.actions.githubusercontent.com")
  static let now = Timestamp(unixSeconds: 1_795_000_000)

  private func text(
    _ file: String, in folder: String, default fallback: String
  ) throws -> String {
    guard TestData.conformance.names(in: folder).contains(file) else { return fallback }
    return String(decoding: try TestData.conformance.bytes("\(folder)/\(file)"), as: UTF8.self)
  }

  /// Verifies a case as the suite's protocol asks.
  private func report(_ name: String) async throws -> VerificationReport {
    let folder = "bundle-verify/\(name)"
    let files = TestData.conformance.names(in: folder)
    let artifact = SHA256Hash(
      hashing: try TestData.conformance.bytes(
        files.contains("artifact") ? "\(folder)/artifact" : "bundle-verify/a.txt"))
    do {
      let root =
        files.contains("trusted_root.json")
        ? try TrustedRoot(
          parsing: try TestData.conformance.bytes("\(folder)/trusted_root.json"))
        : try TrustedRoot.publicGood()
      let bundle = try Bundle(
        parsing: try TestData.conformance.bytes("\(folder)/bundle.sigstore.json"))
      let verifier = Verifier(trusting: root)
      if files.contains("key.pub") {
        let pem = try text("key.pub", in: folder, default: "")
        return await verifier.verify(
          bundle, artifact: artifact, signedBy: try SignatureKey(pem: pem), now: Self.now)
      }
      let result = await verifier.verify(bundle, artifact: artifact, now: Self.now)
      var report = result.report
      if let verified = result.verified {
        let identity = SignerIdentity(
          name: try text("identity", in: folder, default: Self.identity.name),
          issuer: try text("issuer", in: folder, default: Self.identity.issuer))
        for check in identity.checks(verified) { report.record(check) }
      }
      return report
    } catch let error as DocumentError {
      return VerificationReport([VerificationCheck(.wellFormed, .failed("\(error)"))])
    } catch let error as CertificateError {
      return VerificationReport([VerificationCheck(.wellFormed, .failed("\(error)"))])
    }
  }

  static let accepted = [
    "bundle-with-sct-with-extensions", "happy-path-intoto-in-dsse-v3", "happy-path-v0.1",
    "happy-path-v0.2", "happy-path-v0.3", "happy-path-v0.3-new-mediaType",
    "intoto-with-custom-trust-root", "managed-key-and-trusted-root", "managed-key-happy-path",
    "rekor2-checkpoint-cosigned", "rekor2-checkpoint-multiple-cosigs",
    "rekor2-checkpoint-origin-not-first", "rekor2-checkpoint-two-sigs-cosigned",
    "rekor2-checkpoint-two-sigs-from-origin", "rekor2-dsse-happy-path", "rekor2-happy-path",
    "rekor2-timestamp-with-embedded-cert", "rekor2-timestamp-with-expired-cert-chain",
    "rekor2-timestamp-without-embedded-cert", "trust-root-tlog-validity-end-inclusive",
    "trust-root-tsa-validity-end-inclusive",
  ]

  static let refused: [(String, VerificationRule)] = [
    ("bundle-empty-certificate-chain_fail", .wellFormed),
    ("bundle-from-wrong-instance_fail", .knownLog),
    ("bundle-invalid-base64-signature_fail", .wellFormed),
    ("bundle-malformed-json_fail", .wellFormed),
    ("bundle-negative-log-index_fail", .wellFormed),
    ("bundle-unknown-version_fail", .wellFormed),
    // Its proof has no checkpoint; certificates above the leaf are never used.
    ("bundle-with-root-cert_fail", .checkpoint),
    ("checkpoint-bad-keyhint_fail", .checkpoint),
    ("checkpoint-wrong-roothash_fail", .checkpoint),
    // The envelope's signature is not the one that was logged.
    ("dsse-invalid-sig_fail", .entryBinding),
    ("dsse-mismatch-envelope_fail", .entryBinding),
    ("dsse-mismatch-sig_fail", .entryBinding),
    ("inclusion-proof-corrupted-hash_fail", .inclusion),
    ("incorrect-public-key_fail", .entryBinding),
    ("integrated-time-in-future_fail", .certificateValidity),
    ("intoto-expired-certificate_fail", .certificateValidity),
    ("intoto-log-entry-mismatch_fail", .entryBinding),
    ("intoto-missing-inclusion-proof_fail", .inclusion),
    ("intoto-set-outside-signing-cert-validity_fail", .certificateValidity),
    ("intoto-tsa-timestamp-outside-cert-validity_fail", .certificateValidity),
    ("invalid-checkpoint-signature_fail", .checkpoint),
    ("invalid-ct-key_fail", .certificateTimestamp),
    ("invalid-inclusion-proof_fail", .checkpoint),
    ("managed-key-no-key_fail", .wellFormed),
    ("managed-key-wrong-key_fail", .wellFormed),
    ("message-digest-mismatch_fail", .entryBinding),
    ("rekor2-checkpoint-missing-log-signature_fail", .checkpoint),
    ("rekor2-checkpoint-missing-origin_fail", .checkpoint),
    ("rekor2-checkpoint-missing-root-hash_fail", .checkpoint),
    ("rekor2-checkpoint-missing-size_fail", .checkpoint),
    ("rekor2-checkpoint-no-matching-signature_fail", .checkpoint),
    ("rekor2-dsse-invalid-sig_fail", .entryBinding),
    ("rekor2-dsse-mismatch-envelope_fail", .entryBinding),
    ("rekor2-dsse-mismatch-sig_fail", .entryBinding),
    ("rekor2-no-inclusion-proof_fail", .inclusion),
    ("rekor2-no-timestamp_fail", .signingTime),
    ("rekor2-timestamp-outside-trust-root-tsa-validity_fail", .timestamp),
    ("rekor2-timestamp-outside-tsa-cert-validity_fail", .timestamp),
    ("rekor2-timestamp-payload-mismatch_fail", .timestamp),
    ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", .timestamp),
    ("rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", .timestamp),
    // The timestamp's base64 has line breaks.
    ("rekor2-timestamp-with-incorrect-time_fail", .wellFormed),
    ("set-invalid-signature_fail", .entryTimestamp),
    ("signature-mismatch_fail", .entryBinding),
    ("trust-root-tlog-missing-validity-start_fail", .wellFormed),
    ("wrong-hashedrekord-artifact_fail", .entryBinding),
    ("wrong-hashedrekord-cert-and-sig_fail", .entryBinding),
    ("wrong-hashedrekord-entry_fail", .entryBinding),
    ("wrong-material_fail", .artifactBinding),
  ]

  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: accepted)
  func accepts(name: String) async throws {
    let report = try await report(name)
    #expect(report.passed, "\(report.checks)")
  }

  @Test(
    .enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"),
    arguments: refused)
  func refuses(name: String, rule: VerificationRule) async throws {
    let report = try await report(name)
    #expect(!report.passed)
    #expect(report.primaryFailure?.rule == rule, "\(report.checks)")
  }

  @Test(.enabled(if: TestData.conformance.isPresent, "not run: no set sigstore-conformance"))
  func everyCaseIsInATable() {
    let cases = TestData.conformance.names(in: "bundle-verify").filter {
      $0 != "README.md" && $0 != "a.txt"
    }
    #expect(cases == (Self.accepted + Self.refused.map(\.0)).sorted())
    #expect(cases.count == TestData.conformance.caseCount)
  }

  @Test(.enabled(if: TestData.pypiAttestations.isPresent, "not run: no set pypi-attestations"))
  func attestationsAreCounted() {
    #expect(TestData.pypiAttestations.fileCount() == TestData.pypiAttestations.caseCount)
  }

  @Test(.enabled(if: TestData.archives.isPresent, "not run: no set archives"))
  func archivesAreCounted() {
    #expect(TestData.archives.fileCount() == TestData.archives.caseCount)
  }

  @Test func missingSetsAreSaid() {
    for set in TestData.allCases where !set.isPresent {
      print("not run: \(set.rawValue) (\(set.caseCount) cases), no folder \(set.folder)")
      #expect(!TestData.isCI, "under CI the set \(set.rawValue) must be there")
    }
  }
}
