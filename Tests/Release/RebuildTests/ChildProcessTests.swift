// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SystemPackage
import Testing

@testable import Rebuild

@Suite struct ChildProcessTests {
  private func shell(_ script: String, in folder: FilePath = FilePath("/")) -> ChildProcess {
    ChildProcess(
      command: ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", "ONLY": "this"],
      folder: folder)
  }

  @Test func outputAndStatusAreCollected() async throws {
    let outcome = try await shell("echo out; echo err >&2; exit 3").collect()
    #expect(!outcome.isSuccess)
    #expect(outcome.status == "exit status 3")
    #expect(outcome.standardOutput == Array("out\n".utf8))
    #expect(outcome.standardError == "err\n")
  }

  @Test func theEnvironmentIsOnlyWhatIsGiven() async throws {
    let outcome = try await shell("env").collect()
    let names = String(decoding: outcome.standardOutput, as: UTF8.self).split(separator: "\n")
      .map { $0.prefix { $0 != "=" } }
    #expect(Set(names).subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == ["PATH", "ONLY"])
  }

  @Test func linesReachTheLogWithoutControlCharacters() async throws {
    var log = BuildLog(file: nil, progress: { _ in })
    let fine = try await shell("i=0; while [ $i -lt 30 ]; do echo line$i; i=$((i+1)); done")
      .run(log: &log)
    #expect(fine)
    #expect(log.tail.count == 20)
    #expect(log.tail.last == "line29")
    let failing = "printf 'a\\033[1mb\\n< ERROR: no such thing'; umask; exit 1"
    #expect(try await !shell(failing).run(log: &log))
    #expect(log.tail.contains("a[1mb"))
    #expect(log.lastError == "no such thing0022")
    #expect(log.tail.last == "exit status 1")
  }

  @Test func aMissingProgramIsExplained() async throws {
    let process = ChildProcess(
      command: ["no-such-program"], environment: ["PATH": "/bin"], folder: FilePath("/"))
    let error = try await #require(throws: RebuildError.self) { try await process.collect() }
    #expect(error.reason == .environment)
    #expect(error.help?.contains("no-such-program") == true)
  }

  @Test func cancellationStopsTheWholeGroup() async throws {
    try await FileTree.withTemporaryFolder { folder in
      let script = shell("sleep 300 & echo $! > pid; mv pid started; wait", in: folder)
      let task = Task { try await script.collect() }
      while !FileTree.isFile(folder.appending("started")) {
        try await Task.sleep(for: .milliseconds(10))
      }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      // The grandchild is gone, or at most waits for somebody to take note of its end.
      let state = shell(
        """
        p=$(cat started)
        if [ -r /proc/$p/stat ]; then sed 's/.*) //' /proc/$p/stat
        elif kill -0 $p 2>/dev/null; then echo runs; fi
        """, in: folder)
      let output = try await state.collect().standardOutput
      #expect(output.isEmpty || output.starts(with: Array("Z".utf8)))
    }
  }
}

@Suite struct FileTreeTests {
  @Test func temporaryFoldersAreRemovedAlsoAfterErrors() async throws {
    let seen = try await FileTree.withTemporaryFolder { folder in
      try FileTree.makeFolder(folder.appending("a/b"))
      try FileTree.write([1], to: folder.appending("a/b/c"))
      return folder
    }
    #expect(!FileTree.isFolder(seen))
    await #expect(throws: CancellationError.self) {
      try await FileTree.withTemporaryFolder { _ in throw CancellationError() }
    }
  }

  @Test func filesAppearTogetherOrNotAtAll() async throws {
    try await FileTree.withTemporaryFolder { folder in
      let target = folder.appending("out")
      try FileTree.write([1, 2, 3], to: folder.appending("one"))
      #expect(throws: RebuildError.self) {
        try FileTree.publish(
          [folder.appending("one"), folder.appending("missing")], into: target)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: target.string).isEmpty)
      try FileTree.publish([folder.appending("one")], into: target)
      let (digest, size) = try FileTree.digest(target.appending("one"))
      #expect(digest == SHA256Hash(hashing: [1, 2, 3]))
      #expect(size == 3)
    }
  }

  @Test func aBuildsFilesMustAgree() async throws {
    let configuration = try ProjectConfiguration(
      parsing: Array("[project]\nname = 'hello'\nversion = '1.0'".utf8))
    try await FileTree.withTemporaryFolder { folder in
      for names in [[], ["hello-1.0.tar.gz"], ["hello-1.0.tar.gz", "notes.txt"]] {
        let results = folder.appending("results\(names.count)")
        try FileTree.makeFolder(results)
        for name in names { try FileTree.write([1], to: results.appending(name)) }
        let error = try #require(throws: RebuildError.self) {
          try BuildOutput(folder: results, configuration: configuration)
        }
        #expect(error.reason == .output)
      }
    }
  }
}
