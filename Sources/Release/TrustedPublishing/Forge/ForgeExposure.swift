// SPDX-License-Identifier: Apache-2.0

/// What of a release can be seen at a forge, and by whom: what a person must know when a
/// publication stopped in the middle.
package struct ForgeExposure: Hashable, Sendable {
  /// Who sees the files.
  package enum Visibility: Hashable, Sendable {
    /// Nothing was sent.
    case nothing
    /// A draft, which only those who may write see.
    case draft
    /// Files that nothing points to.
    case unlinked
    /// Everybody.
    case everybody
    /// Not known: the service did not answer.
    case unclear
  }

  /// Who sees the files.
  package let visibility: Visibility
  /// The names of the files that are there, in order.
  package let present: [String]
  /// How many there are in all.
  package let total: Int

  /// Nothing was sent.
  package static let nothingSent = ForgeExposure(visibility: .nothing, present: [], total: 0)

  private init(visibility: Visibility, present: [String], total: Int) {
    self.visibility = visibility
    self.present = present
    self.total = total
  }

  /// What a release shows of these files.
  package init(_ release: ForgeRelease, names: [String]) {
    total = names.count
    switch release.state {
    case .absent:
      present = names.filter { release.asset(named: $0)?.isComplete == true }
      visibility = present.isEmpty ? .nothing : .unlinked
    case .draft:
      present = names.filter { release.asset(named: $0)?.isComplete == true }
      visibility = .draft
    case .published:
      present = names.filter { release.visibleNames.contains($0) }
      visibility = .everybody
    }
  }

  /// The same after a draft was made, where there are drafts.
  package func withDraft(_ hasDrafts: Bool) -> ForgeExposure {
    hasDrafts ? ForgeExposure(visibility: .draft, present: present, total: total) : self
  }

  /// The same with all files where nobody else sees them.
  package func staged(_ names: [String], _ hasDrafts: Bool) -> ForgeExposure {
    ForgeExposure(
      visibility: hasDrafts ? .draft : .unlinked, present: names, total: names.count)
  }

  /// The same with one more file.
  package func adding(_ name: String, isVisible: Bool) -> ForgeExposure {
    ForgeExposure(
      visibility: isVisible ? .everybody : visibility == .draft ? .draft : .unlinked,
      present: present.contains(name) ? present : present + [name], total: total)
  }

  /// The same while a request is on its way.
  package func unclear() -> ForgeExposure {
    ForgeExposure(visibility: .unclear, present: present, total: total)
  }

  /// One sentence, to follow "at the forge: ".
  package var description: String {
    switch visibility {
    case .nothing: "nothing was sent"
    case .draft: "a draft with \(present.count) of \(total) files, which the public does not see"
    case .unlinked:
      "\(present.count) of \(total) files in the package registry, which no release points to"
    case .everybody: "\(present.count) of \(total) files are public"
    case .unclear: "it is not known whether the files are public; look at the release's page"
    }
  }
}
