// SPDX-License-Identifier: Apache-2.0

/// One version of a project, as an index lists it.
package struct IndexedRelease: Hashable, Sendable {
  /// One file of the version.
  package struct Distribution: Hashable, Sendable {
    /// Its name, taken apart.
    package let name: DistributionFilename
    /// How the index lists it.
    package let file: SimpleIndex.File
  }

  /// The version.
  package let version: Version
  /// Its wheels and sdists, in the order of the page.
  package let distributions: [Distribution]

  /// Files that a release may have; real ones have a few hundred at most.
  package static let fileLimit = 1_000

  /// What makes the list of files unusable, as a sentence: the same name twice, or too many files.
  package var problem: String? {
    guard distributions.count <= Self.fileLimit else {
      return "the index lists more than \(Self.fileLimit) files of version \(version)"
    }
    var seen: Set<[UInt8]> = []
    for item in distributions where !seen.insert(Array(item.name.text.utf8)).inserted {
      return "the index lists `\(item.name)` twice"
    }
    return nil
  }

  /// Whether the index asks not to use any file of this version (PEP 592).
  package var isYanked: Bool { distributions.allSatisfy { $0.file.yanked != .no } }
}

extension SimpleIndex.ProjectPage {
  /// The wheels and sdists of a project by version, in ascending order.
  ///
  /// Files of other kinds, and files whose names are of another project, belong to no release.
  package func releases(of project: ProjectName) -> [IndexedRelease] {
    var byVersion: [Version: [IndexedRelease.Distribution]] = [:]
    for file in files {
      guard let name = try? DistributionFilename(file.filename), name.project == project else {
        continue
      }
      byVersion[name.version, default: []].append(
        IndexedRelease.Distribution(name: name, file: file))
    }
    return byVersion.sorted { $0.key < $1.key }
      .map { IndexedRelease(version: $0.key, distributions: $0.value) }
  }

  /// The newest release that a requirement allows.
  ///
  /// A version that is pinned may be yanked or a pre-release. Of others, yanked files do not count
  /// (PEP 592), and pre-releases only where they are asked for, by the caller or by a clause that
  /// names one.
  package func newestRelease(
    for requirement: Requirement, includingPreReleases: Bool
  ) -> IndexedRelease? {
    let all = releases(of: requirement.project).reversed()
    let matching = all.filter { requirement.specifiers.contains($0.version) }
    if requirement.specifiers.pin != nil { return matching.first }
    let wantsPreReleases = includingPreReleases || requirement.specifiers.namesPreRelease
    for release in matching where wantsPreReleases || !release.version.isPreRelease {
      let kept = release.distributions.filter { $0.file.yanked == .no }
      if !kept.isEmpty { return IndexedRelease(version: release.version, distributions: kept) }
    }
    return nil
  }
}
