// SPDX-License-Identifier: Apache-2.0

import Encodings
import Foundation
import TestSupport
import Testing

extension SigningStackTests {
  /// A forge's run and release, asked by the program.
  @Suite(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/bwrap")))
  struct VerifyReleaseForge {
    private static let wheel = "greeting-1.0.0-py3-none-any.whl"
    private static let sdist = "greeting-1.0.0.tar.gz"
    private let release: VerifiableRelease
    private let forge: ScriptedForge

    init() throws {
      release = try VerifiableRelease(on: SigningStack.shared())
      forge = try ScriptedForge(commit: try release.project.head())
      try release.copy("dist", to: "built")
      // What CI made, the same with another sdist, and that sdist alone.
      let script = """
        import shutil, sys, zipfile
        top = sys.argv[1]
        sdist, wheel = sys.argv[2:]
        data = open(f"{top}/dist/{sdist}", "rb").read()
        open(f"{top}/changed", "wb").write(data[:-1] + bytes([data[-1] ^ 1]))
        open(f"{top}/larger", "wb").write(data + data)
        for name, files in [
            ("dist", {sdist: f"dist/{sdist}", wheel: f"dist/{wheel}"}),
            ("changed", {sdist: "changed", wheel: f"dist/{wheel}"}),
            ("other", {sdist: "changed"}),
        ]:
            with zipfile.ZipFile(f"{top}/{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for member, path in files.items():
                    archive.write(f"{top}/{path}", member)
        """
      let made = try Program(path: "/usr/bin/env").run([
        "python3", "-I", "-c", script, release.workplace.path, Self.sdist, Self.wheel,
      ])
      try #require(made.status == 0, "\(made)")
      for name in ["dist.zip", "changed.zip", "other.zip", "changed", "larger"] {
        forge.store.answer("/store/\(name)", with: try TestData.read(release.workplace(name)))
      }
      for name in [Self.sdist, Self.wheel] {
        forge.store.answer(
          "/store/\(name)", with: try TestData.read(release.workplace("dist/\(name)")))
      }
      forge.store.answer("/store/noise.zip", with: Array("no archive".utf8))
    }

    private var environment: [String: String] { ["GH_TOKEN": ScriptedForge.token] }

    private var run: [String] {
      ["--github", "acme/greeting", "--forge-url", forge.server.url, "--run", "7"]
        + ["--rebuilt", "built"]
    }

    private typealias Change = (inout ScriptedForge.Script) -> Void

    @Test func `the artifacts of a run are judged, and its commit and end`() throws {
      defer { forge.stop() }
      let good = try release.verify(run, environment: environment)
      #expect(good.refused == [], "\(good)")
      #expect(
        Set(good.findings.map(\.question)).isSuperset(of: [
          "run-commit", "tag-unmoved", "tag-version", "rebuilt",
        ]))
      // The store of downloads does not see the token.
      #expect(forge.store.calls.count == 1)
      #expect(forge.store.calls.allSatisfy { $0.header("authorization") == nil })
      let other = String(repeating: "0", count: 40)
      let answers: [(Change, [String])] = [
        ({ $0.archive = "changed.zip" }, ["rebuilt"]), ({ $0.commit = other }, ["run-commit"]),
        ({ $0.conclusion = "failure" }, ["run-commit"]),
        ({ $0.event = "pull_request" }, ["run-commit"]),
        ({ $0.tagged = other }, ["tag-unmoved"]),
        ({ $0.failures["git/ref/tags/v1.0.0"] = 404 }, ["tag-unmoved"]),
      ]
      for (change, refused) in answers {
        let found = try forge.with(change) {
          try release.verify(run, environment: environment)
        }
        #expect(found.refused == refused, "\(found)")
        #expect(found.status == 5, "\(found)")
      }
      // The forge answers for the run, but not for the tag.
      let closed = try forge.with({ $0.failures["git/ref/tags/v1.0.0"] = 403 }) {
        try release.verify(run, environment: environment)
      }
      #expect(closed.refused == ["tag-unmoved"] && closed.status == 4, "\(closed)")
    }

    @Test func `a run whose files cannot be had is told with what to do`() throws {
      defer { forge.stop() }
      let list = "actions/runs/7/artifacts"
      let zip = "actions/artifacts/11/zip"
      let digest = #""expired":false,"digest":"sha256:\#(String(repeating: "0", count: 64))""#
      let failures: [(Change, Int32, String)] = [
        ({ $0.artifacts = [#""expired":true"#] }, 6, "has expired"),
        ({ $0.failures[zip] = 410 }, 6, "has expired"), ({ $0.artifacts = [] }, 6, "no artifacts"),
        ({ $0.archive = "noise.zip" }, 6, "cannot be read"),
        ({ $0.artifacts = [digest] }, 3, "SHA-256"),
        ({ $0.artifacts.append(#""expired":false"#) }, 3, "different contents"),
        ({ $0.failures["actions/runs/7"] = 401 }, 4, "actions: read"),
        ({ $0.failures["actions/runs/7"] = 403 }, 4, "actions: read"),
        ({ $0.failures["actions/runs/7"] = 404 }, 6, "number of the run"),
        ({ $0.failures[list] = 403 }, 4, "actions: read"),
        ({ $0.failures[list] = 404 }, 6, "number of the run"),
        ({ $0.failures[zip] = 401 }, 4, "actions: read"),
        ({ $0.failures[zip] = 403 }, 4, "actions: read"),
        ({ $0.failures[zip] = 404 }, 6, "number of the run"),
      ]
      func verify(_ environment: [String: String]) throws -> Program.Outcome {
        try release.workplace.hallmark(
          ["verify-release", "--tag", "v1.0.0", "--project", release.project.path, "--json"]
            + ["--allowed-signers", "allowed"] + run, environment: environment)
      }
      for (change, status, words) in failures {
        let outcome = try forge.with(change) { try verify(environment) }
        #expect(outcome.status == status, "\(words): \(outcome)")
        #expect(outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains(words) && outcome.errors.contains("help:"), "\(outcome)")
        #expect(!outcome.errors.contains(ScriptedForge.token))
      }
      let nobody = try verify(["GH_TOKEN": "", "GITHUB_TOKEN": ""])
      #expect(nobody.status == 4, "\(nobody)")
      #expect(nobody.errors.contains("GH_TOKEN"), "\(nobody)")
    }

    @Test func `the assets of a release are compared with the index`() throws {
      defer { forge.stop() }
      let index = try AnsweringServer()
      defer { index.stop() }
      let files = try [Self.wheel, Self.sdist].map { name in
        let bytes = try TestData.read(release.workplace("dist/\(name)"))
        index.answer("/files/\(name)", with: bytes)
        return
          #"{"filename":"\#(name)","url":"/files/\#(name)","hashes":{"sha256":"\#(SHA256Hash(hashing: bytes).hexadecimal)"}}"#
      }
      index.answer(
        "/simple/greeting/",
        with: Array(
          (#"{"meta":{"api-version":"1.1"},"name":"greeting","versions":["1.0.0"],"files":["#
            + files.joined(separator: ",") + "]}").utf8))
      let both = [(name: Self.wheel, stored: Self.wheel), (name: Self.sdist, stored: Self.sdist)]
      let cases: [(Change, String, String)] = [
        ({ $0.assets = both }, "yes", "sha256:"),
        ({ $0.assets = [both[0], (Self.sdist, "changed")] }, "no", "sha256:"),
        ({ $0.assets = [both[0], (Self.sdist, "larger")] }, "no", "larger"),
        ({ $0.assets = [both[0]] }, "no", "does not have it"),
        ({ $0.assets = nil }, "no", "no release of the tag"),
        (
          {
            $0.assets = both
            $0.failures["releases/assets/1"] = 403
          }, "unknown", "403"
        ),
        (
          {
            $0.assets = both
            $0.failures["releases/assets/1"] = 404
          }, "unknown", "404"
        ),
      ]
      for (change, answer, found) in cases {
        let document = try forge.with(change) {
          try release.verify(
            [
              "greeting==1.0.0", "--index", "\(index.url)/simple/", "--dist", "dist", "--rebuilt",
              "built", "--github", "acme/greeting", "--forge-url", forge.server.url,
            ], environment: environment)
        }
        let rows = document.findings.filter { $0.question == "forge-bytes" }
        #expect(rows.count == 2)
        let row = try #require(rows.first { $0.file == Self.sdist })
        #expect(row.answer == answer && row.found.contains(found), "\(row)")
        #expect(!document.refused.contains("tag-unmoved"))
      }
      #expect(forge.store.calls.allSatisfy { $0.header("authorization") == nil })
    }
  }
}
