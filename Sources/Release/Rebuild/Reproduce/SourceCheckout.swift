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
  /// The folders with a `pyproject.toml` or a `setup.py` that is a file, relative to the top, whose
  /// own is empty.
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
    let checkout = try await Self.git(
      ["-c", "core.autocrlf=false", "checkout", "--quiet", "--detach", "--force", commit],
      in: folder)
    guard checkout.isSuccess else {
      throw Problem.reference("the commit \(commit) cannot be checked out: \(checkout.status)")
    }
    let listing = try await Self.git(["ls-tree", "-r", "-z", "--full-tree", commit], in: folder)
    projectFolders = Self.projectFolders(listing.standardOutput)
    if listing.standardOutput.split(separator: 0).contains(where: {
      $0.starts(with: "160000 ".utf8)
    }) {
      throw Problem.submodules(commit: commit)
    }
    let time = try await Self.line(
      ["show", "-s", "--no-show-signature", "--format=%ct", commit], in: folder)
    guard let seconds = time.flatMap({ Int64($0) }) else {
      throw Problem.reference("the commit \(commit) has no readable time")
    }
    commitTime = seconds
    self.folder = folder
  }

  // Lines are `MODE blob ID<tab>PATH`.
  private static func projectFolders(_ listing: [UInt8]) -> [String] {
    var folders: [String] = []
    for line in listing.split(separator: 0) where line.starts(with: "100".utf8) {
      let parts = line.split(separator: 0x09, maxSplits: 1)
      guard parts.count == 2, let path = String(validating: parts[1], as: UTF8.self) else {
        continue
      }
      var components = path.split(separator: "/")
      let last = components.popLast()
      guard last == "pyproject.toml" || last == "setup.py" else { continue }
      let folder = components.joined(separator: "/")
      if !folders.contains(folder) { folders.append(folder) }
      if folders.count == 1000 { break }
    }
    return folders
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
    _ arguments: [String], in folder: FilePath
  ) async throws -> ChildProcess.Outcome {
    try await GitCommand(
      folder: folder, configuration: configuration,
      variables: [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1",
        "HOME": "/nonexistent",
      ],
      inherited: passedVariables
    ).run(arguments)
  }
}
