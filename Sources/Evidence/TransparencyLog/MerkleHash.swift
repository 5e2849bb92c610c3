// SPDX-License-Identifier: Apache-2.0

import Crypto
package import Encodings

/// The two hashes of a Merkle tree (RFC 6962 §2.1); the prefix byte keeps leaves and nodes apart.
package enum MerkleHash {
  /// The root of the empty tree, SHA-256 of nothing.
  package static let emptyRoot = SHA256Hash(hashing: [])

  /// `SHA256(0x00 || entry)`.
  package static func leaf(_ entry: [UInt8]) -> SHA256Hash {
    var hash = SHA256()
    hash.update(data: [0x00])
    hash.update(data: entry)
    return SHA256Hash(hash.finalize())
  }

  /// `SHA256(0x01 || left || right)`.
  package static func node(_ left: SHA256Hash, _ right: SHA256Hash) -> SHA256Hash {
    var hash = SHA256()
    hash.update(data: [0x01] + left.bytes + right.bytes)
    return SHA256Hash(hash.finalize())
  }
}
