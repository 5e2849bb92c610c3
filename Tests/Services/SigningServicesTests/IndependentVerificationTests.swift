// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import Signing
import Sigstore
import SimulatedServices
import TestSupport
import Testing
import TrustSimulator

/// The pinned `sigstore` of PyPI.
private enum SigstoreClient {
  static let path =
    (ProcessInfo.processInfo.environment["HALLMARK_TEST_CLIENTS"] ?? "") + "/sigstore"

  /// Under CI it must be there.
  static var isExpected: Bool {
    TestData.isCI || FileManager.default.isExecutableFile(atPath: path)
  }

  static let reason: Comment = "not run: no clients; scripts/setup --tests installs them"
}

/// What `sigstore` says about bundles of each form, and that it signs with the same services.
@Suite(.serialized, .enabled(if: SigstoreClient.isExpected, SigstoreClient.reason))
struct IndependentVerificationTests {
  private func sigstore(
    _ arguments: [String], trusting config: String, in scratch: Scratch
  ) async throws -> Program.Outcome {
    let path = scratch.path
    // On a thread of its own: the services of the test need those that tasks run on.
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try Program(path: SigstoreClient.path).run(
              ["--trust-config", config] + arguments,
              environment: ["HOME": path, "XDG_CACHE_HOME": path], timeout: 600)
          })
      }
    }
  }

  private func verify(
    _ file: String, bundle: String, by name: String = TrustSimulator.name, trusting config: String,
    in scratch: Scratch
  ) async throws -> Program.Outcome {
    try await sigstore(
      [
        "verify", "identity", "--bundle", bundle, "--cert-identity", name, "--cert-oidc-issuer",
        TrustSimulator.issuer, file,
      ], trusting: config, in: scratch)
  }

  @Test(arguments: LocalInstance.Form.allCases)
  func sigstoreAcceptsBundles(form: LocalInstance.Form) async throws {
    try await LocalInstance.run { instance in
      let scratch = try Scratch()
      var config = ""
      for (name, document) in try instance.services.documents() where name == "trust_config_both" {
        config = try scratch.write("trust_config.json", Array(document.compactText.utf8))
      }
      let file = try scratch.write("file", Array("file 0".utf8))
      let other = try scratch.write("other", Array("file 1".utf8))
      for item in try await instance.session(form).sign(try LocalInstance.items()) {
        let bundle = try scratch.write("\(item.name).json", item.signed.bytes)
        let outcome = try await verify(file, bundle: bundle, trusting: config, in: scratch)
        #expect(outcome.status == 0, "\(form) \(item.name): \(outcome)")
        let refused = try await verify(other, bundle: bundle, trusting: config, in: scratch)
        #expect(refused.status != 0)
        let stranger = try await verify(
          file, bundle: bundle, by: "https://other.example", trusting: config, in: scratch)
        #expect(stranger.status != 0)
      }
    }
  }

  /// The services are what they claim to be: another client signs with them, and we verify it.
  @Test(arguments: ["v1", "v2"])
  func sigstoreSignsWithTheServices(form: String) async throws {
    try await LocalInstance.run { instance in
      let scratch = try Scratch()
      var config = ""
      for (name, document) in try instance.services.documents() where name == "trust_config_\(form)"
      {
        config = try scratch.write("trust_config.json", Array(document.compactText.utf8))
      }
      let file = try scratch.write("file", Array("file 0".utf8))
      let token = SimulatedRun.workspace.token(
        expiresAt: instance.services.now().adding(seconds: 600))
      let outcome = try await sigstore(
        ["sign", "--identity-token", token, "--bundle", "\(scratch.path)/out.json", file],
        trusting: config, in: scratch)
      #expect(outcome.status == 0, "\(outcome)")
      let bundle = try Sigstore.Bundle(parsing: try TestData.read("\(scratch.path)/out.json"))
      let report = await Verifier(trusting: try instance.services.trustedRoot()).verify(
        bundle, artifact: LocalInstance.digest(0), now: instance.services.now()
      ).report
      #expect(report.passed, "\(report)")
    }
  }
}
