// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// `uv publish` and `twine` publish to the index, with attestations that sigstore-python signed
  /// on this stack.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct IndependentPublish {
    let released: ReleasedStack
    let workplace: Workplace

    init() throws {
      released = try ReleasedStack.shared()
      workplace = try Workplace()
    }

    /// Builds a version and signs publish attestations for its files.
    private func signedDistributions(version: String) throws -> [String] {
      let project = try SampleProject(in: workplace, version: version, isCommitted: false)
      let build = try Clients.named("uv").run(
        [
          "build", "--quiet", "--python", Clients.named("python").path, "--out-dir",
          workplace("dist"), project.path,
        ],
        environment: workplace.environment.merging([
          "UV_CACHE_DIR": workplace("cache"), "UV_PYTHON_DOWNLOADS": "never",
        ]) { $1 })
      try #require(build.status == 0, "\(build)")
      let files = workplace.names(in: "dist").filter { $0.hasPrefix("greeting-") }
        .map { workplace("dist/\($0)") }
      #expect(files.count == 2)
      let signing = try Clients.script(
        "sign_attestations", [released.stack.announcement.trustConfig] + files,
        environment: try released.stack.jobEnvironment(project: "greeting"))
      try #require(signing.status == 0, "\(signing)")
      return files
    }

    /// Checks that the index lists both files of a version, with their digests and provenance.
    private func expectPublished(_ files: [String], version: String) throws {
      let page = try released.stack.request(
        "GET", "/simple/greeting/",
        headers: ["Accept": "application/vnd.pypi.simple.v1+json"])
      let listed = try #require(try page.member("files") as? [[String: Any]])
      for file in files {
        let name = (file as NSString).lastPathComponent
        let entry = try #require(listed.first { $0["filename"] as? String == name })
        let provenance = try #require(entry["provenance"] as? String)
        let answer = try released.stack.request("GET", provenance)
        #expect(answer.status == 200)
        let verdict = try Clients.script(
          "verify_attestations",
          [
            "\(released.output)/trusted_root.json", released.stack.subject(of: "greeting"),
            released.stack.url, file, try workplace.write("provenance.json", answer.body),
          ])
        #expect(verdict.output == "\(Release.publish)\n", "\(verdict)")
      }
    }

    @Test func uvByTrustedPublishing() throws {
      let files = try signedDistributions(version: "1.0.1")
      let uv = Clients.named("uv")
      let arguments =
        [
          "publish", "--trusted-publishing", "always", "--publish-url",
          "\(released.stack.url)/legacy/",
        ]
        + workplace.names(in: "dist").filter { $0.hasPrefix("greeting-") }
        .map { workplace("dist/\($0)") }
      let job = try released.stack.jobEnvironment(project: "greeting")
        .merging(["UV_NO_CONFIG": "1", "UV_CACHE_DIR": workplace("cache")]) { $1 }
      let outcome = try uv.run(arguments, environment: job)
      try #require(outcome.status == 0, "\(outcome)")
      #expect(!outcome.errors.contains("warning"), "\(outcome)")
      try expectPublished(files, version: "1.0.1")

      // The same bytes once more change nothing.
      let again = try uv.run(arguments, environment: job)
      #expect(again.status == 0, "\(again)")

      // A workspace that is no publisher gets no token.
      let stranger = try released.stack.jobEnvironment(project: "stranger")
        .merging(["UV_NO_CONFIG": "1", "UV_CACHE_DIR": workplace("cache")]) { $1 }
      let refused = try uv.run(arguments, environment: stranger)
      #expect(refused.status != 0)
      #expect(refused.errors.contains("invalid-publisher"), "\(refused)")
    }

    @Test func twineWithMintedToken() throws {
      let files = try signedDistributions(version: "1.0.2")
      let job = try released.stack.jobEnvironment(project: "greeting")
      func twine(_ password: String) throws -> Program.Outcome {
        try Clients.named("twine").run(
          [
            "upload", "--non-interactive", "--disable-progress-bar", "--attestations",
            "--cert", released.stack.announcement.tlsCA, "--repository-url",
            "\(released.stack.url)/legacy/",
          ] + files + files.map { "\($0).publish.attestation" },
          environment: job.merging([
            "TWINE_USERNAME": "__token__", "TWINE_PASSWORD": password,
          ]) { $1 })
      }
      let refused = try twine("hallmark-nonsense")
      #expect(refused.status != 0)
      #expect(refused.output.contains("Invalid or non-existent authentication"), "\(refused)")

      let minted = try Clients.script("mint_token", [released.stack.url], environment: job)
      try #require(minted.status == 0, "\(minted)")
      let outcome = try twine(minted.output.trimmingCharacters(in: .newlines))
      try #require(outcome.status == 0, "\(outcome)")
      try expectPublished(files, version: "1.0.2")
    }
  }
}
