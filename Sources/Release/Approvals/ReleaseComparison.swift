// SPDX-License-Identifier: Apache-2.0

import Attestations
package import Encodings
import PythonPackaging

/// What changed from one release to the next, for who is to approve it.
package struct ReleaseComparison: Hashable, Sendable {
  /// One difference.
  package struct Change: Hashable, Sendable {
    /// What differs.
    package enum Kind: String, Hashable, Sendable {
      /// Who signed.
      case publisher
      /// Who vouches for who signed.
      case issuer
      /// What built it.
      case builder
      /// The source repository.
      case repository
      /// The commits.
      case commit
      /// Kinds of files that are new.
      case added
      /// Kinds of files that are gone.
      case removed
    }

    /// What differs.
    package let kind: Kind
    /// What was there.
    package let old: [String]
    /// What is there.
    package let new: [String]

    /// Whether it is not what one release after another looks like.
    package var isUnusual: Bool { kind != .commit }
  }

  /// What stands for a fact that nothing says.
  package static let unsaid = "not said"

  /// The release before.
  package let previous: ReleaseRecord
  /// The differences.
  package let changes: [Change]

  /// Compares two releases.
  ///
  /// Refs within names of publishers and builders are left out, because every release has its own
  /// tag; files are compared by what follows project and version in their names.
  package init(_ current: ReleaseRecord, since previous: ReleaseRecord) {
    var changes: [Change] = []
    func compare(_ kind: Change.Kind, _ value: (ReleaseOrigin) -> String?) {
      let old = Self.unique(previous.origins.map { value($0) ?? Self.unsaid })
      let new = Self.unique(current.origins.map { value($0) ?? Self.unsaid })
      if old != new { changes.append(Change(kind: kind, old: old, new: new)) }
    }
    compare(.publisher) { Self.withoutRef($0.publisher) }
    compare(.issuer) { $0.issuer }
    compare(.builder) { $0.builder.map(Self.withoutRef) }
    compare(.repository) { $0.repository }
    compare(.commit) { $0.commit }
    let old = Self.unique(previous.files.map { Self.shape($0.name) })
    let new = Self.unique(current.files.map { Self.shape($0.name) })
    let added = new.filter { !old.contains(bytesOf: $0) }
    let removed = old.filter { !new.contains(bytesOf: $0) }
    if !added.isEmpty { changes.append(Change(kind: .added, old: [], new: added)) }
    if !removed.isEmpty { changes.append(Change(kind: .removed, old: removed, new: [])) }
    self.previous = previous
    self.changes = changes
  }

  /// The page at a forge that shows the commits between the releases, where one is known to have it.
  package func commitsURL(for current: ReleaseRecord) -> String? {
    guard let old = previous.origins.first, let new = current.origins.first,
      previous.origins.count == 1, current.origins.count == 1, let from = old.commit,
      let to = new.commit, let repository = new.repository,
      old.repository?.utf8.elementsEqual(repository.utf8) == true
    else { return nil }
    if repository.utf8.starts(with: "https://github.com/".utf8) {
      return "\(repository)/compare/\(from)...\(to)"
    }
    if repository.utf8.starts(with: "https://gitlab.com/".utf8) {
      return "\(repository)/-/compare/\(from)...\(to)"
    }
    return nil
  }

  private static func unique(_ texts: [String]) -> [String] {
    var result: [String] = []
    for text in texts where !result.contains(bytesOf: text) { result.append(text) }
    return result.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func withoutRef(_ text: String) -> String {
    guard text.utf8.starts(with: "https://".utf8) else { return text }
    return String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self)
  }

  /// `sdist`, a wheel's tags, or the whole name.
  private static func shape(_ name: String) -> String {
    switch try? DistributionFilename(name) {
    case .sdist: return "sdist"
    case .wheel:
      let parts = name.utf8.split(separator: UInt8(ascii: "-")).dropFirst(2)
      return "wheel "
        + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    case nil: return name
    }
  }
}

extension ReleaseComparison {
  /// The JSON form, for machines.
  package var json: JSONValue {
    [
      "previous": previous.json(withFiles: true),
      "changes": .array(
        changes.map { change in
          [
            "what": .string(change.kind.rawValue), "unusual": .boolean(change.isUnusual),
            "old": .array(change.old.map { .string($0) }),
            "new": .array(change.new.map { .string($0) }),
          ]
        }),
    ]
  }
}
