// SPDX-License-Identifier: Apache-2.0

/// Members that only one archive has, and what tells why.
///
/// None of the causes here lets a file pass; a name such as `compressed-members` only says where to
/// look.
struct UnpairedMembers {
  /// Members of the published archive, by the path they would be paired by.
  var published: [(key: [UInt8], entry: ArchiveSide.Entry)] = []
  /// Members of the rebuilt archive.
  var rebuilt: [(key: [UInt8], entry: ArchiveSide.Entry)] = []

  /// Names all of them, and gives their paths.
  func name(
    _ one: ArchiveSide, _ other: ArchiveSide, _ meaning: MemberMeaning,
    into list: inout DifferenceList
  ) -> Set<[UInt8]> {
    var remaining: [[UInt8]: ArchiveSide.Entry] = [:]
    for (key, entry) in rebuilt { remaining[key] = entry }
    for (key, entry) in published {
      if let (cause, partner, text) = partner(key, entry, remaining, one, other, meaning) {
        remaining[partner.key] = nil
        list.add(
          cause,
          member: ComparedMember(
            path: entry.shown, publishedSize: entry.size, rebuiltSize: partner.entry.size),
          published: text, rebuilt: partner.entry.shown)
      } else {
        list.add(
          Self.cause(key, entry, meaning.isWheel, isPublished: true),
          member: ComparedMember(path: entry.shown, publishedSize: entry.size, rebuiltSize: nil),
          published: Self.text(entry), rebuilt: "absent"
        ) { Self.look(entry, one, isPublished: true, meaning.limits) }
      }
    }
    for (key, entry) in rebuilt where remaining[key]?.index == entry.index {
      list.add(
        Self.cause(key, entry, meaning.isWheel, isPublished: false),
        member: ComparedMember(path: entry.shown, publishedSize: nil, rebuiltSize: entry.size),
        published: "absent", rebuilt: Self.text(entry)
      ) { Self.look(entry, other, isPublished: false, meaning.limits) }
    }
    return Set(published.map(\.key) + rebuilt.map(\.key))
  }

  private typealias Partner = (key: [UInt8], entry: ArchiveSide.Entry)

  // The member of the rebuilt archive that a published one is made of, if the contents say so.
  private func partner(
    _ key: [UInt8], _ entry: ArchiveSide.Entry, _ remaining: [[UInt8]: ArchiveSide.Entry],
    _ one: ArchiveSide, _ other: ArchiveSide, _ meaning: MemberMeaning
  ) -> (DifferenceCause, Partner, String)? {
    guard entry.kind == .file else { return nil }
    let suffix = Array(".gz".utf8)
    let isCompressed = key.suffix(3).elementsEqual(suffix)
    let compressed = isCompressed ? Array(key.dropLast(3)) : key + suffix
    if let match = remaining[compressed], match.kind == .file,
      let left = try? one.contents(of: entry), let right = try? other.contents(of: match)
    {
      let outer = isCompressed ? left : right
      let inner = isCompressed ? right : left
      if let contents = meaning.contentsOfGzip(outer), inner == contents[...] {
        return (.compressedMembers, (compressed, match), entry.shown)
      }
    }
    guard meaning.isWheel,
      let place = Self.licencePlaces(key).first(where: { remaining[$0] != nil }),
      let match = remaining[place], match.kind == .file,
      let left = try? one.contents(of: entry), let right = try? other.contents(of: match),
      left == right
    else { return nil }
    return (.licencePath, (place, match), entry.shown)
  }

  // Where else a wheel may have a file of its metadata folder: below `licenses` or not.
  private static func licencePlaces(_ key: [UInt8]) -> [[UInt8]] {
    let parts = key.split(separator: UInt8(ascii: "/")).map { Array($0) }
    guard parts.count >= 2, parts[0].elementsEqual(".dist-info".utf8) else { return [] }
    let folders = ["licenses", "license_files"].map { Array($0.utf8) }
    let rest = parts.dropFirst()
    func join(_ parts: [[UInt8]]) -> [UInt8] {
      Array(([Array(".dist-info".utf8)] + parts).joined(separator: [UInt8(ascii: "/")]))
    }
    if let first = rest.first, folders.contains(first), rest.count >= 2 {
      let inner = Array(rest.dropFirst())
      return [join(inner)] + folders.filter { $0 != first }.map { join([$0] + inner) }
    }
    return folders.map { join([$0] + rest) }
  }

  private static func cause(
    _ key: [UInt8], _ entry: ArchiveSide.Entry, _ isWheel: Bool, isPublished: Bool
  ) -> DifferenceCause {
    if entry.kind == .folder { return .folderEntry }
    if case .link = entry.kind { return .symlink }
    let path = String(decoding: key, as: UTF8.self)
    let name = MemberMeaning.lastComponent(path)
    if !isWheel, path == "pyproject.toml.orig" { return .uvPyproject }
    let isGenerated =
      isWheel
      ? path.utf8.starts(with: ".dist-info/".utf8)
        && ["scm_version.json", "scm_file_list.json", "top_level.txt", "zip-safe"].contains(name)
      : MemberMeaning.isInEggInfo(path) || path == "PKG-INFO" || path == "setup.cfg"
    if isGenerated { return .generatedFiles }
    return isPublished ? .fileAdded : .fileMissing
  }

  private static func text(_ entry: ArchiveSide.Entry) -> String {
    switch entry.kind {
    case .file: "\(entry.size) bytes"
    case .folder: "a folder"
    case .link(let target): "a link to `\(target)`"
    }
  }

  // The first lines of a file that only one archive has.
  private static func look(
    _ entry: ArchiveSide.Entry, _ side: ArchiveSide, isPublished: Bool, _ limits: ComparisonLimits
  ) -> Excerpt? {
    guard entry.kind == .file, entry.size <= limits.meaningSize,
      let contents = try? side.contents(of: entry)
    else { return nil }
    guard TextLines.isText(contents) else {
      return isPublished ? Excerpt(bytes: contents, []) : Excerpt(bytes: [], contents)
    }
    let lines = TextLines.split(contents).prefix(12).map { $0 }
    return isPublished
      ? Excerpt(lines: lines, [], LineDifference(lines, []), limit: 12)
      : Excerpt(lines: [], lines, LineDifference([], lines), limit: 12)
  }
}
