// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension ReleasedStackTests {
  /// What `hallmark download` takes from an index is what pip and uv install by hash.
  ///
  /// Other tests publish later versions to the same stack, so that every one here names its own.
  @Suite struct Download {
    let released: ReleasedStack
    let workplace: Workplace

    init() throws {
      released = try ReleasedStack.shared()
      workplace = try Workplace()
    }

    private var index: String { "\(released.stack.announcement.httpUrl)/simple/" }
    private var trust: [String] { ["--trusted-root", "\(released.output)/trusted_root.json"] }
    private var policy: [String] { ["--policy", "\(released.output)/hallmark.toml"] + trust }

    private func download(
      _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Program.Outcome {
      try workplace.hallmark(
        ["download", "--index", index] + arguments, environment: environment)
    }

    private func names(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: workplace(folder)).sorted()
    }

    private func expectNothingWritten() {
      #expect(!FileManager.default.fileExists(atPath: workplace("wheels")))
      #expect(!FileManager.default.fileExists(atPath: workplace("locked.txt")))
      #expect(workplace.names(in: "tmp") == [])
    }

    @Test func verifyByNameAndVersion() throws {
      for index in [index, "\(released.stack.url)/simple/"] {
        let outcome = try workplace.hallmark(
          ["verify", "greeting==1.0.0", "--index", index] + policy,
          environment: ["SSL_CERT_FILE": released.stack.announcement.tlsCA])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.split(separator: "\n").count { $0.hasSuffix("  verified") } == 2)
      }
    }

    @Test func filesAndRequirementsAppearTogether() throws {
      let outcome = try download(
        ["greeting==1.0.0", "--dest", "wheels", "--output", "locked.txt"] + policy)
      #expect(outcome.status == 0, "\(outcome)")
      let expected = released.release.files.map(\.filename).sorted()
      #expect(try names("wheels") == expected)
      for name in expected {
        #expect(
          try TestData.read(workplace("wheels/\(name)"))
            == TestData.read("\(released.output)/\(name)"))
      }
      let text = String(decoding: try TestData.read(workplace("locked.txt")), as: UTF8.self)
      #expect(text.contains("\ngreeting==1.0.0 \\\n    --hash=sha256:"))
      #expect(outcome.output.isEmpty, "\(outcome)")
    }

    @Test func jsonNamesFilesAndSigners() throws {
      let outcome = try download(["greeting>=1,<1.0.1", "--json", "--file", "*.whl"] + policy)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try JSONSchema("download-v1.json").problems(in: outcome.output) == [])
      let document = try #require(
        JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(document["schema"] as? String == "hallmark.download/v1")
      let release = try #require((document["releases"] as? [[String: Any]])?.first)
      let files = try #require(release["files"] as? [[String: Any]])
      #expect(files.count == 1)
      #expect(files[0]["signers"] as? [String] == [released.stack.subject(of: "greeting")])
    }

    /// A policy that names another signer: the reason, status 3, and nothing written.
    @Test func anotherSignerStopsIt() throws {
      let text = String(
        decoding: try TestData.read("\(released.output)/hallmark.toml"), as: UTF8.self)
      let other = try workplace.write(
        "other.toml",
        text.replacingOccurrences(of: "/workspace/greeting", with: "/workspace/other"))
      let outcome = try download(
        [
          "greeting==1.0.0", "--policy", other, "--dest", "wheels", "--output", "locked.txt",
        ] + trust)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.errors.contains("HM0213"), "\(outcome)")
      #expect(!outcome.output.contains("--hash"), "\(outcome)")
      expectNothingWritten()
      // A policy of its own for the project comes before the common one.
      let own = try download(
        ["greeting==1.0.0", "--policy", other, "--package-policy", "Greeting=\(policy[1])"] + trust)
      #expect(own.status == 0, "\(own)")
    }

    @Test func otherHashesStopIt() throws {
      let zeros = String(repeating: "0", count: 64)
      let file = try workplace.write("in.txt", "greeting==1.0.0 --hash=sha256:\(zeros)\n")
      let outcome = try download(
        ["-r", file, "--dest", "wheels", "--output", "locked.txt"] + policy)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.errors.contains("HM0203"), "\(outcome)")
      expectNothingWritten()
    }

    @Test(arguments: ["greeting==9.9", "greeting>=9", "no-such-project"])
    func whatIsNotThereStopsIt(_ requirement: String) throws {
      let outcome = try download([requirement, "--dest", "wheels"] + policy)
      #expect(outcome.status == 6, "\(outcome)")
      expectNothingWritten()
    }

    @Test func aFolderThatCannotBeWrittenStopsIt() throws {
      let file = try workplace.write("file", "")
      let outcome = try download(["greeting==1.0.0", "--dest", file] + policy)
      #expect(outcome.status == 1, "\(outcome)")
      let output = try download(
        ["greeting==1.0.0", "--output", "missing/locked.txt", "--dest", "wheels"] + policy)
      #expect(output.status == 1, "\(output)")
      expectNothingWritten()
    }

    /// The lock of the release: names and digests of its files, at addresses that are not asked.
    private func writePylock() throws -> String {
      let wheel = try #require(released.release.files.first { $0.filename.hasSuffix(".whl") })
      return try workplace.write(
        "pylock.toml",
        """
        lock-version = "1.0"
        created-by = "test"
        [[packages]]
        name = "greeting"
        version = "1.0.0"
        [[packages.wheels]]
        url = "https://example.org/\(wheel.filename)"
        hashes = { sha256 = "\(wheel.sha256)" }
        """)
    }

    /// A lock of other bytes, or of a file that the index does not have.
    @Test(arguments: [("sha256 = \"", "sha256 = \"00", 2), ("py3-none", "py2-none", 6)])
    func aLockOfOtherFilesStopsIt(_ old: String, _ new: String, _ status: Int32) throws {
      let path = try writePylock()
      let text = String(decoding: try TestData.read(path), as: UTF8.self)
      _ = try workplace.write("pylock.toml", text.replacingOccurrences(of: old, with: new))
      let outcome = try download(["--pylock", path, "--dest", "wheels"] + policy)
      #expect(outcome.status == status, "\(outcome)")
      expectNothingWritten()
    }

    @Test func aLockOfAnotherDigestStopsIt() throws {
      let path = try writePylock()
      let text = String(decoding: try TestData.read(path), as: UTF8.self)
      let digest = try #require(
        released.release.files.first { $0.filename.hasSuffix(".whl") }?.sha256)
      _ = try workplace.write(
        "pylock.toml",
        text.replacingOccurrences(of: digest, with: String(digest.reversed())))
      let outcome = try download(["--pylock", path, "--dest", "wheels"] + policy)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.errors.contains("is not the file of the lock"), "\(outcome)")
      expectNothingWritten()
    }

    @Test func takesALock() throws {
      let outcome = try download(["--pylock", writePylock(), "--dest", "wheels"] + policy)
      #expect(outcome.status == 0, "\(outcome)")
      #expect(try names("wheels").count == 1)
    }
  }
}

extension ReleasedStackTests {
  /// pip and uv accept what `hallmark download` writes.
  @Suite(.enabled(if: Clients.areExpected, Clients.reason))
  struct InstallWhatPassed {
    let released: ReleasedStack
    let workplace: Workplace

    init() throws {
      released = try ReleasedStack.shared()
      workplace = try Workplace()
      let outcome = try Clients.named("uv").run(
        ["venv", "--quiet", "--python", Clients.named("python").path, workplace("venv")],
        environment: environment)
      try #require(outcome.status == 0, "\(outcome)")
      let download = try workplace.hallmark([
        "download", "greeting==1.0.0 ; python_version >= '3'", "--index", index, "--policy",
        "\(released.output)/hallmark.toml", "--trusted-root",
        "\(released.output)/trusted_root.json", "--dest", "wheels", "--output", "locked.txt",
      ])
      try #require(download.status == 0, "\(download)")
    }

    private var index: String { "\(released.stack.announcement.httpUrl)/simple/" }

    private var environment: [String: String] {
      [
        "TMPDIR": workplace.temporary, "PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1", "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1",
        "UV_PYTHON_DOWNLOADS": "never",
      ]
    }

    private func expectGreeting(_ outcome: Program.Outcome) throws {
      try #require(outcome.status == 0, "\(outcome)")
      let greeting = try Program(path: workplace("venv/bin/greeting")).run([
        "--language", "fr", "index",
      ])
      #expect(greeting.output == "Bonjour, index!\n", "\(greeting)")
    }

    private func pip(_ arguments: [String]) throws -> Program.Outcome {
      try Clients.named("pip").run(
        [
          "--python", workplace("venv/bin/python"), "install", "--no-input", "--require-hashes",
          "-r", workplace("locked.txt"),
        ] + arguments, environment: environment)
    }

    private func uv(_ arguments: [String]) throws -> Program.Outcome {
      try Clients.named("uv").run(
        [
          "pip", "install", "--python", workplace("venv/bin/python"), "--require-hashes", "-r",
          workplace("locked.txt"),
        ] + arguments, environment: environment)
    }

    @Test func pipFromTheIndex() throws { try expectGreeting(pip(["--index-url", index])) }

    @Test func pipFromTheFolder() throws {
      try expectGreeting(pip(["--no-index", "--find-links", workplace("wheels")]))
    }

    @Test func uvFromTheIndex() throws { try expectGreeting(uv(["--index-url", index])) }

    @Test func uvFromTheFolder() throws {
      try expectGreeting(uv(["--no-index", "--find-links", workplace("wheels")]))
    }

    /// The hashes are what makes the installers refuse another file.
    @Test func anotherFileIsRefused() throws {
      let wheel = try #require(released.release.files.first { $0.filename.hasSuffix(".whl") })
      let path = workplace("wheels/\(wheel.filename)")
      try FileManager.default.removeItem(atPath: workplace("wheels"))
      try FileManager.default.createDirectory(
        atPath: workplace("wheels"), withIntermediateDirectories: true)
      let bytes = try TestData.read("\(released.output)/\(wheel.filename)") + [0]
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(try pip(["--no-index", "--find-links", workplace("wheels")]).status != 0)
      #expect(try uv(["--no-index", "--find-links", workplace("wheels")]).status != 0)
    }
  }
}
