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
  /// The content of the nonce's INTEGER; `nil` without a readable one.
  ///
  /// A verifier has no use for it; whoever asked compares it with what was sent.
  let nonce: [UInt8]?
  let signedData: CMSSignedData

  /// Reads an answer in DER.
  ///
  /// - Throws: ``CertificateError/malformedTimestamp(_:)``, also when it was not granted.
  package init(parsing der: [UInt8]) throws(CertificateError) {
    guard der.count <= Self.sizeLimit else {
      throw .malformedTimestamp("more than \(Self.sizeLimit) bytes")
    }
    do {
      var top = DERReader(der, in: der.indices)
      var response = try top.enter(DERReader.Tag.sequence)
      try top.finish()
      var status = try response.enter(DERReader.Tag.sequence)
      let code = der[try status.next(DERReader.Tag.integer).content]
      guard code == [0] || code == [1] else {
        throw CertificateError.malformedTimestamp("the timestamp was not granted")
      }
      signedData = try CMSSignedData(der, contentInfo: try response.next())
      try response.finish()
      guard signedData.contentType.elementsEqual(Self.contentType) else {
        throw CertificateError.malformedTimestamp("its content is not a TSTInfo")
      }
      (time, imprintHash, imprint, nonce) = try Self.info(signedData.content)
    } catch let error as CertificateError {
      throw error
    } catch {
      throw .malformedTimestamp("not DER")
    }
  }

  /// id-ct-TSTInfo, `1.2.840.113549.1.9.16.1.4`.
  private static let contentType: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9, 16, 1, 4]

  /// Reads a TSTInfo; accuracy, ordering and name do not matter to a verifier.
  private static func info(
    _ der: [UInt8]
  ) throws -> (Timestamp, SignatureHash, [UInt8], nonce: [UInt8]?) {
    var top = DERReader(der, in: der.indices)
    var fields = try top.enter(DERReader.Tag.sequence)
    try top.finish()
    guard der[try fields.next(DERReader.Tag.integer).content] == [1] else {
      throw CertificateError.malformedTimestamp("unknown version")
    }
    _ = try fields.next(DERReader.Tag.objectIdentifier)  // policy
    var imprint = try fields.enter(DERReader.Tag.sequence)
    var algorithm = try imprint.enter(DERReader.Tag.sequence)
    let identifier = try algorithm.next(DERReader.Tag.objectIdentifier).content
    guard let hash = SignatureHash(der[identifier]) else {
      throw CertificateError.malformedTimestamp("its imprint's algorithm is not accepted")
    }
    let hashed = try imprint.next(DERReader.Tag.octetString).content
    _ = try fields.next()  // serialNumber; some authorities write negative ones
    let time = try fields.next(DERReader.Tag.generalizedTime).whole
    // accuracy, ordering
    for tag in [DERReader.Tag.sequence, DERReader.Tag.boolean] where fields.nextTag == tag {
      _ = try? fields.next()
    }
    let nonce = (try? fields.next(DERReader.Tag.integer)).map { Array(der[$0.content]) }
    return (
      try timestamp(try GeneralizedTime(derEncoded: Array(der[time]))), hash, Array(der[hashed]),
      nonce
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
