// SPDX-License-Identifier: Apache-2.0

package import Encodings
import TransparencyLog

/// A tree that computes every node from its leaves; the oracle for stored ones.
package struct NaiveTree: MerkleNodeReader {
  /// The leaf hashes.
  package let leaves: [SHA256Hash]

  /// Makes a tree.
  package init(leaves: some Sequence<SHA256Hash>) {
    self.leaves = Array(leaves)
  }

  package func node(level: Int, index: UInt64) throws -> SHA256Hash {
    let width = 1 << level
    return root(leaves[Int(index) * width..<(Int(index) + 1) * width])
  }

  /// RFC 6962 §2.1, word by word.
  package func root(_ range: ArraySlice<SHA256Hash>) -> SHA256Hash {
    guard let first = range.first else { return MerkleHash.emptyRoot }
    guard range.count > 1 else { return first }
    var split = 1
    while split * 2 < range.count { split *= 2 }
    let middle = range.startIndex + split
    return MerkleHash.node(root(range[..<middle]), root(range[middle...]))
  }
}
