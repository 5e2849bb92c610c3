// SPDX-License-Identifier: Apache-2.0

internal import Archives
internal import PythonPackaging

/// Pairs the members of two archives by path and compares each pair; what has no pair is named.
struct MemberPairing {
  private let published: ArchiveSide
  private let rebuilt: ArchiveSide
  private let filename: DistributionFilename
  private let isWheel: Bool
  private let meaning: MemberMeaning
  private var unpaired = UnpairedMembers()
  /// Paths, as the archives are paired by, of files whose contents differ or that have no pair.
  private var changed: Set<[UInt8]> = []

  private static let record = Array(".dist-info/RECORD".utf8)

  init(
    _ published: ArchiveSide, _ rebuilt: ArchiveSide, _ filename: DistributionFilename,
    limits: ComparisonLimits
  ) {
    self.published = published
    self.rebuilt = rebuilt
    self.filename = filename
    isWheel = filename.filetype == "bdist_wheel"
    meaning = MemberMeaning(isWheel: isWheel, limits: limits)
  }

  /// Compares everything.
  mutating func compare(into list: inout DifferenceList) {
    let isFolderKnown = published.folder != nil && rebuilt.folder != nil
    if isFolderKnown, published.folder != rebuilt.folder {
      list.add(
        .topFolder, member: nil, published: published.folder.map(Self.text),
        rebuilt: rebuilt.folder.map(Self.text))
    }
    func key(_ entry: ArchiveSide.Entry, of side: ArchiveSide) -> [UInt8] {
      isFolderKnown ? side.key(entry, isWheel: isWheel) : entry.path
    }
    var others: [[UInt8]: ArchiveSide.Entry] = [:]
    var surplus: [([UInt8], ArchiveSide.Entry)] = []
    for entry in rebuilt.entries {
      let key = key(entry, of: rebuilt)
      // A folder may have two entries.
      if others.updateValue(entry, forKey: key) != nil { surplus.append((key, entry)) }
    }
    var order: [Int] = []
    var pairs: [(key: [UInt8], ArchiveSide.Entry, ArchiveSide.Entry)] = []
    for entry in published.entries {
      let key = key(entry, of: published)
      if let other = others.removeValue(forKey: key) {
        order.append(other.index)
        pairs.append((key, entry, other))
      } else {
        unpaired.published.append((key, entry))
      }
    }
    let rest = rebuilt.entries.filter { others[key($0, of: rebuilt)]?.index == $0.index }
    unpaired.rebuilt = rest.map { (key($0, of: rebuilt), $0) } + surplus
    for (key, one, other) in pairs { compare(key, one, other, into: &list) }
    compareOrder(order, pairs.map(\.1.index), into: &list)
    if case .wheel(let left) = published.container, case .wheel(let right) = rebuilt.container {
      ZipComparison(left, bytes: published.bytes).compareEnd(
        with: ZipComparison(right, bytes: rebuilt.bytes), into: &list)
    }
    if case .sdist(let gzip, _, let layout) = published.container,
      case .sdist(let otherGzip, _, let otherLayout) = rebuilt.container
    {
      TarComparison.compareWhole(
        (gzip, layout, published.bytes), (otherGzip, otherLayout, rebuilt.bytes), filename,
        into: &list)
    }
    changed.formUnion(unpaired.name(published, rebuilt, meaning, into: &list))
    if isWheel { compareRecord(isFolderKnown: isFolderKnown, into: &list) }
  }

  private mutating func compare(
    _ key: [UInt8], _ one: ArchiveSide.Entry, _ other: ArchiveSide.Entry,
    into list: inout DifferenceList
  ) {
    let member = ComparedMember(
      path: one.shown, publishedSize: one.size, rebuiltSize: other.size)
    var isSame = true
    if one.kind != other.kind {
      list.add(
        Self.isLink(one.kind) || Self.isLink(other.kind) ? .symlink : .memberKind, member: member,
        published: Self.text(one.kind), rebuilt: Self.text(other.kind))
      changed.insert(key)
      isSame = false
    } else if one.kind == .file {
      isSame = compareContents(key, one, other, member, into: &list)
    }
    switch (published.container, rebuilt.container) {
    case (.wheel(let left), .wheel(let right)):
      ZipComparison(left, bytes: published.bytes).compare(
        one, with: other, of: ZipComparison(right, bytes: rebuilt.bytes), member: member,
        hasSameContents: isSame, into: &list)
    case (.sdist(_, let left, let layout), .sdist(_, let right, let otherLayout)):
      TarComparison.compare(
        one, other, (left, layout), (right, otherLayout), member: member, into: &list)
    default: break
    }
  }

  // Whether they are the same.
  private mutating func compareContents(
    _ key: [UInt8], _ one: ArchiveSide.Entry, _ other: ArchiveSide.Entry,
    _ member: ComparedMember, into list: inout DifferenceList
  ) -> Bool {
    if case .wheel(let left) = published.container, case .wheel(let right) = rebuilt.container {
      let (packed, otherPacked) = (left.members[one.index], right.members[other.index])
      if one.size == other.size, packed.header.method == otherPacked.header.method,
        left.compressed(packed) == right.compressed(otherPacked)
      {
        return true
      }
    }
    guard let contents = try? published.contents(of: one),
      let otherContents = try? rebuilt.contents(of: other)
    else {
      // Both were read before, so this cannot be; if it is, it is no pass.
      list.add(.contents, member: member, published: "unreadable")
      return false
    }
    if contents == otherContents { return true }
    // RECORD is compared last: most often it differs because other members do.
    guard !isWheel || key != Self.record else { return false }
    changed.insert(key)
    let path = String(decoding: key, as: UTF8.self)
    for finding in meaning.findings(path, contents, otherContents) {
      list.add(
        finding.cause, member: member, published: finding.published, rebuilt: finding.rebuilt,
        excerpt: finding.excerpt)
    }
    return false
  }

  private func compareOrder(
    _ rebuiltOrder: [Int], _ publishedOrder: [Int], into list: inout DifferenceList
  ) {
    var moved = zip(rebuiltOrder, rebuiltOrder.sorted()).filter { $0 != $1 }.count
    if case .wheel(let left) = published.container, case .wheel(let right) = rebuilt.container {
      // The data may stand in another order than the directory's.
      let pairs = Dictionary(
        zip(publishedOrder, rebuiltOrder), uniquingKeysWith: { first, _ in first })
      let one = ZipComparison(left, bytes: published.bytes).localOrder.compactMap { pairs[$0] }
      let known = Set(rebuiltOrder)
      let other = ZipComparison(right, bytes: rebuilt.bytes).localOrder
        .filter { known.contains($0) }
      moved = max(moved, zip(one, other).filter { $0 != $1 }.count)
    }
    if moved > 0 {
      list.add(
        .memberOrder, member: nil, published: "\(moved) members in another place", count: moved)
    }
  }

  private func compareRecord(isFolderKnown: Bool, into list: inout DifferenceList) {
    func record(_ side: ArchiveSide) -> ArchiveSide.Entry? {
      guard let folder = side.folder else { return nil }
      let path = folder + Array("/RECORD".utf8)
      return side.entries.first { $0.path == path && $0.kind == .file }
    }
    let (one, other) = (record(published), record(rebuilt))
    guard let one, let other, let left = try? published.contents(of: one),
      let right = try? rebuilt.contents(of: other)
    else {
      list.add(
        .recordMissing, member: nil, published: one == nil ? "no RECORD" : "a RECORD",
        rebuilt: other == nil ? "no RECORD" : "a RECORD")
      return
    }
    // The same RECORD over members that differ is untrue of one of the two.
    guard left != right || !changed.isEmpty else { return }
    let member = ComparedMember(
      path: one.shown, publishedSize: one.size, rebuiltSize: other.size)
    let finding = RecordComparison(
      published: (published, left), rebuilt: (rebuilt, right), limits: meaning.limits
    ).finding(changed: changed, isFolderRenamed: published.folder != rebuilt.folder) { path, side in
      let top = path.prefix { $0 != UInt8(ascii: "/") }
      guard isFolderKnown, let folder = side.folder, top.elementsEqual(folder) else { return path }
      return Array(".dist-info".utf8) + path[top.endIndex...]
    }
    guard let finding else { return }
    list.add(
      finding.cause, member: member, published: finding.published, rebuilt: finding.rebuilt,
      excerpt: finding.excerpt)
  }

  private static func isLink(_ kind: ArchiveSide.Kind) -> Bool {
    if case .link = kind { return true }
    return false
  }

  private static func text(_ kind: ArchiveSide.Kind) -> String {
    switch kind {
    case .file: "a file"
    case .folder: "a folder"
    case .link(let target): "a link to `\(target)`"
    }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
