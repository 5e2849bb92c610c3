// SPDX-License-Identifier: Apache-2.0

/// Finds members that are one file on some system: names that stand twice or differ only in case or
/// in the form of their accents, members below something that is not a folder, and links that lead
/// out by way of other links.
///
/// Each part of a path is looked up in the folder before it, so that the work is that of the bytes
/// of all paths. Parts are keyed in lower case; strings compare by canonical equivalence, which here
/// is wanted: two spellings of `é` are one file on some systems.
struct MemberTree {
  private enum Kind: UInt8 { case folder, file, link }

  private struct Node {
    /// The name's bytes, where the key alone does not say them.
    let spelling: String?
    let folder: Int32
    let kind: Kind
  }

  private struct Place: Hashable {
    let folder: Int32
    let key: String
  }

  // The first node is the folder into which the archive is unpacked.
  private var nodes = [Node(spelling: nil, folder: 0, kind: .folder)]
  private var places: [Place: Int32] = [:]
  private var links: [(path: String, folder: Int32, target: String)] = []
  private var nameBytes = 0

  // Bounds the work on names that are many and long at once.
  private static let nameBytesLimit = 16 << 20

  /// Most members and folders on the way to them.
  ///
  /// Five times as many as members may be; with the limit of names, some 150 MB.
  static let nodeLimit = 500_000

  mutating func add(_ path: String, isFolder: Bool) throws(ArchiveError) {
    _ = try add(path, kind: isFolder ? .folder : .file)
  }

  mutating func add(_ path: String, linkTo target: String) throws(ArchiveError) {
    try count(target)
    links.append((path, try add(path, kind: .link), target))
  }

  // Gives the folder of the new node.
  private mutating func add(_ path: String, kind: Kind) throws(ArchiveError) -> Int32 {
    try count(path)
    var folder: Int32 = 0
    var rest = path[...].utf8
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      let (node, isNew) = try node(rest[..<slash], in: folder, .folder, of: path)
      guard isNew || nodes[Int(node)].kind == .folder else {
        throw ArchiveError(.malformed, "it lies below a member that is not a folder", member: path)
      }
      folder = node
      rest = rest[rest.index(after: slash)...]
    }
    let (node, isNew) = try node(rest, in: folder, kind, of: path)
    guard isNew || (kind == .folder && nodes[Int(node)].kind == .folder) else {
      throw ArchiveError(.malformed, "the name stands twice", member: path)
    }
    return folder
  }

  private mutating func count(_ text: String) throws(ArchiveError) {
    nameBytes += text.utf8.count
    guard nameBytes <= Self.nameBytesLimit else {
      throw ArchiveError(.limit, "the names together are longer than \(Self.nameBytesLimit) bytes")
    }
  }

  private mutating func node(
    _ part: Substring.UTF8View, in folder: Int32, _ kind: Kind, of path: String
  ) throws(ArchiveError) -> (index: Int32, isNew: Bool) {
    let isPlain = Self.isPlain(part)
    let place = Place(folder: folder, key: Self.key(part))
    guard let index = places[place] else {
      guard nodes.count <= Self.nodeLimit else {
        throw ArchiveError(
          .limit, "the archive has more than \(Self.nodeLimit) members and folders")
      }
      let new = Int32(nodes.count)
      places[place] = new
      nodes.append(
        Node(spelling: isPlain ? nil : String(Substring(part)), folder: folder, kind: kind))
      return (new, true)
    }
    // Keys are one, so that two plain names are one, too.
    let spelling = nodes[Int(index)].spelling
    guard spelling.map({ part.elementsEqual($0.utf8) }) ?? isPlain else {
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
    for (path, folder, target) in links {
      // Where the target leads, from the top; `nil` is what the archive does not have.
      var stack: [Int32?] = [folder]
      while let node = stack.last ?? nil, node != 0 { stack.append(nodes[Int(node)].folder) }
      stack.reverse()
      let parts = target.utf8.split(separator: UInt8(ascii: "/"))
      for (index, part) in parts.enumerated() where !part.elementsEqual(".".utf8) {
        if part.elementsEqual("..".utf8) {
          _ = stack.popLast()
        } else {
          stack.append(
            (stack.last ?? nil).flatMap { places[Place(folder: $0, key: Self.key(part))] })
        }
        guard index < parts.count - 1, let node = stack.last ?? nil else { continue }
        guard nodes[Int(node)].kind != .link else {
          throw ArchiveError(
            .unsafePath, "it is a link that leads through another link", member: path)
        }
      }
      guard folder != 0 || (stack.last ?? nil) == nil else {
        throw ArchiveError(
          .unsafePath, "it is a link outside of every folder to another member", member: path)
      }
    }
  }

  private static func key(_ part: Substring.UTF8View) -> String {
    let text = String(Substring(part))
    return isPlain(part) ? text : text.lowercased()
  }

  // Whether the key of a name is its bytes.
  private static func isPlain(_ part: Substring.UTF8View) -> Bool {
    part.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
  }
}
