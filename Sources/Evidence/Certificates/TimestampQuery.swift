// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A request for a timestamp (RFC 3161 §2.4.1, TimeStampReq): SHA-256, a nonce, and the authority's
/// certificates in the answer.
///
/// ```
/// TimeStampReq ::= SEQUENCE { version INTEGER 1,
///   messageImprint SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING },
///   nonce INTEGER, certReq BOOLEAN TRUE }
/// ```
package struct TimestampQuery: Hashable, Sendable {
  /// SHA-256 of the message.
  package let imprint: SHA256Hash
  /// The content of the nonce's INTEGER.
  private let nonce: [UInt8]

  /// Asks for a timestamp over a message.
  ///
  /// - Parameters:
  ///   - message: what is to be dated.
  ///   - nonce: a number that nobody can foresee; the answer must repeat it.
  package init(message: [UInt8], nonce: UInt64) {
    imprint = SHA256Hash(hashing: message)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: nonce >> UInt64(56 - 8 * $0)) }
    let shortest = Array(bytes.dropLast().drop { $0 == 0 }) + [bytes[7]]
    // A set first bit would make the number negative.
    self.nonce = shortest[0] & 0x80 == 0 ? shortest : [0] + shortest
  }

  /// The request in DER.
  package var der: [UInt8] {
    func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
      // Everything here is shorter than 128 bytes.
      [tag, UInt8(content.count)] + content
    }
    let sha256: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]
    let algorithm = element(
      DERReader.Tag.sequence,
      element(DERReader.Tag.objectIdentifier, sha256) + element(DERReader.Tag.null, []))
    let imprint = element(
      DERReader.Tag.sequence,
      algorithm + element(DERReader.Tag.octetString, self.imprint.bytes))
    return element(
      DERReader.Tag.sequence,
      element(DERReader.Tag.integer, [1]) + imprint + element(DERReader.Tag.integer, nonce)
        + element(DERReader.Tag.boolean, [0xff]))
  }

  /// Checks that an answer is to this request and not to an earlier one.
  ///
  /// What the answer is about, and who made it, ``TimestampAuthorityChain`` checks.
  ///
  /// - Throws: ``CertificateError/untrusted(_:)`` when the nonce is another or absent.
  package func check(_ answer: RFC3161Timestamp) throws(CertificateError) {
    guard answer.nonce == nonce else {
      throw .untrusted("the timestamp is an answer to another request: its nonce is not ours")
    }
  }
}
