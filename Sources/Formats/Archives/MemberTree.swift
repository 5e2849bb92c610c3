// SPDX-License-Identifier: Apache-2.0

/// Finds members that are one file on some system: names that stand twice or differ only in case or
/// in the form of their accents, members below something that is not a folder, and links that lead
/// out by way of other links.
///
/// Each part of a path is looked up in the folder before it, so that the work is that of the bytes
/// of all paths. Parts are keyed in lower case; strings compare by canonical equivalence, which here
/// is wanted: two spellings of `é` are one file on some systems.
struct MemberTree {
  private enum Kind { case folder, file, link }

  private struct Node {
    let spelling: Substring.UTF8View
    let kind: Kind
  }

  private struct Place: Hashable {
    let folder: Int
    let key: String
  }

  // The first node is the folder into which the archive is unpacked.
  private var nodes = [Node(spelling: Substring().utf8, kind: .folder)]
  private var places: [Place: Int] = [:]
  private var links: [(path: String, folders: [Int], target: String)] = []
  private var nameBytes = 0

  // Bounds the work on names that are many and long at once.
  private static let nameBytesLimit = 16 << 20

  mutating func add(_ path: String, isFolder: Bool) throws(ArchiveError) {
    _ = try add(path, kind: isFolder ? .folder : .file)
  }

  mutating func add(_ path: String, linkTo target: String) throws(ArchiveError) {
    try count(target)
    links.append((path, try add(path, kind: .link), target))
  }

  // Gives the folders to the new node.
  private mutating func add(_ path: String, kind: Kind) throws(ArchiveError) -> [Int] {
    try count(path)
    var folders = [0]
    var rest = path[...].utf8
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      let (node, isNew) = try node(rest[..<slash], in: folders.last ?? 0, .folder, of: path)
      guard isNew || nodes[node].kind == .folder else {
        throw ArchiveError(.malformed, "it lies below a member that is not a folder", member: path)
      }
      folders.append(node)
      rest = rest[rest.index(after: slash)...]
    }
    let (node, isNew) = try node(rest, in: folders.last ?? 0, kind, of: path)
    guard isNew || (kind == .folder && nodes[node].kind == .folder) else {
      throw ArchiveError(.malformed, "the name stands twice", member: path)
    }
    return folders
  }

  private mutating func count(_ text: String) throws(ArchiveError) {
    nameBytes += text.utf8.count
    guard nameBytes <= Self.nameBytesLimit else {
      throw ArchiveError(.limit, "the names together are longer than \(Self.nameBytesLimit) bytes")
    }
  }

  private mutating func node(
    _ part: Substring.UTF8View, in folder: Int, _ kind: Kind, of path: String
  ) throws(ArchiveError) -> (index: Int, isNew: Bool) {
    let place = Place(folder: folder, key: Self.key(part))
    guard let index = places[place] else {
      places[place] = nodes.count
      nodes.append(Node(spelling: part, kind: kind))
      return (nodes.count - 1, true)
    }
    guard part.elementsEqual(nodes[index].spelling) else {
      throw ArchiveError(
        .unsafePath, "its name differs from another only in case or in the form of a character",
        member: path)
    }
    return (index, false)
  }

  /// Looks at the links once all members are known.
  ///
  /// Each target was found to stay inside as text; a link on its way could still lead elsewhere. A
  /// link outside of every folder may not give another member a second name: it would stand in the
  /// folder into which the archive is unpacked, beside what is there already.
  func checkLinks() throws(ArchiveError) {
    for (path, folders, target) in links {
      // Where the target leads, from the top; `nil` is what the archive does not have.
      var stack = folders.map { Optional($0) }
      let parts = target.utf8.split(separator: UInt8(ascii: "/"))
      for (index, part) in parts.enumerated() where !part.elementsEqual(".".utf8) {
        if part.elementsEqual("..".utf8) {
          _ = stack.popLast()
        } else {
          stack.append(
            (stack.last ?? nil).flatMap { places[Place(folder: $0, key: Self.key(part))] })
        }
        guard index < parts.count - 1, let node = stack.last ?? nil else { continue }
        guard nodes[node].kind != .link else {
          throw ArchiveError(
            .unsafePath, "it is a link that leads through another link", member: path)
        }
      }
      guard folders.count > 1 || (stack.last ?? nil) == nil else {
        throw ArchiveError(
          .unsafePath, "it is a link outside of every folder to another member", member: path)
      }
    }
  }

  private static func key(_ part: Substring.UTF8View) -> String {
    let text = String(Substring(part))
    let isPlain = part.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
    return isPlain ? text : text.lowercased()
  }
}
