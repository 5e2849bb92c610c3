// SPDX-License-Identifier: Apache-2.0

package import SystemPackage

/// A tag of a git repository, and the commit that it stands for.
///
/// Only objects and refs are read; nothing of the repository runs, and its configuration decides
/// nothing.
package struct ReleaseTag: Hashable, Sendable {
  /// The name, without `refs/tags/`.
  package let name: String
  /// The id of the commit.
  package let commit: String
  /// The tag object, whose signature is not looked at here; `nil` for a ref to a commit.
  package let object: TagObject?

  /// Reads a tag.
  ///
  /// - Parameters:
  ///   - name: the tag's name, without `refs/tags/`.
  ///   - folder: a folder of the repository, or a bare repository.
  /// - Throws: ``RebuildError`` of reason `source` where there is no such tag or it stands for no
  ///   commit; `CancellationError`.
  package init(named name: String, in folder: FilePath) async throws {
    let git = GitRepository(folder: folder)
    self.name = name
    // `show-ref --verify` takes a ref as it is, where `rev-parse` would compute.
    let found = try await git.line(["show-ref", "--verify", "--hash", "--", "refs/tags/\(name)"])
    guard let id = found, TagObject.isObjectID(Array(id.utf8)) else {
      // Says so where git does not want the repository at all.
      _ = try await git.topFolder()
      throw RebuildError(
        .source, "the repository has no tag `\(name)`",
        help: "fetch it: git fetch origin tag \(name)")
    }
    switch try await git.line(["cat-file", "-t", id]) {
    case "commit":
      commit = id
      object = nil
    case "tag":
      let bytes = try await git.output(["cat-file", "tag", id])
      let tag: TagObject
      do {
        tag = try TagObject(parsing: bytes)
      } catch {
        throw RebuildError(.source, "the tag `\(name)` cannot be read: \(error)")
      }
      guard tag.type.utf8.elementsEqual("commit".utf8) else {
        throw RebuildError(.source, "the tag `\(name)` is of a \(tag.type), not of a commit")
      }
      commit = tag.object
      object = tag
    default:
      throw RebuildError(.source, "the tag `\(name)` stands for no commit")
    }
  }

  /// What to clone for the repository in which a folder lies: the top of its work tree, or the folder
  /// of a bare repository.
  ///
  /// - Throws: ``RebuildError``, `CancellationError`.
  package static func repository(of folder: FilePath) async throws -> FilePath {
    try await GitRepository(folder: folder).topFolder() ?? folder
  }
}
