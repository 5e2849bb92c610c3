// SPDX-License-Identifier: Apache-2.0

import Crypto
import SwiftASN1

/// The hashes that signatures and timestamps here may use; SHA-1 is not one of them.
package enum SignatureHash: Hashable, Sendable {
  /// SHA-256.
  case sha256
  /// SHA-384.
  case sha384
  /// SHA-512.
  case sha512

  /// The hash of a digest algorithm's object identifier (RFC 5754 §2), if it is accepted.
  init?(_ identifier: ASN1ObjectIdentifier) {
    switch identifier {
    case [2, 16, 840, 1, 101, 3, 4, 2, 1]: self = .sha256
    case [2, 16, 840, 1, 101, 3, 4, 2, 2]: self = .sha384
    case [2, 16, 840, 1, 101, 3, 4, 2, 3]: self = .sha512
    default: return nil
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
