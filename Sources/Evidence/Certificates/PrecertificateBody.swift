// SPDX-License-Identifier: Apache-2.0

package import SwiftASN1

/// The part of a certificate that a CT log signs: the to-be-signed bytes without the embedded
/// timestamp list and without the poison extension (RFC 6962 §3.2).
package enum PrecertificateBody {
  /// `1.3.6.1.4.1.11129.2.4.2`: the embedded list of signed certificate timestamps.
  package static let timestampList: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2]
  /// `1.3.6.1.4.1.11129.2.4.3`: the critical poison extension of a precertificate.
  package static let poison: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 3]

  /// The content of the list's object identifier.
  static let timestampListIdentifier: [UInt8] = [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2]
  /// The content of the poison's object identifier.
  private static let poisonIdentifier: [UInt8] = [0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 3]

  /// Takes the two extensions out of a TBSCertificate; all other bytes stay as they are.
  ///
  /// - Throws: ``CertificateError/malformedCertificate(_:)``.
  package static func bytes(
    tbsCertificate: some Collection<UInt8>
  ) throws(CertificateError) -> [UInt8] {
    let der = Array(tbsCertificate)
    do {
      var top = DERReader(der, in: der.indices)
      var fields = try top.enter(DERReader.Tag.sequence)
      try top.finish()
      var body: [UInt8] = []
      body.reserveCapacity(der.count)
      while !fields.isAtEnd {
        let field = try fields.next()
        if field.tag | 0x20 == 0xa3 {
          guard field.tag == 0xa3 else { throw DERReader.Malformed() }
          let kept = try keptExtensions(der, in: field.content)
          body += header(0xa3, header(DERReader.Tag.sequence, kept.count).count + kept.count)
          body += header(DERReader.Tag.sequence, kept.count) + kept
        } else {
          body += der[field.whole]
        }
      }
      return header(DERReader.Tag.sequence, body.count) + body
    } catch {
      throw .malformedCertificate("its body is not DER")
    }
  }

  private static func keptExtensions(
    _ der: [UInt8], in range: Range<Int>
  ) throws(DERReader.Malformed) -> [UInt8] {
    var wrapper = DERReader(der, in: range)
    var list = try wrapper.enter(DERReader.Tag.sequence)
    try wrapper.finish()
    var kept: [UInt8] = []
    kept.reserveCapacity(range.count)
    while !list.isAtEnd {
      let item = try list.next(DERReader.Tag.sequence)
      var parts = DERReader(der, in: item.content)
      let identifier = der[try parts.next(DERReader.Tag.objectIdentifier).content]
      if identifier.elementsEqual(timestampListIdentifier) { continue }
      if identifier.elementsEqual(poisonIdentifier) { continue }
      kept += der[item.whole]
    }
    return kept
  }

  /// Identifier and length in DER, the length in the fewest bytes.
  private static func header(_ tag: UInt8, _ length: Int) -> [UInt8] {
    guard length >= 0x80 else { return [tag, UInt8(length)] }
    let count = (Int.bitWidth - length.leadingZeroBitCount + 7) / 8
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: length >> (8 * (count - 1 - $0))) }
    return [tag, 0x80 | UInt8(count)] + bytes
  }
}
