// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// What `sigstore` and `pypi-attestations` say about the evidence.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct IndependentVerification {
    let released: ReleasedStack

    init() throws {
      released = try ReleasedStack.shared()
    }

    private var issuer: String { released.stack.url }
    private var subject: String { released.stack.subject(of: "greeting") }

    /// A copy of a file with one byte changed, under the same name.
    private func changedCopy(of file: String, in workplace: Workplace) throws -> String {
      var bytes = try TestData.read(file)
      bytes[bytes.count / 2] ^= 1
      let copy = workplace((file as NSString).lastPathComponent)
      try Data(bytes).write(to: URL(fileURLWithPath: copy))
      return copy
    }

    private func sigstore(
      _ file: String, bundle: String, identity: String
    ) throws -> Program.Outcome {
      try Clients.named("sigstore").run([
        "--trust-config", released.stack.announcement.trustConfig, "verify", "identity",
        "--bundle", bundle, "--cert-identity", identity, "--cert-oidc-issuer", issuer, file,
      ])
    }

    @Test func sigstoreAcceptsBundles() throws {
      let workplace = try Workplace()
      for file in released.distributions {
        let bundle = "\(file).sigstore.json"
        let outcome = try sigstore(file, bundle: bundle, identity: subject)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.errors.contains("OK: "), "\(outcome)")
        let changed = try changedCopy(of: file, in: workplace)
        #expect(try sigstore(changed, bundle: bundle, identity: subject).status != 0)
      }
    }

    @Test func sigstoreAcceptsTheBundleOfAllFiles() throws {
      for file in released.distributions {
        let outcome = try sigstore(
          file, bundle: "\(released.output)/multiple.intoto.jsonl", identity: subject)
        #expect(outcome.status == 0, "\(outcome)")
      }
    }

    @Test func sigstoreRefusesAnotherIdentity() throws {
      let file = released.distributions[0]
      let outcome = try sigstore(
        file, bundle: "\(file).sigstore.json", identity: released.stack.subject(of: "other"))
      #expect(outcome.status != 0, "\(outcome)")
    }

    private func attestations(
      of file: String, files: [String], identity: String
    ) throws -> Program.Outcome {
      try Clients.script(
        "verify_attestations",
        ["\(released.output)/trusted_root.json", identity, issuer, file] + files)
    }

    @Test func pypiAttestationsAcceptsBothPredicates() throws {
      let workplace = try Workplace()
      for file in released.distributions {
        let files = ["\(file).publish.attestation", "\(file).slsa.attestation"]
        let outcome = try attestations(of: file, files: files, identity: subject)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "\(Release.publish)\n\(Release.provenance)\n")

        let changed = try changedCopy(of: file, in: workplace)
        for evidence in files {
          let outcome = try attestations(of: changed, files: [evidence], identity: subject)
          #expect(outcome.status == 3, "\(outcome)")
          #expect(outcome.errors.contains("digest"), "\(outcome)")
        }
      }
    }

    @Test func pypiAttestationsRefusesAnotherIdentity() throws {
      let file = released.distributions[0]
      for suffix in ["publish", "slsa"] {
        let outcome = try attestations(
          of: file, files: ["\(file).\(suffix).attestation"],
          identity: released.stack.subject(of: "other"))
        #expect(outcome.status == 3, "\(outcome)")
        #expect(outcome.errors.contains("SAN"), "\(outcome)")
      }
    }

    /// What the index serves is what was signed.
    @Test func pypiAttestationsAcceptsServedProvenance() throws {
      let workplace = try Workplace()
      for (file, entry) in zip(released.distributions, released.release.files) {
        let answer = try released.stack.request(
          "GET", "/integrity/greeting/1.0.0/\(entry.filename)/provenance")
        #expect(answer.status == 200)
        let provenance = try workplace.write("provenance.json", answer.body)
        let outcome = try attestations(of: file, files: [provenance], identity: subject)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count == 2)
      }
    }
  }
}
