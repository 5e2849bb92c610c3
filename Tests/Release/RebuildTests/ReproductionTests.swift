// SPDX-License-Identifier: Apache-2.0

import Archives
import Encodings
import FoundationEssentials
import PythonPackaging
import Reproducibility
import Synchronization
import SystemPackage
import Testing

@testable import Rebuild

/// Published files, made from a tiny project whose back end is part of it, and their rebuilds.
@Suite("Reproductions") struct ReproductionTests {
  private static let before = Timestamp(unixSeconds: 1_790_000_000)
  private static let limits = Sandbox.Limits(
    processes: 64, memory: 512 << 20, disk: 64 << 20, seconds: 60, output: 16 << 20)

  /// Builds one file of a project.
  private static func build(
    _ kind: SandboxedBuild.Kind, of folder: FilePath
  ) async throws -> BuiltFile {
    try await SandboxedBuild(
      source: folder, kind: kind, interpreter: try await Interpreter(python: "python3"),
      sourceDateEpoch: 1_700_000_000, place: .sandbox(try await Sandbox.find())
    ).run()
  }

  private static func published(
    _ bytes: [UInt8], _ name: String, at time: Timestamp? = before
  ) throws -> Reproduction.PublishedFile {
    Reproduction.PublishedFile(
      filename: try DistributionFilename(name), contents: .success(bytes), uploadTime: time)
  }

  private static func reproduce(
    _ files: [Reproduction.PublishedFile], from source: Reproduction.Source = .sdist,
    limits: Sandbox.Limits = limits, python: String? = "python3"
  ) async throws -> [FileReproduction] {
    var choices = Reproduction.Choices()
    choices.limits = limits
    choices.python = python
    let run = try await Reproduction(
      sandbox: try await Sandbox.find(), store: EnvironmentStore(), choices: choices,
      progress: { _ in })
    return try await run.run(files, from: source).files
  }

  private static func obstacle(_ file: FileReproduction?) -> RebuildObstacle? {
    guard case .obstacle(let failure) = file?.outcome else { return nil }
    return failure.obstacle
  }

  private static let wheelName = "tiny-1.0-py3-none-any.whl"
  private static let sdistName = "tiny-1.0.tar.gz"

  @Test("a wheel is what its sdist makes; one changed byte is not")
  func fromSdist() async throws {
    let project = try TinyProject()
    let wheel = try await Self.build(.wheel, of: project.folder)
    let sdist = try Self.published(
      try await Self.build(.sdist, of: project.folder).bytes, Self.sdistName)
    let files = try await Self.reproduce([try Self.published(wheel.bytes, Self.wheelName), sdist])
    #expect(files.map(\.verdict) == [.identical, nil])
    #expect(files.first?.rebuilt == wheel.bytes)
    #expect(files.first?.facts.map(\.topic).contains(.generator) == true)
    #expect(files.first?.lock != nil && files.first?.python?.hasPrefix("3.") == true)

    let other = try TinyProject()
    try FileTree.write(Array("answer = 43\n".utf8), to: other.folder.appending("tiny.py"))
    let changed = try await Self.build(.wheel, of: other.folder)
    let differing = try await Self.reproduce([
      try Self.published(changed.bytes, Self.wheelName), sdist,
    ])
    #expect(differing.first?.verdict == .different)
    #expect(differing.first?.attempts == 1)
  }

  @Test("a build that fails, tries what it may not, or uses too much has its name")
  func hostileSources() async throws {
    let project = try TinyProject()
    let wheel = try Self.published(
      try await Self.build(.wheel, of: project.folder).bytes, Self.wheelName)
    for (prelude, expected) in [
      ("raise SystemExit('not today')", RebuildObstacle.buildFailed),
      ("import socket; socket.create_connection(('192.0.2.1', 80), 2)", .buildFailed),
      ("import os; open(os.path.expanduser('~/../../root/.ssh/id'))", .buildFailed),
      ("x = bytearray(4 << 30)", .limitExceeded),
    ] {
      // The sdist is made by hand: its own back end would not make it.
      let hostile = try TinyProject(prelude: prelude + "\n")
      let sdist = try Self.published(try Self.packed(hostile.folder), Self.sdistName)
      let files = try await Self.reproduce([wheel, sdist])
      #expect(Self.obstacle(files.first) == expected, "\(prelude)")
      guard case .obstacle(let failure) = files.first?.outcome else { continue }
      #expect(!failure.message.isEmpty && !failure.help.isEmpty)
    }
  }

  /// An sdist of a project's files, without any back end.
  private static func packed(_ folder: FilePath) throws -> [UInt8] {
    var writer = TarWriter()
    for name in ["PKG-INFO", "backend.py", "pyproject.toml", "tiny.py"] {
      let contents =
        name == "PKG-INFO"
        ? Array("Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n".utf8)
        : try FileTree.read(folder.appending(name), limit: 1 << 20)
      try writer.add(
        TarWriter.Entry(
          path: "tiny-1.0/\(name)", kind: .file, mode: 0o644, modificationTime: 1_700_000_000),
        contents: contents[...])
    }
    return try GzipWriter.file(of: writer.finish())
  }

  @Test("what cannot be rebuilt has a named cause")
  func obstacles() async throws {
    let project = try TinyProject()
    let wheel = try await Self.build(.wheel, of: project.folder).bytes
    let sdist = try Self.packed(project.folder)
    func cause(
      _ files: [Reproduction.PublishedFile], python: String? = "python3"
    ) async throws -> RebuildObstacle? {
      Self.obstacle(try await Self.reproduce(files, python: python).first)
    }
    let plain = try Self.published(wheel, Self.wheelName)
    #expect(try await cause([plain]) == .noSource)
    #expect(try await cause([try Self.published(sdist, Self.sdistName)]) == .noSource)
    #expect(
      try await cause([plain, try Self.published(Array(sdist.dropLast()), Self.sdistName)])
        == .archiveRefused)
    let cut = try await Self.reproduce([
      try Self.published(Array(wheel.dropLast()), Self.wheelName),
      try Self.published(sdist, Self.sdistName),
    ])
    #expect(cut.first?.verdict == .different)
    if case .compared(let report) = cut.first?.outcome {
      #expect(report.differences.map(\.cause) == [.archiveRefused])
    }
    #expect(
      try await cause([
        try Self.published([], "tiny-1.0-cp313-cp313-manylinux_2_17_x86_64.whl")
      ]) == .platformWheel)
    #expect(
      try await cause([
        try Self.published(wheel, Self.wheelName, at: nil),
        try Self.published(sdist, Self.sdistName),
      ]) == .unknownGenerator)
    #expect(
      try await cause([
        try Self.published(wheel, "tiny-1.0-py2.py3-none-any.whl"),
        try Self.published(sdist, Self.sdistName),
      ]) == .otherFile)
    // No interpreter was there in 2008, nor is there one now.
    let old = Timestamp(unixSeconds: 1_200_000_000)
    let needy = try TinyProject(
      backend: TinyProject.honest.replacing(
        "Version: 1.0\\n\"", with: "Version: 1.0\\nRequires-Python: >=3.20\\n\""))
    let future = try await Self.build(.wheel, of: needy.folder).bytes
    #expect(
      try await cause(
        [
          try Self.published(future, Self.wheelName, at: old),
          try Self.published(sdist, Self.sdistName),
        ], python: nil) == .interpreterMissing)
    let gone = Reproduction.PublishedFile(
      filename: try DistributionFilename(Self.wheelName),
      contents: .failure(RebuildFailure(.fileMissing, "it is gone")), uploadTime: nil)
    #expect(try await cause([gone]) == .fileMissing)
  }

  // MARK: From git

  /// A repository with the tiny project, one commit and the tag `v1.0`.
  private static func withRepository(
    backend: String = TinyProject.honest, _ body: (SampleRepository) async throws -> Void
  ) async throws {
    let project = try TinyProject(backend: backend)
    try await FileTree.withTemporaryFolder { folder in
      let repository = SampleRepository(top: folder.appending("repository"))
      try FileTree.makeFolder(repository.top)
      for name in ["backend.py", "pyproject.toml", "tiny.py"] {
        try FileTree.copyItem(
          project.folder.appending(name), to: repository.top.appending(name))
      }
      try await repository.git(["init", "--quiet", "--initial-branch=main", "."])
      try await repository.commit()
      try await repository.git(["tag", "v1.0"])
      try await body(repository)
    }
  }

  private static func wanted(
    tag: String? = nil, commit: String? = nil
  ) -> SourceCheckout.Wanted {
    SourceCheckout.Wanted(tag: tag, attestedCommit: commit) { $0 == "v1.0" || $0 == "1.0" }
  }

  @Test("sdist and wheel are what the tag makes, also by the attested commit")
  func fromGit() async throws {
    try await Self.withRepository { repository in
      let sdist = try await Self.build(.sdist, of: repository.top).bytes
      let wheel = try await Self.build(.wheel, of: repository.top).bytes
      let files = [
        try Self.published(wheel, Self.wheelName), try Self.published(sdist, Self.sdistName),
      ]
      let head = try await repository.git(["rev-parse", "HEAD"])
      for wanted in [Self.wanted(), Self.wanted(tag: "v1.0"), Self.wanted(commit: head)] {
        let results = try await Self.reproduce(
          files, from: .git(repository: repository.top.string, wanted: wanted))
        #expect(results.first?.verdict == .identical)
        // The back end writes the clock into the gzip header.
        #expect(results.last?.verdict?.passes == true)
      }
    }
  }

  @Test("a tag that moved, is missing, or is ambiguous is named")
  func references() async throws {
    try await Self.withRepository { repository in
      let old = try await repository.git(["rev-parse", "HEAD"])
      let files = [try Self.published(try Self.packed(repository.top), Self.sdistName)]
      func cause(_ wanted: SourceCheckout.Wanted, at place: String? = nil) async throws
        -> RebuildObstacle?
      {
        Self.obstacle(
          try await Self.reproduce(
            files, from: .git(repository: place ?? repository.top.string, wanted: wanted)
          ).first)
      }
      #expect(try await cause(Self.wanted(tag: "v2.0")) == .noReference)
      #expect(try await cause(Self.wanted(tag: "--all")) == .noReference)
      #expect(
        try await cause(Self.wanted(commit: String(repeating: "1", count: 40))) == .tagMoved)
      #expect(
        try await cause(Self.wanted(tag: "v2.0", commit: old)) == .noReference)
      #expect(try await cause(Self.wanted(), at: "/nonexistent/repository") == .noSource)
      #expect(try await cause(Self.wanted(), at: "ext::sh -c true") == .noSource)
      #expect(try await cause(Self.wanted(), at: "ssh://example.org/x") == .noSource)
      try await repository.git(["tag", "1.0"])
      #expect(try await cause(Self.wanted()) == .noReference)
      #expect(try await cause(Self.wanted(commit: String(repeating: "1", count: 40))) == .tagMoved)
      try await repository.git(["commit", "--quiet", "--allow-empty", "--message=next"])
      try await repository.git(["tag", "--force", "v1.0"])
      #expect(try await cause(Self.wanted(tag: "v1.0", commit: old)) == .tagMoved)
      // One tag of the release at the attested commit does not excuse the other.
      #expect(try await cause(Self.wanted(commit: old)) == .tagMoved)
      try await repository.git(["tag", "--delete", "v1.0", "1.0"])
      #expect(try await cause(Self.wanted()) == .noReference)
      #expect(
        try await cause(Self.wanted(commit: String(repeating: "1", count: 40))) == .noReference)
      let tree = try await repository.git(["rev-parse", "HEAD^{tree}"])
      try await repository.git(["tag", "v1.0", tree])
      #expect(try await cause(Self.wanted(commit: old)) == .noReference)
    }
  }

  @Test("a commit with submodules is refused")
  func submodules() async throws {
    try await Self.withRepository { repository in
      let head = try await repository.git(["rev-parse", "HEAD"])
      try await repository.git([
        "update-index", "--add", "--cacheinfo", "160000,\(head),module",
      ])
      try await repository.git(["commit", "--quiet", "--message=module"])
      try await repository.git(["tag", "--force", "v1.0"])
      let files = [try Self.published(try Self.packed(repository.top), Self.sdistName)]
      let results = try await Self.reproduce(
        files, from: .git(repository: repository.top.string, wanted: Self.wanted()))
      #expect(Self.obstacle(results.first) == .noReference)
      guard case .obstacle(let failure) = results.first?.outcome else { return }
      #expect(failure.message.contains("submodules") && failure.help.contains("--from sdist"))
    }
  }

  @Test("an sdist that serves for both files is built once")
  func sdistOnce() async throws {
    let honest = TinyProject.honest.replacing(
      "    moment = int(", with: "    print('now the sdist')\n    moment = int(")
    try await Self.withRepository(backend: honest) { repository in
      let files = [
        try Self.published(try await Self.build(.wheel, of: repository.top).bytes, Self.wheelName),
        try Self.published(
          try await Self.build(.sdist, of: repository.top).bytes, Self.sdistName,
          at: Timestamp(unixSeconds: Self.before.seconds + 2)),
      ]
      let lines = Mutex<[String]>([])
      var choices = Reproduction.Choices()
      choices.python = "python3"
      let run = try await Reproduction(
        sandbox: try await Sandbox.find(), store: EnvironmentStore(), choices: choices,
        progress: { _ in }, log: { line in lines.withLock { $0.append(line) } })
      let report = try await run.run(
        files, from: .git(repository: repository.top.string, wanted: Self.wanted()))
      #expect(report.files.first?.verdict == .identical)
      #expect(report.files.last?.verdict?.passes == true)
      #expect(lines.withLock { $0.count { $0.contains("now the sdist") } } == 1)
    }
  }

  @Test("a project is found in its folder, by its name or by the person's word")
  func folders() async throws {
    try await Self.withRepository { repository in
      let other = "[project]\nname = 'other'\n[build-system]\nrequires = []\n"
      try FileTree.makeFolder(repository.top.appending("packages/tiny"))
      try FileTree.makeFolder(repository.top.appending("packages/other"))
      try await repository.git(["mv", "pyproject.toml", "backend.py", "tiny.py", "packages/tiny"])
      try FileTree.write(
        Array(other.utf8), to: repository.top.appending("packages/other/pyproject.toml"))
      try await repository.commit()
      try await repository.git(["tag", "--force", "v1.0"])
      let project = repository.top.appending("packages/tiny")
      let files = [
        try Self.published(try await Self.build(.wheel, of: project).bytes, Self.wheelName),
        try Self.published(try await Self.build(.sdist, of: project).bytes, Self.sdistName),
      ]
      func report(_ named: String? = nil) async throws -> ReproductionReport {
        var choices = Reproduction.Choices()
        choices.python = "python3"
        choices.subdirectory = named
        return try await Reproduction(
          sandbox: try await Sandbox.find(), store: EnvironmentStore(), choices: choices,
          progress: { _ in }
        ).run(files, from: .git(repository: repository.top.string, wanted: Self.wanted()))
      }
      for named in [nil, "packages/tiny", "./packages/tiny/"] {
        let found = try await report(named)
        #expect(found.subdirectory == "packages/tiny")
        #expect(found.files.allSatisfy { $0.verdict?.passes == true }, "\(found)")
      }
      for named in ["packages", "packages/none", "."] {
        #expect(Self.obstacle(try await report(named).files.first) == .noSource, "\(named)")
      }
      // A project of another name at the top is not meant; one without a name is.
      try FileTree.write(Array(other.utf8), to: repository.top.appending("pyproject.toml"))
      try await repository.commit()
      try await repository.git(["tag", "--force", "v1.0"])
      #expect(try await report().subdirectory == "packages/tiny")
      // Two of one name.
      try FileTree.copyItem(
        project.appending("pyproject.toml"), to: repository.top.appending("copy.toml"))
      try FileTree.makeFolder(repository.top.appending("twice"))
      try await repository.git(["add", "--all"])
      try await repository.git(["mv", "copy.toml", "twice/pyproject.toml"])
      try await repository.commit()
      try await repository.git(["tag", "--force", "v1.0"])
      let twice = try await report()
      #expect(Self.obstacle(twice.files.first) == .noSource)
      if case .obstacle(let failure) = twice.files.first?.outcome {
        #expect(failure.message.contains("packages/tiny, twice"))
        #expect(failure.help.contains("--subdirectory"))
      }
    }
  }
}
