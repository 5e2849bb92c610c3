// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import SystemPackage

/// The source of a build: a project's folder at one git commit, or, if the user insists, as it lies
/// there.
///
/// Only a commit can be named, fetched and built again by others, so a tree that differs from its
/// commit is refused unless `allowDirty` is set, and then marked ``isDirty``.
package struct SourceExport: Sendable {
  /// The project's folder, without symbolic links.
  package let project: FilePath
  /// The project's folder relative to the top of the repository; empty at the top.
  package let subfolder: String
  /// The full id of the commit; `nil` outside of git or before the first commit.
  package let commit: String?
  /// The branch (`refs/heads/…`) or tag (`refs/tags/…`) at the commit, else the commit's id.
  package let ref: String?
  /// Seconds since the epoch for `SOURCE_DATE_EPOCH`: the commit's time, else the present.
  package let time: Int64
  /// Whether the source is not exactly that of the commit.
  package let isDirty: Bool

  private let topFolder: FilePath?
  /// The output folder and the usual one: what builds leave there is no source.
  private let outputFolders: [FilePath]

  // Folders that are never source, for trees without git's list of ignored files.
  private static let neverCopied: Set<String> = [
    ".git", ".hg", ".svn", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".tox",
  ]

  /// Looks at a project's folder and decides what would be exported.
  ///
  /// - Parameters:
  ///   - project: The folder of `pyproject.toml`.
  ///   - output: The folder for the build's files; what lies there, or in `dist`, is no source.
  ///   - allowDirty: Whether a tree without git or with changes is taken as it is.
  /// - Throws: ``RebuildError`` of reason `source` or `environment`.
  package init(project: FilePath, output: FilePath, allowDirty: Bool) async throws {
    guard let folder = Platform.resolve(project), FileTree.isFolder(folder) else {
      throw RebuildError(.project, "there is no folder `\(project)`")
    }
    let git = GitRepository(folder: folder)
    let top = try await git.topFolder()
    let head = try await top == nil ? nil : git.head()
    self.project = folder
    outputFolders = [Self.absolute(output), folder.appending("dist")]
    topFolder = top
    guard let top, let head else {
      guard allowDirty else {
        throw RebuildError(
          .source,
          top == nil
            ? "`\(project)` is not in a git repository" : "the git repository has no commit yet",
          help: """
            commit the source, so that others can fetch what is built; or pass --allow-dirty to \
            build the files as they are, which the provenance will then say
            """)
      }
      subfolder = ""
      commit = nil
      ref = nil
      time = Int64(Date().timeIntervalSince1970)
      isDirty = true
      return
    }
    var relative = folder
    guard relative.removePrefix(top) else {
      throw RebuildError(.source, "`\(project)` is not below its repository's folder `\(top)`")
    }
    subfolder = relative.string
    commit = head
    ref = try await git.reference(of: head)
    time = try await git.commitTime(of: head)
    let ignored = outputFolders
    let changed = try await git.changedPaths().filter { name in
      !ignored.contains { top.appending(name).starts(with: $0) }
    }
    isDirty = !changed.isEmpty
    if let first = changed.first, !allowDirty {
      let more = changed.count > 1 ? " and \(changed.count - 1) more" : ""
      throw RebuildError(
        .source, "the source tree has changes that are not committed: `\(first)`\(more)",
        help: """
          commit or stash them; or pass --allow-dirty to build the files as they are, which the \
          provenance will then say
          """)
    }
  }

  /// Writes the source into an empty folder that is there.
  ///
  /// - Throws: ``RebuildError`` of reason `source` or `files`.
  package func export(into folder: FilePath) async throws {
    if let commit, let topFolder, !isDirty {
      try await exportCommit(commit, top: topFolder, into: folder)
    } else {
      try await copyFiles(into: folder)
    }
    guard FileTree.isFile(folder.appending("pyproject.toml")) else {
      throw RebuildError(
        .source, "`pyproject.toml` is not part of the source that git knows",
        help: "add it with `git add` and commit it")
    }
  }

  private func exportCommit(
    _ commit: String, top: FilePath, into folder: FilePath
  ) async throws {
    let git = GitRepository(folder: top)
    guard try await !git.hasSubmodules(commit: commit, path: subfolder) else {
      throw RebuildError(
        .source, "the source holds git submodules, which cannot be exported",
        help: "copy the submodule's files into the repository, or depend on it as a package")
    }
    let archive = folder.removingLastComponent().appending("source.tar")
    defer { try? FileManager.default.removeItem(atPath: archive.string) }
    // The commit and a path, not `commit:path`: only then do files get the commit's time.
    let scope = subfolder.isEmpty ? [] : ["--", subfolder]
    _ = try await git.output(
      ["-c", "core.autocrlf=false", "-c", "core.eol=lf", "archive", "--format=tar"]
        + ["--output=\(archive)", commit] + scope)
    let depth = FilePath(subfolder).components.count
    let outcome = try await ChildProcess(
      command: [
        "tar", "-x", "-f", archive.string, "-C", folder.string, "--strip-components=\(depth)",
      ],
      environment: ["PATH": Platform.environment["PATH"] ?? "/usr/bin:/bin", "LC_ALL": "C"],
      folder: folder
    ).collect()
    guard outcome.isSuccess else {
      throw RebuildError(
        .files, "the export of the source failed with \(outcome.status)",
        logTail: outcome.standardError.split(separator: "\n").suffix(20).map(String.init))
    }
  }

  private func copyFiles(into folder: FilePath) async throws {
    if topFolder != nil {
      for name in try await GitRepository(folder: project).files() {
        try copy(project.appending(name), to: folder.appending(name))
      }
    } else {
      try copyTree(project, into: folder)
    }
  }

  private func copyTree(_ source: FilePath, into target: FilePath) throws {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: source.string)
    } catch {
      throw RebuildError(.files, "cannot list the folder `\(source)`")
    }
    for name in names where !Self.neverCopied.contains(name) {
      let path = source.appending(name)
      if Platform.isFolderItself(path) {
        guard !outputFolders.contains(path) else { continue }
        try copyTree(path, into: target.appending(name))
      } else {
        try copy(path, to: target.appending(name))
      }
    }
  }

  private func copy(_ source: FilePath, to target: FilePath) throws {
    // Gone from the work tree, a submodule, a socket, or a file of an earlier build.
    guard Platform.isFileOrLinkItself(source),
      !outputFolders.contains(where: { source.starts(with: $0) })
    else { return }
    try FileTree.makeFolder(target.removingLastComponent())
    try FileTree.copyItem(source, to: target)
  }

  // The output folder need not be there yet, so only its nearest existing parent can be resolved.
  private static func absolute(_ path: FilePath) -> FilePath {
    var current = FilePath(FileManager.default.currentDirectoryPath).pushing(path)
    current = current.lexicallyNormalized()
    var missing: [FilePath.Component] = []
    while Platform.resolve(current) == nil, let last = current.lastComponent {
      missing.insert(last, at: 0)
      current.removeLastComponent()
    }
    return (Platform.resolve(current) ?? current).appending(missing)
  }
}
