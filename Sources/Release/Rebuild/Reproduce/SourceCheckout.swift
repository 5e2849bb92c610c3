// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Reproducibility
package import SystemPackage

/// A fresh clone of a repository at one commit, as the source of a build.
///
/// Back ends ask git for versions and lists of files, so it has its history (``SourceHistory``), and
/// nothing else of the clone. Nothing of
/// the repository runs here: no hooks (the template is empty), no filters (they would be
/// configured, and no configuration is read), no submodules. Transports are https and paths of this
/// machine; a path goes through git's transport too, so that every object is checked against its id.
package struct SourceCheckout: Sendable {
  /// The folder with the files.
  package let folder: FilePath
  /// The full id of the commit.
  package let commit: String
  /// The time of the commit, in seconds since the epoch.
  package let commitTime: Int64
  /// The tag, if it was found by one.
  package let tag: String?
  /// The folders of projects (``CommitFiles/projectFolders``).
  let projectFolders: [String]

  /// What to do where there are submodules.
  package static let submodulesHelp = """
    rebuild from the published sdist by --from sdist; nothing of submodules is fetched, since their \
    places are named by the repository alone
    """

  /// Which commit is wanted.
  package struct Wanted: Sendable {
    /// A tag by its name.
    package var tag: String?
    /// The commit that evidence names; each tag of the release must be at it.
    package var attestedCommit: String?
    /// Whether a tag is of the release, for the case that none is named.
    package var isTagOfRelease: @Sendable (String) -> Bool

    /// Wants a commit.
    package init(
      tag: String? = nil, attestedCommit: String? = nil,
      isTagOfRelease: @escaping @Sendable (String) -> Bool
    ) {
      self.tag = tag
      self.attestedCommit = attestedCommit
      self.isTagOfRelease = isTagOfRelease
    }
  }

  /// Why there is no such commit.
  package enum Problem: Error, Hashable, Sendable {
    /// The repository cannot be cloned.
    case repository(String)
    /// There is no such tag or commit.
    case reference(String)
    /// The commit has submodules, which are not fetched.
    case submodules(commit: String)
    /// The tag is at another commit than evidence says.
    case moved(tag: String, at: String, attested: String)
  }

  // Beyond what all calls of git switch off.
  private static let configuration = [
    "protocol.https.allow=always", "protocol.file.allow=always", "advice.detachedHead=false",
    "init.defaultBranch=main", "gc.auto=0",
    // A server that sends nothing for a minute is given up.
    "http.lowSpeedLimit=1000", "http.lowSpeedTime=60",
  ]

  // A server may send without an end; the history of a large project is a tenth of this.
  private static let packLimit = 16 << 30

  private static let passedVariables = [
    "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy",
    "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE",
  ]

  /// Clones a repository and checks a commit out.
  ///
  /// - Parameters:
  ///   - repository: an https URL or a path of this machine.
  ///   - wanted: which commit.
  ///   - folder: where the files go; it must not be there.
  /// - Throws: ``Problem``, ``RebuildError``, `CancellationError`.
  package init(cloning repository: String, wanted: Wanted, into folder: FilePath) async throws {
    let isURL = repository.utf8.starts(with: "https://".utf8)
    let address = isURL ? repository : Platform.resolve(FilePath(repository))?.string
    guard let address else { throw Problem.repository("there is no folder `\(repository)`") }
    guard isURL || !repository.contains("://") else {
      throw Problem.repository("`\(repository)` is neither an https URL nor a folder")
    }
    let clone = folder.removingLastComponent().appending(".\(Platform.uniqueSuffix).clone")
    defer { FileTree.remove(clone) }
    let cloned = try await Self.git(
      [
        "clone", "--quiet", "--no-local", "--template=", "--bare", "--no-recurse-submodules",
        "--", address, clone.string,
      ], in: folder.removingLastComponent())
    guard cloned.isSuccess else {
      let line = cloned.standardError.split(separator: "\n").last.map(String.init) ?? cloned.status
      throw Problem.repository("`\(repository)` cannot be cloned: \(line)")
    }
    (tag, commit) = try await Self.resolve(wanted, in: clone, of: repository)
    do {
      try await SourceHistory { try await Self.git($0, in: $1) }
        .copy(commit, from: clone, into: folder)
    } catch let error as RebuildError where error.reason == .source {
      throw Problem.reference("the commit \(commit) cannot be taken: \(error.message)")
    }
    let files = try await Self.files(of: commit, in: folder)
    guard !files.hasSubmodules else { throw Problem.submodules(commit: commit) }
    projectFolders = files.projectFolders
    let checkout = try await Self.git(
      ["-c", "core.autocrlf=false", "checkout", "--quiet", "--detach", "--force", commit],
      in: folder)
    guard checkout.isSuccess else {
      throw Problem.reference("the commit \(commit) cannot be checked out: \(checkout.status)")
    }
    let time = try await Self.line(
      ["show", "-s", "--no-show-signature", "--format=%ct", commit], in: folder)
    guard let seconds = time.flatMap({ Int64($0) }) else {
      throw Problem.reference("the commit \(commit) has no readable time")
    }
    commitTime = seconds
    self.folder = folder
  }

  private static func files(of commit: String, in folder: FilePath) async throws -> CommitFiles {
    let listing: ChildProcess.Outcome
    do {
      listing = try await git(
        ["ls-tree", "-r", "-l", "-z", "--full-tree", commit], in: folder,
        limit: CommitFiles.listLimit)
    } catch let error as RebuildError where error.reason == .limit {
      throw Problem.reference(
        "the commit \(commit) \(CommitFiles.Refusal.files(limit: SandboxUsage.fileLimit).text)")
    }
    guard listing.isSuccess else {
      throw Problem.reference("the files of the commit \(commit) cannot be listed")
    }
    do {
      return try CommitFiles(listing: listing.standardOutput)
    } catch {
      throw Problem.reference("the commit \(commit) \(error.text)")
    }
  }

  private static func resolve(
    _ wanted: Wanted, in folder: FilePath, of repository: String
  ) async throws -> (tag: String?, commit: String) {
    let tags: [String]
    if let tag = wanted.tag {
      tags = [tag]
    } else {
      let names = try await git(
        ["for-each-ref", "--format=%(refname:strip=2)", "refs/tags"], in: folder)
      tags = names.standardOutput.split(separator: 0x0A)
        .map { String(decoding: $0, as: UTF8.self) }.filter(wanted.isTagOfRelease)
    }
    guard let tag = tags.first else {
      throw Problem.reference("no tag of `\(repository)` is of this version")
    }
    guard tags.count == 1 || wanted.attestedCommit != nil else {
      throw Problem.reference(
        "several tags of `\(repository)` are of this version: "
          + tags.prefix(5).joined(separator: ", "))
    }
    // Where evidence names a commit, every tag of the release must be at it.
    var commit = wanted.attestedCommit
    for name in tags {
      let tagged = try await line(
        ["rev-parse", "--verify", "--quiet", "--end-of-options", "refs/tags/\(name)^{commit}"],
        in: folder)
      guard let tagged else {
        throw Problem.reference("`\(repository)` has no tag `\(name)` of a commit")
      }
      if let attested = commit, tagged != attested {
        throw Problem.moved(tag: name, at: tagged, attested: attested)
      }
      commit = tagged
    }
    guard let commit else {
      throw Problem.reference("no tag of `\(repository)` is of this version")
    }
    return (tag, commit)
  }

  /// Puts the checkout into the state of the commit again, with one kind of line endings.
  ///
  /// - Throws: ``RebuildFailure``, ``RebuildError``, `CancellationError`.
  func restore(withWindowsLineEndings: Bool) async throws {
    let endings =
      withWindowsLineEndings
      ? ["core.autocrlf=true", "core.eol=crlf"] : ["core.autocrlf=false", "core.eol=lf"]
    for command in [
      ["rm", "--quiet", "-r", "--cached", "--", "."], ["reset", "--quiet", "--hard"],
    ] {
      let outcome = try await Self.git(endings.flatMap { ["-c", $0] } + command, in: folder)
      guard outcome.isSuccess else {
        throw RebuildFailure(
          .noReference, "the commit \(commit) cannot be checked out: \(outcome.status)")
      }
    }
  }

  /// Gives all files of the checkout one time.
  func setTimes(_ seconds: Int64) {
    let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.string)
    for name in (names ?? []) where name != ".git" && !name.utf8.starts(with: ".git/".utf8) {
      Platform.setTime(folder.appending(name), seconds: seconds, nanoseconds: 0)
    }
  }

  private static func line(_ arguments: [String], in folder: FilePath) async throws -> String? {
    let outcome = try await git(arguments, in: folder)
    let line = outcome.standardOutput.prefix { $0 != 0x0A }
    return outcome.isSuccess && !line.isEmpty ? String(decoding: line, as: UTF8.self) : nil
  }

  private static func git(
    _ arguments: [String], in folder: FilePath, limit: Int = ChildProcess.outputLimit
  ) async throws -> ChildProcess.Outcome {
    try await GitCommand(
      folder: folder, configuration: configuration,
      variables: [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1",
        "HOME": "/nonexistent",
      ],
      inherited: passedVariables, fileSizeLimit: Self.packLimit
    ).run(arguments, limit: limit)
  }
}
