// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import PythonPackaging
import SystemPackage
import Testing

@testable import Rebuild

/// What environments are made of, and whether they are still what they were.
@Suite struct BuildSiteTests {
  private static func lock(_ wheels: [String]) throws -> BuildLock {
    let files = wheels.enumerated().map { index, name in
      let digest = String(repeating: String(index, radix: 16), count: 64)
      return "{ name = \"\(name)\", hashes = { sha256 = \"\(digest)\" } }"
    }
    let text = """
      lock-version = "1.0"
      created-by = "uv"
      [[packages]]
      name = "odd"
      version = "1"
      wheels = [\(files.joined(separator: ", "))]

      """
    return try BuildLock(parsing: Array(text.utf8))
  }

  /// The wheels of a lock, the tags that are stated after the installation, the wheel that is certain,
  /// and those that it may be.
  @Test(
    arguments: [
      (["odd-1-py3-none-any.whl"], ["py3-none-any"], "odd-1-py3-none-any.whl", []),
      // One wheel is the one, whatever it states.
      (["odd-1-py3-none-any.whl"], ["cp39-cp39-linux_x86_64"], "odd-1-py3-none-any.whl", []),
      (
        ["odd-1-cp311-cp311-linux_x86_64.whl", "odd-1-cp312-cp312-linux_x86_64.whl"],
        ["cp312-cp312-linux_x86_64"], "odd-1-cp312-cp312-linux_x86_64.whl", []
      ),
      // None states this, so the one that shares a tag comes first.
      (
        ["odd-1-cp39-cp39-win32.whl", "odd-1-py2.py3-none-any.whl"], ["py3-none-any"], nil,
        ["odd-1-py2.py3-none-any.whl", "odd-1-cp39-cp39-win32.whl"]
      ),
      // Two state this.
      (
        ["odd-1-1-py3-none-any.whl", "odd-1-2-py3-none-any.whl", "odd-1-cp39-cp39-win32.whl"],
        ["py3-none-any"], nil, ["odd-1-1-py3-none-any.whl", "odd-1-2-py3-none-any.whl"]
      ),
      (["odd-1-py3-none-any.whl", "odd-1-py2-none-any.whl"], nil, nil, []),
    ] as [([String], [String]?, String?, [String])])
  func tellsWhatIsInstalled(
    wheels: [String], stated: [String]?, certain: String?, candidates: [String]
  ) throws {
    let installed = BuildSite.installed(of: try Self.lock(wheels)) { _ in stated.map { Set($0) } }
    #expect(installed.wheels.map(\.filename) == [certain].compactMap { $0 })
    #expect(installed.unclear.flatMap { $0.candidates.map(\.filename) } == candidates)
  }

  /// What happens to an environment in the cache, and whether it is made again.
  @Test(
    arguments: [
      ("true", false), ("touch -d @0 pyvenv.cfg", false), (": > pyvenv.cfg", true),
      ("rm pyvenv.cfg", true), ("echo > lib/evil.py", true), ("chmod +x pyvenv.cfg", true),
      ("ln -sf /bin/sh bin/python", true), ("rm hallmark-environment.json", true),
      (": > hallmark-environment.json", true), ("mkdir lib/more", true),
      ("mv pyvenv.cfg pyvenv.cfg2", true),
    ])
  func makesDamagedEnvironmentsAgain(script: String, isMadeAgain: Bool) async throws {
    try await FileTree.withTemporaryFolder { cache in
      let store = EnvironmentStore(cache: cache)
      let interpreter = try await Interpreter(python: "python3")
      let empty = try BuildLock(
        parsing: Array("lock-version = \"1.0\"\ncreated-by = \"uv\"\npackages = []\n".utf8))
      var log = BuildLog(file: nil, progress: { _ in })
      let first = try await store.environment(for: empty, interpreter: interpreter, log: &log)
      let before = try FolderManifest.sha256(of: first.folder)
      let outcome = try await ChildProcess(
        command: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"],
        folder: first.folder
      ).collect()
      #expect(outcome.isSuccess)
      let again = try await store.environment(for: empty, interpreter: interpreter, log: &log)
      #expect(again == first)
      #expect(log.tail.contains { $0.contains("damaged") } == isMadeAgain)
      #expect(try FolderManifest.sha256(of: again.folder) == before)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: first.folder.removingLastComponent().string)
      #expect(!names.contains { $0.hasSuffix(".partial") })
    }
  }

  @Test(arguments: [
    "", "{}", #"{"sha256":"00","wheels":[]}"#, #"{"sha256":5,"wheels":[]}"#,
    #"{"sha256":"\#(String(repeating: "a", count: 64))","wheels":[{"name":"a"}]}"#,
  ])
  func refusesRecords(text: String) {
    #expect(throws: DocumentError.self) { try EnvironmentRecord(parsing: Array(text.utf8)) }
  }

  @Test func runsNoOtherResolver() async throws {
    try await FileTree.withTemporaryFolder { cache in
      let program = UVTool.place(in: cache)
      #expect(UVTool.digest(ofGenuine: program) == nil)
      try FileTree.makeFolder(program.removingLastComponent())
      try FileTree.write(Array("#!/bin/sh\ntouch /tmp/x\n".utf8), to: program)
      Platform.makeExecutable(program)
      #expect(UVTool.digest(ofGenuine: program) == nil)
    }
  }
}
