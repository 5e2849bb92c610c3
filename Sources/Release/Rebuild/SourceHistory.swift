// SPDX-License-Identifier: Apache-2.0

import SystemPackage

/// A repository of one commit: it, its ancestors, and the tags that point at them.
///
/// Back ends ask git for versions and lists of files. Branches that are not published, and whatever
/// else lies in a clone, are no part of the source; nor may they change how far `git describe`
/// shortens an id, which by default follows from the number of objects in the repository.
struct SourceHistory {
  /// Runs git in a folder.
  typealias Git = (_ arguments: [String], _ folder: FilePath) async throws -> ChildProcess.Outcome

  let git: Git

  /// Copies the commit's history into a new repository, without a work tree yet; `HEAD` is at it.
  ///
  /// - Parameters:
  ///   - commit: the full id.
  ///   - original: a repository of this machine that has it.
  ///   - folder: the new repository; it must be empty or not be there.
  /// - Throws: ``RebuildError`` of reason `source`.
  func copy(_ commit: String, from original: FilePath, into folder: FilePath) async throws {
    let parent = folder.removingLastComponent()
    let format = try await output(["rev-parse", "--show-object-format"], in: original)
    _ = try await output(
      [
        "-c", "init.defaultBranch=main", "init", "--quiet", "--template=",
        "--object-format=" + String(decoding: format.prefix { $0 != 0x0A }, as: UTF8.self),
        folder.string,
      ], in: parent)
    try await fetch([commit], from: original, into: folder)
    // Of the commits alone: tags may come later.
    try await fixAbbreviation(in: folder)
    let tags = try await output(
      ["for-each-ref", "--merged", commit, "--format=%(refname)", "refs/tags"], in: original)
    // What is no text cannot be given to git as an argument, nor would a back end read it.
    let names = tags.split(separator: 0x0A).compactMap { String(validating: $0, as: UTF8.self) }
    // Command lines have an end.
    for start in stride(from: 0, to: names.count, by: 500) {
      let part = names[start..<min(start + 500, names.count)]
      try await fetch(part.map { "+\($0):\($0)" }, from: original, into: folder)
    }
    _ = try await output(["update-ref", "--no-deref", "HEAD", commit], in: folder)
    // Who fetched from where, and when.
    for name in ["FETCH_HEAD", "logs"] { FileTree.remove(folder.appending(".git/\(name)")) }
  }

  // Through git's transport, in the version that gives a commit by its id: objects that are not
  // reached from it stay where they are.
  private func fetch(
    _ references: [String], from original: FilePath, into folder: FilePath
  ) async throws {
    _ = try await output(
      [
        "-c", "protocol.file.allow=always", "-c", "protocol.version=2", "-c", "gc.auto=0",
        "-c", "maintenance.auto=false", "fetch", "--quiet", "--no-tags", "--update-shallow",
        "--no-recurse-submodules", original.string,
      ] + references, in: folder)
  }

  /// Writes down how many digits git would choose for these objects: about half of the digits that
  /// number them, and seven at least.
  private func fixAbbreviation(in folder: FilePath) async throws {
    let counts = try await output(["count-objects", "-v"], in: folder)
    var count = 0
    for line in counts.split(separator: 0x0A) {
      for key in ["count: ", "in-pack: "] where line.starts(with: key.utf8) {
        count += Int(String(decoding: line.dropFirst(key.utf8.count), as: UTF8.self)) ?? 0
      }
    }
    let digits = max(7, (Int.bitWidth - count.leadingZeroBitCount + 1) / 2)
    _ = try await output(["config", "core.abbrev", String(digits)], in: folder)
  }

  private func output(_ arguments: [String], in folder: FilePath) async throws -> [UInt8] {
    let outcome = try await git(arguments, folder)
    guard outcome.isSuccess else {
      let name = arguments.first { !$0.hasPrefix("-") && !$0.contains("=") } ?? ""
      throw RebuildError(
        .source, "git \(name) failed with \(outcome.status)",
        logTail: outcome.standardError.split(separator: "\n").suffix(20).map(String.init))
    }
    return outcome.standardOutput
  }
}
