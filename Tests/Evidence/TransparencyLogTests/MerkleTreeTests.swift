// SPDX-License-Identifier: Apache-2.0

import Encodings
import Testing
import TransparencyLog

/// Remembers what `nodesAdded` gave, as a log's store does.
private final class NodeStore: MerkleNodeReader {
  private var nodes: [[UInt64: SHA256Hash]] = []
  private(set) var size: UInt64 = 0

  struct Missing: Error {}

  func node(level: Int, index: UInt64) throws -> SHA256Hash {
    guard level < nodes.count, let hash = nodes[level][index] else { throw Missing() }
    return hash
  }

  func append(_ leaf: SHA256Hash) throws {
    for node in try MerkleTree.nodesAdded(appending: leaf, to: size, reading: self) {
      while nodes.count <= node.level { nodes.append([:]) }
      nodes[node.level][node.index] = node.hash
    }
    size += 1
  }
}

/// RFC 6962 §2.1, word by word.
private func naiveRoot(_ leaves: ArraySlice<SHA256Hash>) -> SHA256Hash {
  guard let first = leaves.first else { return MerkleHash.emptyRoot }
  guard leaves.count > 1 else { return first }
  var split = 1
  while split * 2 < leaves.count { split *= 2 }
  let middle = leaves.startIndex + split
  return MerkleHash.node(naiveRoot(leaves[..<middle]), naiveRoot(leaves[middle...]))
}

@Suite struct MerkleTreeTests {
  // The roots of the trees of 0 to 8 entries of Certificate Transparency's reference vectors.
  static let entries: [String] = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func referenceRoots() throws {
    let store = NodeStore()
    for (size, root) in Self.roots.enumerated() {
      #expect(try MerkleTree.root(size: UInt64(size), reading: store).hexadecimal == root)
      if size < Self.entries.count {
        try store.append(MerkleHash.leaf(try Hexadecimal.decode(Self.entries[size])))
      }
    }
  }

  @Test func everyProofOfEverySize() throws {
    let store = NodeStore()
    var leaves: [SHA256Hash] = []
    for size in 1...70 {
      let leaf = MerkleHash.leaf([UInt8(size)])
      leaves.append(leaf)
      try store.append(leaf)
      let root = try MerkleTree.root(size: UInt64(size), reading: store)
      #expect(root == naiveRoot(leaves[...]))
      for index in 0..<size {
        let hashes = try MerkleTree.inclusionProof(
          index: UInt64(index), size: UInt64(size), reading: store)
        let proof = InclusionProof(
          index: UInt64(index), treeSize: UInt64(size), hashes: hashes)
        #expect(throws: Never.self) { try proof.check(leaf: leaves[index], root: root) }
        #expect(throws: ProofError.self) {
          try proof.check(leaf: MerkleHash.leaf([0xff, 0xff]), root: root)
        }
        let longer = InclusionProof(
          index: UInt64(index), treeSize: UInt64(size), hashes: hashes + [root])
        #expect(throws: ProofError.self) { try longer.check(leaf: leaves[index], root: root) }
      }
    }
  }

  @Test(
    arguments: [
      (0, 0), (1, 1), (5, 3), (UInt64.max, UInt64.max), (0, UInt64.max), (UInt64.max - 1, .max),
      (1 << 62, 1 << 63),
    ] as [(UInt64, UInt64)])
  func extremesAreErrors(index: UInt64, size: UInt64) {
    let proof = InclusionProof(index: index, treeSize: size, hashes: [])
    #expect(throws: ProofError.self) { try proof.root(leaf: MerkleHash.emptyRoot) }
  }
}
