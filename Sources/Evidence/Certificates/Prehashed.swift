// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Encodings

/// A digest computed elsewhere, in the form that Swift Crypto's ECDSA takes.
struct Prehashed: Digest {
  /// The most there are.
  static var byteCount: Int { 64 }
  let bytes: [UInt8]

  var description: String { "digest" }

  func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes(body)
  }
}

extension P256.Signing.PrivateKey {
  /// Signs a file that is known by its SHA-256: ECDSA, in DER.
  package func signature(forDigest digest: SHA256Hash) throws -> [UInt8] {
    Array(try signature(for: Prehashed(bytes: digest.bytes)).derRepresentation)
  }
}
