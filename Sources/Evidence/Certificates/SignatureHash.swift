// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The hashes that signatures and timestamps here may use; SHA-1 is not one of them.
package enum SignatureHash: Hashable, Sendable {
  /// SHA-256.
  case sha256
  /// SHA-384.
  case sha384
  /// SHA-512.
  case sha512

  /// The hash of a digest algorithm's object identifier (RFC 5754 §2), given as its content, if it
  /// is accepted: `2.16.840.1.101.3.4.2.n`.
  init?(_ identifier: ArraySlice<UInt8>) {
    guard identifier.dropLast().elementsEqual([0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2]) else {
      return nil
    }
    switch identifier.last {
    case 1: self = .sha256
    case 2: self = .sha384
    case 3: self = .sha512
    default: return nil
    }
  }

  /// Bytes of a digest.
  var byteCount: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }

  /// The digest of a message.
  package func digest(of message: [UInt8]) -> [UInt8] {
    switch self {
    case .sha256: Array(SHA256.hash(data: message))
    case .sha384: Array(SHA384.hash(data: message))
    case .sha512: Array(SHA512.hash(data: message))
    }
  }
}
