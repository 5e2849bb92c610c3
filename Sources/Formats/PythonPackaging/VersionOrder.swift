// SPDX-License-Identifier: Apache-2.0

/// The order of versions (PEP 440, "Summary of permitted suffixes and relative ordering").
///
/// Within one release: development releases, then pre-releases, the release, post-releases; a local
/// version after the same version without one.
extension Version: Comparable, Hashable {
  package static func == (left: Version, right: Version) -> Bool {
    left.sortKey == right.sortKey
  }

  package static func < (left: Version, right: Version) -> Bool {
    left.sortKey.precedes(right.sortKey)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(sortKey) }

  private var sortKey: SortKey {
    let significant = release.count - release.reversed().prefix { $0 == .zero }.count
    let pre: SortKey.Rank<PreRelease>
    if let preRelease {
      pre = .value(preRelease)
    } else if postRelease == nil, developmentRelease != nil {
      // 1.0.dev1 comes before 1.0a1.
      pre = .lowest
    } else {
      pre = .highest
    }
    return SortKey(
      epoch: epoch, release: Array(release.prefix(significant)), pre: pre,
      post: postRelease.map { .value($0) } ?? .lowest,
      development: developmentRelease.map { .value($0) } ?? .highest, local: local)
  }
}

extension Version.PreRelease: Comparable {
  static func < (left: Version.PreRelease, right: Version.PreRelease) -> Bool {
    (left.phase, left.number) < (right.phase, right.number)
  }
}

extension Version.LocalSegment: Comparable {
  static func < (left: Version.LocalSegment, right: Version.LocalSegment) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)):
      left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.text, .number): true
    case (.number, .text): false
    case (.number(let left), .number(let right)): left < right
    }
  }
}

/// What versions are compared by.
private struct SortKey: Hashable {
  /// A part that may be absent; where absence sorts depends on the part.
  enum Rank<Value: Comparable & Hashable>: Comparable, Hashable {
    case lowest
    case value(Value)
    case highest
  }

  let epoch: Numeral
  let release: [Numeral]
  let pre: Rank<Version.PreRelease>
  let post: Rank<Numeral>
  let development: Rank<Numeral>
  let local: [Version.LocalSegment]

  func precedes(_ other: SortKey) -> Bool {
    if epoch != other.epoch { return epoch < other.epoch }
    if release != other.release { return release.lexicographicallyPrecedes(other.release) }
    if pre != other.pre { return pre < other.pre }
    if post != other.post { return post < other.post }
    if development != other.development { return development < other.development }
    return local.lexicographicallyPrecedes(other.local)
  }
}
