// SPDX-License-Identifier: Apache-2.0

package import SwiftASN1

/// The part of a certificate that a CT log signs: the to-be-signed bytes without the embedded
/// timestamp list and without the poison extension (RFC 6962 §3.2).
package enum PrecertificateBody {
  /// `1.3.6.1.4.1.11129.2.4.2`: the embedded list of signed certificate timestamps.
  package static let timestampList: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2]
  /// `1.3.6.1.4.1.11129.2.4.3`: the critical poison extension of a precertificate.
  package static let poison: ASN1ObjectIdentifier = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 3]

  /// Takes the two extensions out of a TBSCertificate; all other bytes stay as they are.
  ///
  /// - Throws: ``CertificateError/malformedCertificate(_:)``.
  package static func bytes(
    tbsCertificate: some Collection<UInt8>
  ) throws(CertificateError) -> [UInt8] {
    do {
      let root = try DER.parse(Array(tbsCertificate))
      guard case .constructed(let fields) = root.content else {
        throw CertificateError.malformedCertificate("its body is not a sequence")
      }
      let extensionsTag = ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific)
      var serializer = DER.Serializer()
      try serializer.appendConstructedNode(identifier: .sequence) { coder in
        for field in fields {
          guard field.identifier == extensionsTag else {
            coder.serializeRawBytes(field.encodedBytes)
            continue
          }
          let kept = try keptExtensions(in: field)
          coder.appendConstructedNode(identifier: extensionsTag) { coder in
            coder.appendConstructedNode(identifier: .sequence) { coder in
              for item in kept { coder.serializeRawBytes(item) }
            }
          }
        }
      }
      return serializer.serializedBytes
    } catch let error as CertificateError {
      throw error
    } catch {
      throw .malformedCertificate("its body is not DER")
    }
  }

  private static func keptExtensions(in field: ASN1Node) throws -> [ArraySlice<UInt8>] {
    let malformed = CertificateError.malformedCertificate("its extensions are not a sequence")
    guard case .constructed(let wrapped) = field.content else { throw malformed }
    var lists = wrapped.makeIterator()
    guard let list = lists.next(), case .constructed(let items) = list.content else {
      throw malformed
    }
    return try items.compactMap { item -> ArraySlice<UInt8>? in
      guard case .constructed(let parts) = item.content else { throw malformed }
      var iterator = parts.makeIterator()
      guard let first = iterator.next() else { throw malformed }
      let identifier = try ASN1ObjectIdentifier(derEncoded: first)
      return identifier == timestampList || identifier == poison ? nil : item.encodedBytes
    }
  }
}
