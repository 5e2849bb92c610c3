// SPDX-License-Identifier: Apache-2.0

/// What is to be done with the files of a release at a forge, and what stands against it.
///
/// Nothing here reads or sends anything.
package struct ForgePlan: Hashable, Sendable {
  /// What stands against it.
  package enum Problem: Error, Hashable, Sendable {
    /// The tag stands for another commit than the one that was built.
    case otherCommit(tag: String, found: String, expected: String)
    /// The release can no longer be changed, and has no file of these names.
    case immutable(missing: [String])
    /// Files that cannot be published, with what the release has in their place.
    case conflicts([Conflict])
  }

  /// A file that cannot be published.
  package struct Conflict: Hashable, Sendable {
    /// The file's name.
    package let name: String
    /// What the release has, to follow "the release has".
    package let description: String

    /// Describes a conflict.
    package init(name: String, description: String) {
      self.name = name
      self.description = description
    }
  }

  /// The release as it was.
  package let release: ForgeRelease
  /// What is to be done with each file.
  package let files: PublicationPlan

  /// Compares files with a release.
  ///
  /// An asset of which the forge has only a part counts as missing.
  package init(_ files: [PublicationPlan.LocalFile], release: ForgeRelease) {
    self.init(
      release: release,
      files: PublicationPlan(
        files,
        listed: release.assets.filter(\.isComplete).map {
          PublicationPlan.ListedFile(name: $0.name, sha256: $0.sha256, size: $0.size)
        }))
  }

  /// The same release with another plan of the files, such as one that was settled by reading.
  package init(release: ForgeRelease, files: PublicationPlan) {
    self.release = release
    self.files = files
  }

  /// Whether nothing is to be done: all files are there, and everybody sees them.
  package var isDone: Bool {
    release.isPublished && files.uploads.isEmpty && files.unread.isEmpty
      && files.conflicts.isEmpty
      && files.items.allSatisfy { release.visibleNames.contains($0.file.name) }
  }

  /// What stands against publishing.
  ///
  /// - Parameters:
  ///   - tag: the release's tag.
  ///   - commit: the commit that was built, if there is one.
  /// - Returns: `nil` when the plan can be carried out.
  package func problem(tag: String, commit: String?) -> Problem? {
    if let commit, let found = release.commit, !found.utf8.elementsEqual(commit.utf8) {
      return .otherCommit(tag: tag, found: found, expected: commit)
    }
    let foreign = files.items.map(\.file.name).filter { release.foreignNames.contains($0) }
      .map { Conflict(name: $0, description: "a link of this name that leads elsewhere") }
    let conflicts = files.conflicts.map {
      Conflict(name: $0.file.name, description: $0.conflict.description)
    }
    guard foreign.isEmpty, conflicts.isEmpty else { return .conflicts(foreign + conflicts) }
    let missing = files.uploads.map(\.name)
    if case .published(isImmutable: true) = release.state, !missing.isEmpty {
      return .immutable(missing: missing)
    }
    return nil
  }
}
