// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import SystemPackage
import Testing

@testable import Rebuild

/// A git repository in a temporary folder with a project below its top.
struct SampleRepository {
  let top: FilePath
  var project: FilePath { top.appending("packages/hello") }
  var output: FilePath { project.appending("dist") }

  /// Makes the repository, with one commit of 2 January 2026, and removes it after `body`.
  static func with(_ body: (SampleRepository) async throws -> Void) async throws {
    try await FileTree.withTemporaryFolder { folder in
      let repository = SampleRepository(top: folder.appending("repository"))
      try repository.write("pyproject.toml", "[project]\nname = 'hello'\nversion = '1'\n")
      try repository.write("src/hello.py", "print('hello')\n")
      try repository.write("../other.txt", "not of the project\n")
      try repository.write(".gitignore", "dist/\nignored.txt\n")
      try await repository.git(["init", "--quiet", "--initial-branch=main", "."])
      try await repository.commit()
      try await body(repository)
    }
  }

  func write(_ name: String, _ text: String) throws {
    let path = project.appending(name)
    try FileTree.makeFolder(path.removingLastComponent())
    try FileTree.write(Array(text.utf8), to: path)
  }

  func commit() async throws {
    try await git(["add", "--all"])
    try await git(["commit", "--quiet", "--message=change"])
  }

  @discardableResult
  func git(_ arguments: [String]) async throws -> String {
    let outcome = try await ChildProcess(
      command: ["git"] + arguments,
      environment: [
        "PATH": Platform.environment["PATH"] ?? "/usr/bin:/bin", "HOME": top.string,
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "1767312000 +0000",
        "GIT_COMMITTER_DATE": "1767312000 +0000",
      ], folder: top
    ).collect()
    try #require(outcome.isSuccess, "git \(arguments): \(outcome.standardError)")
    return String(decoding: outcome.standardOutput.dropLast(), as: UTF8.self)
  }

  func examine(allowDirty: Bool = false) async throws -> SourceExport {
    try await SourceExport(project: project, output: output, allowDirty: allowDirty)
  }

  /// The files of an export, relative to it and sorted.
  func exported(_ source: SourceExport) async throws -> [String] {
    let target = top.removingLastComponent().appending("export")
    FileTree.remove(target)
    try FileTree.makeFolder(target)
    try await source.export(into: target)
    return try FileManager.default.subpathsOfDirectory(atPath: target.string)
      .filter { FileTree.isFile(target.appending($0)) }.sorted()
  }
}

@Suite struct SourceExportTests {
  @Test func aCleanCommitIsExported() async throws {
    try await SampleRepository.with { repository in
      try repository.write("dist/old.whl", "of an earlier build")
      try repository.write("ignored.txt", "not source")
      let source = try await repository.examine()
      #expect(try await source.commit == repository.git(["rev-parse", "HEAD"]))
      #expect(source.ref == "refs/heads/main")
      #expect(source.subfolder == "packages/hello")
      #expect(source.time == 1_767_312_000)
      #expect(!source.isDirty)
      #expect(
        try await repository.exported(source) == [".gitignore", "pyproject.toml", "src/hello.py"])
    }
  }

  @Test func changesAreRefusedUnlessAllowed() async throws {
    try await SampleRepository.with { repository in
      try repository.write("src/new.py", "x = 1\n")
      let error = try await #require(throws: RebuildError.self) {
        try await repository.examine()
      }
      #expect(error.reason == .source)
      #expect(error.message.contains("packages/hello/src/new.py"))
      #expect(error.help?.contains("--allow-dirty") == true)
      try repository.write("ignored.txt", "not source")
      try repository.write("dist/old.whl", "of an earlier build")
      let source = try await repository.examine(allowDirty: true)
      #expect(source.isDirty)
      #expect(source.commit != nil)
      #expect(
        try await repository.exported(source)
          == [".gitignore", "pyproject.toml", "src/hello.py", "src/new.py"])
    }
  }

  @Test func changesOutsideOfTheProjectDoNotMatter() async throws {
    try await SampleRepository.with { repository in
      try repository.write("../other.txt", "changed")
      #expect(try await !repository.examine().isDirty)
    }
  }

  @Test func aDetachedCommitIsNamedByItsTag() async throws {
    try await SampleRepository.with { repository in
      try await repository.git(["checkout", "--quiet", "--detach"])
      let bare = try await repository.examine()
      #expect(bare.ref == bare.commit)
      try await repository.git(["tag", "v1"])
      #expect(try await repository.examine().ref == "refs/tags/v1")
    }
  }

  @Test func aFolderWithoutGitIsRefusedUnlessAllowed() async throws {
    try await SampleRepository.with { repository in
      FileTree.remove(repository.top.appending(".git"))
      let error = try await #require(throws: RebuildError.self) {
        try await repository.examine()
      }
      #expect(error.message.contains("is not in a git repository"))
      let source = try await repository.examine(allowDirty: true)
      #expect(source.isDirty)
      #expect(source.commit == nil && source.ref == nil)
      try repository.write("dist/old.whl", "of an earlier build")
      let files = try await repository.exported(source)
      #expect(files.contains("src/hello.py") && !files.contains("dist/old.whl"))
    }
  }

  @Test func aRepositoryWithoutCommitIsRefused() async throws {
    try await SampleRepository.with { repository in
      FileTree.remove(repository.top.appending(".git"))
      try await repository.git(["init", "--quiet", "."])
      let error = try await #require(throws: RebuildError.self) {
        try await repository.examine()
      }
      #expect(error.message == "the git repository has no commit yet")
    }
  }

  @Test func aProjectFileThatGitDoesNotKnowIsExplained() async throws {
    try await SampleRepository.with { repository in
      try repository.write(".gitignore", "pyproject.toml\n")
      try await repository.git(["rm", "--quiet", "--cached", "packages/hello/pyproject.toml"])
      try await repository.commit()
      let source = try await repository.examine()
      await #expect(throws: RebuildError.self) { try await repository.exported(source) }
    }
  }

  @Test func programsOfTheRepositorysConfigurationDoNotRun() async throws {
    try await SampleRepository.with { repository in
      let trace = repository.top.removingLastComponent().appending("ran")
      for key in ["core.fsmonitor", "core.sshCommand", "diff.external", "core.pager"] {
        try await repository.git(["config", key, "touch \(trace)"])
      }
      _ = try await repository.exported(try await repository.examine())
      #expect(!FileTree.isFile(trace))
    }
  }

  @Test func aBuildsRepositoryHasTheCommitsHistoryAndNothingElse() async throws {
    try await FileTree.withTemporaryFolder { folder in
      let repository = SampleRepository(top: folder.appending("repository"))
      try FileTree.makeFolder(repository.top)
      try FileTree.write(
        Array("[project]\nname = 'hello'\ndynamic = ['version']\n".utf8),
        to: repository.top.appending("pyproject.toml"))
      try await repository.git(["init", "--quiet", "--initial-branch=main", "."])
      try await repository.commit()
      try await repository.git(["tag", "--annotate", "--message=one", "v1"])
      try await repository.git(["commit", "--quiet", "--allow-empty", "--message=two"])
      try await repository.git(["checkout", "--quiet", "-b", "secret"])
      try await repository.git(["commit", "--quiet", "--allow-empty", "--message=secret"])
      try await repository.git(["tag", "v2"])
      let secret = try await repository.git(["rev-parse", "HEAD"])
      try await repository.git(["checkout", "--quiet", "main"])
      // Ids in a clone of many objects are longer, and people configure them.
      try await repository.git(["config", "core.abbrev", "31"])
      let source = try await SourceExport(
        project: repository.top, output: repository.top.appending("dist"), allowDirty: false)
      let checkout = folder.appending("export")
      try FileTree.makeFolder(checkout)
      try await source.exportRepository(into: checkout)
      let copy = SampleRepository(top: checkout)
      #expect(try await copy.git(["rev-parse", "HEAD"]) == source.commit)
      #expect(try await copy.git(["for-each-ref", "--format=%(refname)"]) == "refs/tags/v1")
      #expect(try await copy.git(["rev-list", "--count", "HEAD"]) == "2")
      let id = try #require(source.commit)
      #expect(try await copy.git(["describe", "--long"]) == "v1-1-g\(id.prefix(7))")
      #expect(try await copy.git(["status", "--porcelain"]).isEmpty)
      let objects = try await copy.git([
        "cat-file", "--batch-all-objects", "--batch-check=%(objectname)",
      ])
      #expect(!objects.contains(secret))
      for name in ["FETCH_HEAD", "logs"] {
        #expect(!FileManager.default.fileExists(atPath: checkout.appending(".git/\(name)").string))
      }
      // The checkout of a reproduction says the same.
      let clone = try await SourceCheckout(
        cloning: repository.top.string,
        wanted: SourceCheckout.Wanted(tag: "v1", isTagOfRelease: { _ in false }),
        into: folder.appending("clone"))
      let other = SampleRepository(top: clone.folder)
      #expect(try await other.git(["describe", "--long"]).hasPrefix("v1-0-g"))
      #expect(try await other.git(["for-each-ref", "--format=%(refname)"]) == "refs/tags/v1")
      #expect(try await other.git(["config", "core.abbrev"]) == "7")
    }
  }
}
