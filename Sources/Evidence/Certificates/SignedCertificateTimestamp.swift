// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SwiftASN1

/// A CT log's promise that it took a certificate (RFC 6962 §3.2), version 1.
package struct SignedCertificateTimestamp: Hashable, Sendable {
  /// SHA-256 of the log's SubjectPublicKeyInfo.
  package let logID: SHA256Hash
  /// Milliseconds since 1970.
  package let milliseconds: UInt64
  /// Opaque extensions; they are part of what is signed.
  package let extensions: [UInt8]
  /// The signature's bytes.
  package let signature: [UInt8]

  /// Puts a timestamp together.
  package init(
    logID: SHA256Hash, milliseconds: UInt64, extensions: [UInt8], signature: [UInt8]
  ) {
    self.logID = logID
    self.milliseconds = milliseconds
    self.extensions = extensions
    self.signature = signature
  }

  /// The moment of the promise.
  package var time: Timestamp {
    Timestamp(
      unixSeconds: Int64(milliseconds / 1_000),
      nanoseconds: Int32(milliseconds % 1_000) * 1_000_000)
  }

  /// Reads the timestamps embedded in a certificate; an absent extension gives none.
  ///
  /// - Throws: ``CertificateError/malformedTimestamp(_:)``, also above 16 timestamps.
  package static func embedded(
    in certificate: SigningCertificate
  ) throws(CertificateError) -> [SignedCertificateTimestamp] {
    let identifier = PrecertificateBody.timestampListIdentifier
    guard let found = certificate.fields.extension(identifier) else { return [] }
    return try embedded(extensionValue: certificate.der[found.value])
  }

  private static func embedded(
    extensionValue: ArraySlice<UInt8>
  ) throws(CertificateError) -> [SignedCertificateTimestamp] {
    let value = Array(extensionValue)
    var reader = DERReader(value, in: value.indices)
    guard let content = try? reader.next(DERReader.Tag.octetString).content, reader.isAtEnd else {
      throw .malformedTimestamp("not an octet string")
    }
    let list = Array(value[content])
    var outer = LengthPrefixedReader(list)
    var timestamps: [SignedCertificateTimestamp] = []
    do {
      var entries = LengthPrefixedReader(try outer.vector())
      guard outer.isAtEnd else { throw CertificateError.malformedTimestamp("trailing bytes") }
      while !entries.isAtEnd {
        guard timestamps.count < 16 else {
          throw CertificateError.malformedTimestamp("more than 16")
        }
        timestamps.append(try Self(parsing: try entries.vector()))
      }
    } catch let error as CertificateError {
      throw error
    } catch {
      throw .malformedTimestamp("\(error)")
    }
    guard !timestamps.isEmpty else { throw .malformedTimestamp("an empty list") }
    return timestamps
  }

  private init(parsing bytes: [UInt8]) throws {
    var reader = LengthPrefixedReader(bytes)
    guard try reader.integer(byteCount: 1) == 0 else {
      throw CertificateError.malformedTimestamp("unknown version")
    }
    guard let logID = SHA256Hash(bytes: try reader.bytes(32)) else {
      throw CertificateError.malformedTimestamp("short log id")
    }
    self.logID = logID
    milliseconds = try reader.integer(byteCount: 8)
    extensions = try reader.vector()
    // SHA-256 with ECDSA or RSA (RFC 5246 §7.4.1.4.1); RFC 6962 allows no other.
    let hash = try reader.integer(byteCount: 1)
    let algorithm = try reader.integer(byteCount: 1)
    guard hash == 4, algorithm == 3 || algorithm == 1 else {
      throw CertificateError.malformedTimestamp("unknown signature algorithm")
    }
    signature = try reader.vector()
    guard reader.isAtEnd else { throw CertificateError.malformedTimestamp("trailing bytes") }
    guard milliseconds <= 253_402_300_799_000 else {
      throw CertificateError.malformedTimestamp("a time beyond the year 9999")
    }
  }

  /// The bytes that the log signs for a precertificate (`digitally-signed struct`).
  ///
  /// - Parameters:
  ///   - precertificate: what ``PrecertificateBody/bytes(tbsCertificate:)`` gives.
  ///   - issuerKeyHash: SHA-256 of the issuer's SubjectPublicKeyInfo.
  /// - Returns: the struct in TLS presentation language.
  package func signedBytes(precertificate: [UInt8], issuerKeyHash: SHA256Hash) -> [UInt8] {
    var output: [UInt8] = [0, 0]
    output.append(contentsOf: bigEndian(milliseconds, 8))
    output.append(contentsOf: [0, 1])
    output.append(contentsOf: issuerKeyHash.bytes)
    output.append(contentsOf: bigEndian(UInt64(precertificate.count), 3))
    output.append(contentsOf: precertificate)
    output.append(contentsOf: bigEndian(UInt64(extensions.count), 2))
    output.append(contentsOf: extensions)
    return output
  }

  /// The value of the certificate extension that embeds timestamps with ECDSA signatures: an
  /// OCTET STRING around the list.
  package static func extensionValue(
    _ timestamps: [SignedCertificateTimestamp]
  ) throws -> [UInt8] {
    var list: [UInt8] = []
    for timestamp in timestamps {
      var item: [UInt8] = [0]
      item += timestamp.logID.bytes
      item += bigEndian(timestamp.milliseconds, 8)
      item += bigEndian(UInt64(timestamp.extensions.count), 2) + timestamp.extensions
      item += [4, 3]
      item += bigEndian(UInt64(timestamp.signature.count), 2) + timestamp.signature
      list += bigEndian(UInt64(item.count), 2) + item
    }
    let prefixed = bigEndian(UInt64(list.count), 2) + list
    var serializer = DER.Serializer()
    try serializer.serialize(ASN1OctetString(contentBytes: prefixed[...]))
    return serializer.serializedBytes
  }
}

private func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
}

/// Reads TLS presentation language (RFC 8446 §3): big-endian integers and 16-bit length prefixes.
private struct LengthPrefixedReader {
  private let input: [UInt8]
  private var offset = 0

  init(_ input: [UInt8]) {
    self.input = input
  }

  var isAtEnd: Bool { offset == input.count }

  mutating func bytes(_ count: Int) throws(EncodingError) -> [UInt8] {
    guard input.count - offset >= count else { throw .truncated(offset: offset) }
    defer { offset += count }
    return Array(input[offset..<offset + count])
  }

  mutating func integer(byteCount: Int) throws(EncodingError) -> UInt64 {
    guard input.count - offset >= byteCount else { throw .truncated(offset: offset) }
    var value: UInt64 = 0
    for byte in input[offset..<offset + byteCount] { value = value << 8 | UInt64(byte) }
    offset += byteCount
    return value
  }

  mutating func vector() throws(EncodingError) -> [UInt8] {
    try bytes(Int(try integer(byteCount: 2)))
  }
}
