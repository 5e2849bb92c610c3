// SPDX-License-Identifier: Apache-2.0

/// DER as a tree of tags, so that tests can take parts out and put others in.
package indirect enum DERTree: Hashable, Sendable {
  /// A primitive node.
  case primitive(tag: UInt8, [UInt8])
  /// A constructed node.
  case constructed(tag: UInt8, [DERTree])

  /// Reads one node that is all of the bytes; lengths up to 65,535.
  package init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    guard let node = Self.next(&rest), rest.isEmpty else { return nil }
    self = node
  }

  private static func next(_ rest: inout ArraySlice<UInt8>) -> DERTree? {
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      length = 0
      for _ in 0..<(first & 0x7f) {
        guard let byte = rest.popFirst() else { return nil }
        length = length << 8 | Int(byte)
      }
    }
    guard rest.count >= length else { return nil }
    var content = rest.prefix(length)
    rest = rest.dropFirst(length)
    guard tag & 0x20 != 0 else { return .primitive(tag: tag, Array(content)) }
    var children: [DERTree] = []
    while !content.isEmpty {
      guard let child = next(&content) else { return nil }
      children.append(child)
    }
    return .constructed(tag: tag, children)
  }

  /// The bytes.
  package var bytes: [UInt8] {
    switch self {
    case .primitive(let tag, let content): Self.encode(tag, content)
    case .constructed(let tag, let children): Self.encode(tag, children.flatMap(\.bytes))
    }
  }

  private static func encode(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    let count = content.count
    let length: [UInt8] =
      count < 0x80
      ? [UInt8(count)]
      : count < 0x100
        ? [0x81, UInt8(count)] : [0x82, UInt8(count >> 8), UInt8(count & 0xff)]
    return [tag] + length + content
  }

  /// The paths of all nodes below this one.
  package var paths: [[Int]] {
    guard case .constructed(_, let children) = self else { return [] }
    return children.enumerated().flatMap { index, child in
      [[index]] + child.paths.map { [index] + $0 }
    }
  }

  /// The tree with the node at a path changed; `nil` takes it out.
  package func editing(_ path: [Int], _ change: (DERTree) -> DERTree?) -> DERTree {
    guard let index = path.first, case .constructed(let tag, var children) = self else {
      return change(self) ?? self
    }
    if path.count == 1 {
      if let changed = change(children[index]) {
        children[index] = changed
      } else {
        children.remove(at: index)
      }
    } else {
      children[index] = children[index].editing(Array(path.dropFirst()), change)
    }
    return .constructed(tag: tag, children)
  }
}
