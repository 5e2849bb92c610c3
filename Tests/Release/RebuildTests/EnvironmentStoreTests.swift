// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import FoundationEssentials
import PythonPackaging
import Reproducibility
import SystemPackage
import TestSupport
import Testing

@testable import Rebuild

@Suite("Where environments are kept")
struct EnvironmentStoreTests {
  @Test("without a folder of the user's own nothing is resolved or run")
  func placeIsNeeded() async throws {
    let store = EnvironmentStore(cache: FilePath())
    let interpreter = try await Interpreter(python: "python3")
    let error = await #expect(throws: RebuildError.self) {
      try await store.lock(EnvironmentStore.Question(["hatchling"]), for: interpreter)
    }
    #expect(error?.reason == .environment)
    #expect(error?.help?.contains("XDG_CACHE_HOME") == true)
  }

  /// A server with one wheel, and a cache that has the resolver and nothing else.
  private static func withIndex(
    _ body: (AnsweringServer, EnvironmentStore) async throws -> Void
  ) async throws {
    var log = BuildLog(file: nil, progress: { _ in })
    let usual = EnvironmentStore()
    _ = try await UVTool(cache: usual.cache, log: &log)
    let name = "needed-1.0-py3-none-any.whl"
    let info = "needed-1.0.dist-info"
    var zip = ZipWriter(time: .earliest)
    for (path, text) in [
      ("needed.py", "answer = 42\n"),
      ("\(info)/METADATA", "Metadata-Version: 2.1\nName: needed\nVersion: 1.0\n"),
      ("\(info)/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
      (
        "\(info)/RECORD", "needed.py,,\n\(info)/METADATA,,\n\(info)/WHEEL,,\n\(info)/RECORD,,\n"
      ),
    ] {
      try zip.add(path, contents: Array(text.utf8), mode: 0o644)
    }
    let wheel = zip.finish()
    let page = """
      {"meta": {"api-version": "1.1"}, "name": "needed", "versions": ["1.0"], "files": [
        {"filename": "\(name)", "url": "/files/\(name)", "size": \(wheel.count),
         "upload-time": "2020-01-01T00:00:00Z",
         "hashes": {"sha256": "\(SHA256Hash(hashing: wheel).hexadecimal)"}}]}
      """
    let server = try AnsweringServer { call in
      call.path == "/simple/needed/"
        ? .init(200, page, headers: ["Content-Type": "application/vnd.pypi.simple.v1+json"]) : nil
    }
    defer { server.stop() }
    server.answer("/files/\(name)", with: wheel)
    try await FileTree.withTemporaryFolder { cache in
      try FileManager.default.createSymbolicLink(
        atPath: cache.appending("tools").string,
        withDestinationPath: usual.cache.appending("tools").string)
      var store = EnvironmentStore(cache: cache)
      store.keepsResolutions = true
      store.variables = [
        "PATH": Platform.environment["PATH"] ?? "/usr/bin:/bin", "HOME": cache.string,
        "PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "\(server.url)/simple/",
      ]
      try await body(server, store)
    }
  }

  @Test("a release is rebuilt a second time without the index, and that is said")
  func offline() async throws {
    try await Self.withIndex { server, store in
      let project = try TinyProject(prelude: "import needed; assert needed.answer == 42\n")
      let path = project.folder.appending("pyproject.toml")
      let text = String(decoding: try FileTree.read(path, limit: 1 << 20), as: UTF8.self)
      try FileTree.write(
        Array(text.replacing("requires = []", with: "requires = ['needed']").utf8), to: path)
      let interpreter = try await Interpreter(python: "python3")
      let moment = Timestamp(unixSeconds: 1_700_000_000)
      func built(_ kind: SandboxedBuild.Kind) async throws -> Reproduction.PublishedFile {
        let file = try await SandboxedBuild(
          source: project.folder, kind: kind, interpreter: interpreter,
          sourceDateEpoch: 1_700_000_000, place: .sandbox(try await Sandbox.find()), store: store
        ).run()
        return Reproduction.PublishedFile(
          filename: file.filename, contents: .success(file.bytes), uploadTime: moment)
      }
      let files = [try await built(.wheel), try await built(.sdist)]
      func reproduce() async throws -> FileReproduction? {
        var choices = Reproduction.Choices()
        choices.python = "python3"
        return try await Reproduction(
          sandbox: try await Sandbox.find(), store: store, choices: choices, progress: { _ in }
        ).run(files, from: .sdist).files.first
      }
      let first = try #require(try await reproduce())
      #expect(first.verdict == .identical)
      #expect(!first.isLockKept)
      server.stop()
      let second = try #require(try await reproduce())
      #expect(second.verdict == .identical)
      #expect(second.isLockKept)
      #expect(second.lock == first.lock)
      #expect(second.environment == ["needed==1.0"])
    }
  }

  @Test("only what cannot change is kept, and only for the same question")
  func kept() async throws {
    try await Self.withIndex { server, store in
      let interpreter = try await Interpreter(python: "python3")
      let moment = Timestamp(unixSeconds: 1_700_000_000)
      let question = EnvironmentStore.Question(["needed"], uploadedBefore: moment)
      let future = EnvironmentStore.Question(
        ["needed"], uploadedBefore: Timestamp(unixSeconds: 4_000_000_000))
      for asked in [question, future, EnvironmentStore.Question(["needed"])] {
        #expect(try await !store.lock(asked, for: interpreter).isKept)
      }
      let folder = store.cache.appending("resolutions")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.string)
      #expect(names.count == 1)
      server.stop()
      #expect(try await store.lock(question, for: interpreter).isKept)
      var again = question
      again.requirements = ["needed>=1"]
      var earlier = question
      earlier.uploadedBefore = Timestamp(unixSeconds: 1_699_999_999)
      for asked in [future, EnvironmentStore.Question(["needed"]), again, earlier] {
        await #expect(throws: RebuildError.self) { try await store.lock(asked, for: interpreter) }
      }
      // Another index, a folder of wheels, and a store that keeps nothing.
      for (name, value) in [
        ("PIP_INDEX_URL", "\(server.url)/other/"), ("PIP_FIND_LINKS", "/nonexistent"),
        ("PIP_EXTRA_INDEX_URL", "file:///nonexistent"),
      ] {
        var other = store
        other.variables[name] = value
        await #expect(throws: RebuildError.self) {
          try await other.lock(question, for: interpreter)
        }
      }
      var forgetful = store
      forgetful.keepsResolutions = false
      await #expect(throws: RebuildError.self) {
        try await forgetful.lock(question, for: interpreter)
      }
      // A password is no part of the question.
      var secret = store
      secret.variables["PIP_INDEX_URL"] =
        "http://me:secret@" + server.url.dropFirst("http://".count) + "/simple/"
      #expect(try await secret.lock(question, for: interpreter).isKept)
      // What is damaged, or another's answer, is not taken.
      let file = folder.appending(try #require(names.first))
      let text = String(decoding: try FileTree.read(file, limit: 1 << 20), as: UTF8.self)
      for damaged in [
        "", "x", text.replacing("\"needed\",", with: "\"other\","),
        text.replacing("2023-11-14T", with: "2023-11-13T"),
        text + "python = \"3.9\"\n",
      ] {
        #expect(damaged != text)
        try FileTree.write(Array(damaged.utf8), to: file)
        await #expect(throws: RebuildError.self) {
          try await store.lock(question, for: interpreter)
        }
      }
    }
  }
}
