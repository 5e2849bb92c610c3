// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// The hash of one complete subtree.
package struct MerkleNode: Hashable, Sendable {
  /// Height of the subtree: it covers 2^level entries.
  package let level: Int
  /// Position among the complete subtrees of that height, from 0.
  package let index: UInt64
  /// Its root hash.
  package let hash: SHA256Hash
}

/// Something that remembers the hashes of complete subtrees.
package protocol MerkleNodeReader {
  /// The hash of the complete subtree of 2^level entries that starts at entry index × 2^level.
  func node(level: Int, index: UInt64) throws -> SHA256Hash
}

/// Arithmetic on append-only Merkle trees (RFC 6962 §2.1) over stored complete subtrees.
///
/// A tree of n entries is the sequence of complete subtrees given by the binary digits of n, large
/// ones first. Only complete subtrees are stored, so a stored hash never changes.
package enum MerkleTree {
  /// The complete subtrees that come into being when a leaf is appended, leaf first.
  ///
  /// - Parameters:
  ///   - leaf: the leaf hash.
  ///   - size: the number of entries before.
  ///   - reader: the store of the earlier subtrees.
  /// - Returns: the subtrees to store.
  /// - Throws: what the reader throws.
  package static func nodesAdded(
    appending leaf: SHA256Hash, to size: UInt64, reading reader: some MerkleNodeReader
  ) throws -> [MerkleNode] {
    var nodes = [MerkleNode(level: 0, index: size, hash: leaf)]
    var hash = leaf
    var index = size
    var level = 0
    while index & 1 == 1 {
      hash = MerkleHash.node(try reader.node(level: level, index: index - 1), hash)
      index >>= 1
      level += 1
      nodes.append(MerkleNode(level: level, index: index, hash: hash))
    }
    return nodes
  }

  /// The root of the tree of the first `size` entries.
  package static func root(
    size: UInt64, reading reader: some MerkleNodeReader
  ) throws -> SHA256Hash {
    try rangeHash(start: 0, end: size, reading: reader)
  }

  /// The sibling hashes, leaf to root, for an entry in the tree of the first `size` entries.
  ///
  /// - Throws: ``ProofError/indexOutOfRange(index:treeSize:)`` and what the reader throws.
  package static func inclusionProof(
    index: UInt64, size: UInt64, reading reader: some MerkleNodeReader
  ) throws -> [SHA256Hash] {
    guard index < size else {
      throw ProofError.indexOutOfRange(index: index, treeSize: size)
    }
    var start: UInt64 = 0
    var end = size
    var path: [SHA256Hash] = []
    while end - start > 1 {
      let middle = start + split(end - start)
      if index < middle {
        path.append(try rangeHash(start: middle, end: end, reading: reader))
        end = middle
      } else {
        path.append(try rangeHash(start: start, end: middle, reading: reader))
        start = middle
      }
    }
    return path.reversed()
  }

  /// The largest power of two below a count of at least 2.
  private static func split(_ count: UInt64) -> UInt64 {
    1 << UInt64(63 - (count - 1).leadingZeroBitCount)
  }

  /// The hash over entries start..<end, where start is a multiple of the largest subtree inside.
  private static func rangeHash(
    start: UInt64, end: UInt64, reading reader: some MerkleNodeReader
  ) throws -> SHA256Hash {
    var start = start
    var complete: [SHA256Hash] = []
    while start < end {
      let level = 63 - (end - start).leadingZeroBitCount
      complete.append(try reader.node(level: level, index: start >> UInt64(level)))
      start += 1 << UInt64(level)
    }
    guard var hash = complete.popLast() else { return MerkleHash.emptyRoot }
    while let left = complete.popLast() { hash = MerkleHash.node(left, hash) }
    return hash
  }
}
