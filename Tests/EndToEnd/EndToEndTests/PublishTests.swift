// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// `hallmark publish` to a real stack, beside `uv publish` and `twine`: each skips what another
  /// one uploaded, and everybody's files are verified by `pypi-attestations`.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct PublishBesideOthers {
    let released: ReleasedStack
    let workplace: Workplace

    init() throws {
      released = try ReleasedStack.shared()
      workplace = try Workplace()
    }

    private var uploadURL: String { "\(released.stack.url)/legacy/" }

    private var trust: [String] {
      [
        "--policy", workplace("publish.toml"), "--trusted-root",
        "\(released.output)/trusted_root.json",
      ]
    }

    private func job(_ project: String = "greeting") throws -> [String: String] {
      try released.stack.jobEnvironment(project: project)
        .merging(["UV_NO_CONFIG": "1", "UV_CACHE_DIR": workplace("cache")]) { $1 }
    }

    /// Makes a version and signs publish attestations for its files, with sigstore-python.
    private func signed(_ version: String, count: Int = 2) throws -> [String] {
      let made = try Program(path: "/usr/bin/env").run([
        "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/make_distributions.py",
        workplace("dist"), "greeting", version, String(count),
      ])
      try #require(made.status == 0, "\(made)")
      let files = made.output.split(separator: "\n").map(String.init)
      let signing = try Clients.script(
        "sign_attestations", [released.stack.announcement.trustConfig] + files,
        environment: try job())
      try #require(signing.status == 0, "\(signing)")
      try workplace.write(
        "publish.toml",
        """
        [[publisher]]
        kind = "Hallmark"
        issuer = "\(released.stack.url)"
        subject = "\(released.stack.subject(of: "greeting"))"
        require = ["publish"]
        """)
      return files
    }

    private func hallmark(
      _ options: [String] = [], project: String = "greeting"
    ) throws -> Program.Outcome {
      try workplace.hallmark(
        ["publish", workplace("dist"), "--index", uploadURL, "--patience", "5"] + trust + options,
        environment: try job(project))
    }

    private func uv(_ files: [String]) throws -> Program.Outcome {
      try Clients.named("uv").run(
        ["publish", "--trusted-publishing", "always", "--publish-url", uploadURL] + files
          + files.map { "\($0).publish.attestation" },
        environment: try job())
    }

    private func twine(_ files: [String]) throws -> Program.Outcome {
      let minted = try Clients.script("mint_token", [released.stack.url], environment: try job())
      try #require(minted.status == 0, "\(minted)")
      return try Clients.named("twine").run(
        [
          "upload", "--non-interactive", "--disable-progress-bar", "--attestations", "--cert",
          released.stack.announcement.tlsCA, "--repository-url", uploadURL,
        ] + files + files.map { "\($0).publish.attestation" },
        environment: try job().merging([
          "TWINE_USERNAME": "__token__",
          "TWINE_PASSWORD": minted.output.trimmingCharacters(in: .newlines),
        ]) { $1 })
    }

    /// The index's page and what `pypi-attestations` says about each file.
    private func expectPublished(_ files: [String]) throws {
      let page = try released.stack.request(
        "GET", "/simple/greeting/", headers: ["Accept": "application/vnd.pypi.simple.v1+json"])
      let listed = try #require(try page.member("files") as? [[String: Any]])
      for file in files {
        let name = (file as NSString).lastPathComponent
        let entries = listed.filter { $0["filename"] as? String == name }
        #expect(entries.count == 1)
        let provenance = try #require(entries.first?["provenance"] as? String)
        let answer = try released.stack.request("GET", provenance)
        let verdict = try Clients.script(
          "verify_attestations",
          [
            "\(released.output)/trusted_root.json", released.stack.subject(of: "greeting"),
            released.stack.url, file, try workplace.write("provenance.json", answer.body),
          ])
        #expect(verdict.output == "\(Release.publish)\n", "\(verdict)")
        let verify = try workplace.hallmark(
          ["verify", "pypi:\(name)", "--index", "\(released.stack.url)/simple/"] + trust,
          environment: ["SSL_CERT_FILE": released.stack.announcement.tlsCA])
        #expect(verify.status == 0, "\(verify)")
      }
    }

    @Test func othersSkipWhatHallmarkUploaded() throws {
      let files = try signed("2.0.1", count: 4)
      let dry = try hallmark(["--dry-run"])
      #expect(dry.status == 0, "\(dry)")
      let outcome = try hallmark(["--json"])
      try #require(outcome.status == 0, "\(outcome)")
      #expect(try JSONSchema("publish-v1.json").problems(in: outcome.output) == [])
      #expect(outcome.output.components(separatedBy: #""placement":"uploaded""#).count == 5)
      #expect(outcome.errors.contains("token burned"), "\(outcome)")
      try expectPublished(files)
      #expect(try uv(files).status == 0)
      #expect(try twine(files).status == 0)
      try expectPublished(files)
    }

    @Test func hallmarkSkipsWhatOthersUploaded() throws {
      let files = try signed("2.0.2", count: 3)
      let uv = try uv([files[0]])
      try #require(uv.status == 0, "\(uv)")
      let twine = try twine([files[1]])
      try #require(twine.status == 0, "\(twine)")
      let outcome = try hallmark()
      #expect(outcome.status == 0, "\(outcome)")
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count { $0.hasSuffix("already there") } == 2, "\(outcome)")
      #expect(lines.count { $0.hasSuffix("uploaded") } == 1, "\(outcome)")
      try expectPublished(files)
    }

    /// A workspace that is no publisher, and attestations by somebody else than who uploads.
    @Test func strangersAreRefused() throws {
      let files = try signed("2.0.3")
      let stranger = try hallmark(project: "stranger")
      #expect(stranger.status == 4, "\(stranger)")
      #expect(stranger.errors.contains("invalid-publisher"), "\(stranger)")
      #expect(stranger.errors.contains("the token says: sub "), "\(stranger)")
      let foreign = try workplace.hallmark(
        [
          "publish", workplace("dist"), "--index", uploadURL, "--policy",
          "\(released.output)/hallmark.toml",
        ], environment: try job())
      #expect(foreign.status == 3, "\(foreign)")
      for file in files {
        let name = (file as NSString).lastPathComponent
        let page = try released.stack.request("GET", "/simple/greeting/")
        #expect(!page.body.contains(name))
      }
    }

    /// Other bytes under a name that is out: nothing of the version is added.
    @Test func otherBytesAreRefused() throws {
      let files = try signed("2.0.4")
      let first = try uv([files[0]])
      try #require(first.status == 0, "\(first)")
      _ = try Program(path: "/usr/bin/env").run([
        "python3", "-I", "-B", "\(Clients.root)/Tests/EndToEnd/Clients/make_distributions.py",
        workplace("dist"), "greeting", "2.0.4", "2", "changed",
      ])
      let signing = try Clients.script(
        "sign_attestations", [released.stack.announcement.trustConfig] + files,
        environment: try job())
      try #require(signing.status == 0, "\(signing)")
      let outcome = try hallmark()
      #expect(outcome.status == 5, "\(outcome)")
      #expect(outcome.errors.contains("nothing was sent"), "\(outcome)")
      let page = try released.stack.request("GET", "/simple/greeting/")
      #expect(page.body.components(separatedBy: "greeting-2.0.4").count > 1)
      #expect(!page.body.contains("greeting-2.0.4-py3"))
    }
  }

  /// `hallmark publish` with the evidence of `hallmark release`, without any other client.
  struct PublishWhatWasReleased {
    @Test func allOfItIsThere() throws {
      let released = try ReleasedStack.shared()
      let workplace = try Workplace()
      let outcome = try workplace.hallmark(
        [
          "publish", released.output, "--index", "\(released.stack.url)/legacy/", "--policy",
          "\(released.output)/hallmark.toml", "--trusted-root",
          "\(released.output)/trusted_root.json", "--json",
        ], environment: try released.stack.jobEnvironment(project: "greeting"))
      #expect(outcome.status == 0, "\(outcome)")
      #expect(outcome.output.components(separatedBy: #""provenance":"same""#).count == 3)
      #expect(outcome.output.components(separatedBy: #""placement":"already there""#).count == 3)
    }
  }
}
