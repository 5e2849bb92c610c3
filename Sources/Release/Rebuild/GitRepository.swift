// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// Questions to git about the work tree in which a folder lies.
///
/// They run as ``GitCommand`` says. Filters of `.gitattributes` still run, so only export what you
/// would build.
package struct GitRepository: Sendable {
  /// The folder from which git is asked.
  package let folder: FilePath

  /// Names the folder of a repository, or one in it.
  package init(folder: FilePath) {
    self.folder = folder
  }

  /// Runs a git command and gives what it did, whatever its status.
  func run(_ arguments: [String]) async throws -> ChildProcess.Outcome {
    try await GitCommand(
      folder: folder, options: ["--literal-pathspecs"],
      configuration: [
        "core.untrackedCache=false", "core.sshCommand=false", "tar.umask=0022",
      ],
      // The repository's own configuration may allow a transport again; with this it cannot.
      variables: ["GIT_OPTIONAL_LOCKS": "0", "GIT_ALLOW_PROTOCOL": "file"],
      inherited: ["HOME", "XDG_CONFIG_HOME"]
    ).run(arguments)
  }

  /// The output of a git command; `nil` where it fails, or where there is no git.
  ///
  /// - Throws: `CancellationError`.
  package func answer(_ arguments: [String]) async throws(CancellationError) -> [UInt8]? {
    do {
      let outcome = try await run(arguments)
      return outcome.isSuccess ? outcome.standardOutput : nil
    } catch let error as CancellationError {
      throw error
    } catch {
      return nil
    }
  }

  /// The output of a git command that must succeed.
  func output(_ arguments: [String]) async throws -> [UInt8] {
    let outcome = try await run(arguments)
    guard outcome.isSuccess else {
      throw RebuildError(
        .source, "git \(arguments.first ?? "") failed with \(outcome.status)",
        logTail: Self.lines(outcome.standardError))
    }
    return outcome.standardOutput
  }

  /// One line of output without its end, or `nil` if the command fails or prints nothing.
  func line(_ arguments: [String]) async throws -> String? {
    let outcome = try await run(arguments)
    let line = outcome.standardOutput.prefix { $0 != UInt8(ascii: "\n") }
    return outcome.isSuccess && !line.isEmpty ? String(decoding: line, as: UTF8.self) : nil
  }

  /// The top folder of the work tree, or `nil` outside of any.
  func topFolder() async throws -> FilePath? {
    let outcome = try await run(["rev-parse", "--show-toplevel"])
    if outcome.isSuccess {
      let path = outcome.standardOutput.prefix { $0 != UInt8(ascii: "\n") }
      return path.isEmpty ? nil : FilePath(String(decoding: path, as: UTF8.self))
    }
    if outcome.standardError.contains("dubious ownership") {
      throw RebuildError(
        .source, "git refuses the repository of `\(folder)` because another user owns it",
        help: "if you trust it: git config --global --add safe.directory '\(folder)'",
        logTail: Self.lines(outcome.standardError))
    }
    return nil
  }

  /// The full id of the commit that is checked out, or `nil` before the first one.
  func head() async throws -> String? {
    try await line(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])
  }

  /// The branch that is checked out, else the first tag at the commit, else the commit itself.
  func reference(of commit: String) async throws -> String {
    if let branch = try await line(["symbolic-ref", "--quiet", "HEAD"]) { return branch }
    let tag = try await line([
      "for-each-ref", "--points-at", commit, "--count=1", "--format=%(refname)", "refs/tags",
    ])
    return tag ?? commit
  }

  /// When a commit was made, in seconds since the epoch.
  func commitTime(of commit: String) async throws -> Int64 {
    // The object itself: `git log` and `git show` can be told by configuration to run programs.
    let object = try await output(["cat-file", "commit", commit])
    for line in object.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if line.isEmpty { break }
      guard line.starts(with: "committer ".utf8) else { continue }
      let words = line.split(separator: UInt8(ascii: " "))
      guard words.count >= 3 else { break }
      if let time = Int64(String(decoding: words[words.count - 2], as: UTF8.self)) { return time }
    }
    throw RebuildError(.source, "the commit \(commit) has no readable time")
  }

  /// Whether a commit holds submodules below a folder, which an export would leave empty.
  func hasSubmodules(commit: String, path: String) async throws -> Bool {
    let scope = path.isEmpty ? [] : ["--", path]
    let listing = try await output(["ls-tree", "-r", "-z", "--full-tree", commit] + scope)
    return listing.split(separator: 0).contains { $0.starts(with: "160000 ".utf8) }
  }

  /// Paths that differ from the commit, are staged, or are new, relative to the top folder.
  func changedPaths() async throws -> [String] {
    let listing = try await output([
      "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all",
      "--ignore-submodules=dirty", "--", ".",
    ])
    return listing.split(separator: 0).filter { $0.count > 3 }
      .map { String(decoding: $0.dropFirst(3), as: UTF8.self) }
  }

  /// Tracked files and new ones that are not ignored, relative to the folder.
  func files() async throws -> [String] {
    let listing = try await output([
      "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", ".",
    ])
    return listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").suffix(20).map(String.init)
  }
}
