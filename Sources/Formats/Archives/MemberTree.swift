// SPDX-License-Identifier: Apache-2.0

/// Finds members that are one file on some system: names that stand twice or differ only in case or
/// in the form of their accents, members below something that is not a folder, and links that lead
/// out by way of other links.
///
/// Keys are lower-case; strings of a dictionary compare by canonical equivalence, which here is
/// wanted: two spellings of `é` are one file on some systems.
struct MemberTree {
  private enum Kind { case folder, file, link }

  private struct Node {
    let spelling: String
    let kind: Kind
  }

  private var nodes: [String: Node] = [:]
  private var links: [(path: String, target: String)] = []
  private var nameBytes = 0
  // Members mostly stand beside the one before them.
  private var lastParent = ""

  // Bounds the work on names that are many, long and deep at once.
  private static let nameBytesLimit = 32 << 20

  mutating func add(_ path: String, isFolder: Bool) throws(ArchiveError) {
    try add(path, kind: isFolder ? .folder : .file)
  }

  mutating func add(_ path: String, linkTo target: String) throws(ArchiveError) {
    try add(path, kind: .link)
    links.append((path, target))
  }

  private mutating func add(_ path: String, kind: Kind) throws(ArchiveError) {
    nameBytes += path.utf8.count
    guard nameBytes <= Self.nameBytesLimit else {
      throw ArchiveError(.limit, "the names together are longer than \(Self.nameBytesLimit) bytes")
    }
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      let parent = path[..<slash]
      if !parent.utf8.elementsEqual(lastParent.utf8) {
        try addFolders(to: path)
        lastParent = String(parent)
      }
    }
    if let other = nodes[Self.key(path)] {
      try Self.checkSpelling(path, other)
      guard kind == .folder, other.kind == .folder else {
        throw ArchiveError(.malformed, "the name stands twice", member: path)
      }
    } else {
      nodes[Self.key(path)] = Node(spelling: path, kind: kind)
    }
  }

  private mutating func addFolders(to path: String) throws(ArchiveError) {
    var end = path.utf8.startIndex
    while let slash = path.utf8[end...].firstIndex(of: UInt8(ascii: "/")) {
      let parent = String(path[..<slash])
      if let other = nodes[Self.key(parent)] {
        guard other.kind == .folder else {
          throw ArchiveError(
            .malformed, "it lies below a member that is not a folder", member: path)
        }
        try Self.checkSpelling(parent, other, member: path)
      } else {
        nodes[Self.key(parent)] = Node(spelling: parent, kind: .folder)
      }
      end = path.utf8.index(after: slash)
    }
  }

  /// Looks at the links once all members are known.
  ///
  /// Each target was found to stay inside as text; a link on its way could still lead elsewhere. A
  /// link outside of every folder may not give another member a second name: it would stand in the
  /// folder into which the archive is unpacked, beside what is there already.
  func checkLinks() throws(ArchiveError) {
    for (path, target) in links {
      var place = path.utf8.split(separator: UInt8(ascii: "/")).dropLast()
      let parts = target.utf8.split(separator: UInt8(ascii: "/"))
      for (index, part) in parts.enumerated() where !part.elementsEqual(".".utf8) {
        if part.elementsEqual("..".utf8) {
          _ = place.popLast()
        } else {
          place.append(part)
        }
        guard index < parts.count - 1, let node = node(at: place) else { continue }
        guard node.kind != .link else {
          throw ArchiveError(
            .unsafePath, "it is a link that leads through another link", member: path)
        }
      }
      guard path.utf8.contains(UInt8(ascii: "/")) || node(at: place) == nil else {
        throw ArchiveError(
          .unsafePath, "it is a link outside of every folder to another member", member: path)
      }
    }
  }

  private func node(at place: ArraySlice<Substring.UTF8View>) -> Node? {
    nodes[Self.key(place.map { String($0) ?? "" }.joined(separator: "/"))]
  }

  private static func checkSpelling(
    _ path: String, _ other: Node, member: String? = nil
  ) throws(ArchiveError) {
    guard path.utf8.elementsEqual(other.spelling.utf8) else {
      throw ArchiveError(
        .unsafePath, "its name differs from another only in case or in the form of a character",
        member: member ?? path)
    }
  }

  private static func key(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
    return isPlain ? path : path.lowercased()
  }
}
