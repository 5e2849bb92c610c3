// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// `hallmark-conformance sign-bundle` as sigstore-conformance calls it, judged by `verify-bundle`
  /// and by sigstore-python.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct SignBundle {
    let stack: SigningStack
    let workplace: Workplace

    init() throws {
      stack = try SigningStack.shared()
      workplace = try Workplace()
    }

    private func conformance(_ arguments: [String]) throws -> Program.Outcome {
      try Program("hallmark-conformance").run(
        arguments, environment: ["SSL_CERT_FILE": stack.stack.announcement.tlsCA],
        in: workplace.path)
    }

    private func sign(_ more: [String], _ file: String) throws -> Program.Outcome {
      let announcement = stack.stack.announcement
      return try conformance(
        ["sign-bundle"] + more + [
          "--identity-token",
          try stack.stack.identityToken(audience: "sigstore", project: "greeting"), "--bundle",
          "out.sigstore.json", "--trusted-root", announcement.trustedRoot, "--signing-config",
          announcement.signingConfig, file,
        ])
    }

    private func verify(_ artifact: String) throws -> Int32 {
      try conformance([
        "verify-bundle", "--bundle", "out.sigstore.json", "--certificate-identity", stack.subject,
        "--certificate-oidc-issuer", stack.stack.url, "--trusted-root",
        stack.stack.announcement.trustedRoot, artifact,
      ]).status
    }

    private func bundle() throws -> [String: Any] {
      let bytes = try TestData.read(workplace("out.sigstore.json"))
      return try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    @Test func file() throws {
      let file = try workplace.write("a.txt", "This is the test artifact.\n")
      let outcome = try sign([], file)
      try #require(outcome.status == 0, "\(outcome)")
      let bundle = try bundle()
      #expect(bundle["messageSignature"] != nil)
      #expect(bundle["dsseEnvelope"] == nil)
      let material = try #require(bundle["verificationMaterial"] as? [String: Any])
      #expect(material["certificate"] != nil)
      #expect(material["x509CertificateChain"] == nil)
      #expect(try verify(file) == 0)
      let verdict = try stack.sigstore(file, bundle: workplace("out.sigstore.json"))
      #expect(verdict.status == 0, "\(verdict)")
      #expect(try verify(try workplace.write("b.txt", "another")) == 1)
    }

    /// The statement's bytes are signed as they are, whatever their white space and order.
    @Test func statement() throws {
      let file = try workplace.write("a.txt", "This is the test artifact.\n")
      let digest = try workplace.hallmark(["hash", file]).output.prefix(64)
      let statement = try workplace.write(
        "statement.json",
        """
        { "predicateType": "urn:example:any",
          "subject": [{"name": "a.txt", "digest": {"sha256": "\(digest)"}}],
          "_type": "https://in-toto.io/Statement/v1", "predicate": {"b": 1.50, "a": null} }

        """)
      let outcome = try sign(["--in-toto"], statement)
      try #require(outcome.status == 0, "\(outcome)")
      let envelope = try #require(try bundle()["dsseEnvelope"] as? [String: Any])
      let payload = try #require(Data(base64Encoded: envelope["payload"] as? String ?? ""))
      #expect(Array(payload) == (try TestData.read(statement)))
      #expect(try verify(file) == 0)
      let verdict = try stack.sigstore(file, bundle: workplace("out.sigstore.json"))
      #expect(verdict.status == 0, "\(verdict)")
    }

    @Test(
      arguments: [
        (["--in-toto"], "a.txt"), (["--in-toto"], "none.json"), ([], "absent"),
      ] as [([String], String)])
    func refuses(options: [String], file: String) throws {
      try workplace.write("a.txt", "text")
      try workplace.write(
        "none.json",
        #"{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"a:b"}"#)
      let outcome = try sign(options, file)
      #expect(outcome.status == 1, "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: workplace("out.sigstore.json")))
    }
  }
}
