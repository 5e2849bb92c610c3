// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SwiftASN1

/// A timestamp authority's answer (RFC 3161 §2.4.2, TimeStampResp), parsed and not verified.
package struct RFC3161Timestamp: Sendable {
  /// Bytes of one answer.
  package static let sizeLimit = 64 << 10

  /// When the authority says it saw the message.
  package let time: Timestamp
  let imprintHash: SignatureHash
  let imprint: [UInt8]
  let signedData: CMSSignedData

  private static let malformed = CertificateError.malformedTimestamp("not a timestamp response")

  /// Reads an answer in DER.
  ///
  /// - Throws: ``CertificateError/malformedTimestamp(_:)``, also when it was not granted.
  package init(parsing der: [UInt8]) throws(CertificateError) {
    guard der.count <= Self.sizeLimit else {
      throw .malformedTimestamp("more than \(Self.sizeLimit) bytes")
    }
    do {
      var response = try CMSSignedData.children(try DER.parse(der))
      guard let statusInfo = response.next(), let token = response.next() else {
        throw Self.malformed
      }
      var status = try CMSSignedData.children(statusInfo)
      guard let code = status.next(), code.identifier == .integer else { throw Self.malformed }
      let value = Array(try CMSSignedData.primitive(code))
      guard value == [0] || value == [1] else {
        throw CertificateError.malformedTimestamp("the timestamp was not granted")
      }
      signedData = try CMSSignedData(contentInfo: token)
      guard signedData.contentType == Self.contentType else {
        throw CertificateError.malformedTimestamp("its content is not a TSTInfo")
      }
      (time, imprintHash, imprint) = try Self.info(signedData.content)
    } catch let error as CertificateError {
      throw error
    } catch {
      throw .malformedTimestamp("not DER")
    }
  }

  /// id-ct-TSTInfo.
  private static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]

  /// Reads a TSTInfo; accuracy, ordering, nonce and name do not matter to a verifier.
  private static func info(
    _ der: [UInt8]
  ) throws -> (Timestamp, SignatureHash, [UInt8]) {
    var fields = try CMSSignedData.children(try DER.parse(der))
    guard let version = fields.next(), try CMSSignedData.primitive(version) == [1] else {
      throw CertificateError.malformedTimestamp("unknown version")
    }
    _ = try CMSSignedData.identifier(fields.next())  // policy
    guard let imprintNode = fields.next() else { throw malformed }
    var imprint = try CMSSignedData.children(imprintNode)
    guard let algorithmNode = imprint.next(), let hashed = imprint.next() else { throw malformed }
    var algorithm = try CMSSignedData.children(algorithmNode)
    guard let hash = SignatureHash(try CMSSignedData.identifier(algorithm.next())) else {
      throw CertificateError.malformedTimestamp("its imprint's algorithm is not accepted")
    }
    _ = fields.next()  // serialNumber; some authorities write negative ones
    guard let timeNode = fields.next() else { throw malformed }
    let time = try GeneralizedTime(derEncoded: timeNode)
    return (
      try timestamp(time), hash, Array(try ASN1OctetString(derEncoded: hashed).bytes)
    )
  }

  private static func timestamp(_ time: GeneralizedTime) throws -> Timestamp {
    func padded(_ value: Int, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    let text =
      "\(padded(time.year, 4))-\(padded(time.month, 2))-\(padded(time.day, 2))"
      + "T\(padded(time.hours, 2)):\(padded(time.minutes, 2)):\(padded(time.seconds, 2))Z"
    let whole = try Timestamp(rfc3339: text)
    let fraction = Int32((time.fractionalSeconds * 1_000_000_000).rounded(.down))
    return Timestamp(
      unixSeconds: whole.seconds, nanoseconds: min(max(0, fraction), 999_999_999))
  }
}
