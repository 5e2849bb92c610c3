// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// Why a Merkle proof does not hold.
package enum ProofError: Error, Hashable, Sendable {
  /// The index is not below the tree's size.
  case indexOutOfRange(index: UInt64, treeSize: UInt64)
  /// The number of hashes is not what index and size demand.
  case wrongLength(expected: Int, found: Int)
  /// The path leads to another root.
  case rootMismatch(expected: SHA256Hash, computed: SHA256Hash)
}

extension ProofError: CustomStringConvertible {
  /// One sentence for a person.
  package var description: String {
    switch self {
    case .indexOutOfRange(let index, let size):
      "the proof is for entry \(index) of a tree of \(size) entries"
    case .wrongLength(let expected, let found):
      "the proof has \(found) hashes where its tree demands \(expected)"
    case .rootMismatch(let expected, let computed):
      "the proof leads to root \(computed), not to \(expected)"
    }
  }
}

/// A proof that an entry is in a Merkle tree (RFC 6962 §2.1.1, checked as in RFC 9162 §2.1.3.2).
package struct InclusionProof: Hashable, Sendable {
  /// Index of the entry, from 0.
  package let index: UInt64
  /// Number of entries in the tree.
  package let treeSize: UInt64
  /// Sibling hashes from leaf to root.
  package let hashes: [SHA256Hash]

  /// Puts a proof together; ``check(leaf:root:)`` judges it.
  package init(index: UInt64, treeSize: UInt64, hashes: [SHA256Hash]) {
    self.index = index
    self.treeSize = treeSize
    self.hashes = hashes
  }

  /// Computes the root that this path leads to from a leaf hash.
  ///
  /// The path splits in an inner part, where the entry's sibling may lie on either side, and a
  /// border part along the right edge, where all siblings lie to the left.
  ///
  /// - Throws: ``ProofError/indexOutOfRange(index:treeSize:)`` or
  ///   ``ProofError/wrongLength(expected:found:)``.
  package func root(leaf: SHA256Hash) throws(ProofError) -> SHA256Hash {
    guard index < treeSize else { throw .indexOutOfRange(index: index, treeSize: treeSize) }
    let inner = 64 - (index ^ (treeSize - 1)).leadingZeroBitCount
    let border = inner >= 64 ? 0 : (index >> UInt64(inner)).nonzeroBitCount
    guard hashes.count == inner + border else {
      throw .wrongLength(expected: inner + border, found: hashes.count)
    }
    var node = leaf
    for level in 0..<inner {
      let isRight = index >> UInt64(level) & 1 == 1
      node =
        isRight ? MerkleHash.node(hashes[level], node) : MerkleHash.node(node, hashes[level])
    }
    for hash in hashes[inner...] { node = MerkleHash.node(hash, node) }
    return node
  }

  /// Checks that the path leads from a leaf hash to a root.
  ///
  /// - Throws: ``ProofError``.
  package func check(leaf: SHA256Hash, root: SHA256Hash) throws(ProofError) {
    let computed = try self.root(leaf: leaf)
    guard computed == root else { throw .rootMismatch(expected: root, computed: computed) }
  }
}
