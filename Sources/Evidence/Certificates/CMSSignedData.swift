// SPDX-License-Identifier: Apache-2.0

import SwiftASN1

/// The parts of a CMS SignedData (RFC 5652 §5) that a timestamp token needs: one signer, signed
/// attributes, encapsulated content.
///
/// Certificates inside are not read: the signer's certificate comes from the trusted root, and
/// forged ones in the bag have confused verifiers.
struct CMSSignedData: Sendable {
  /// The type of the encapsulated content.
  let contentType: ASN1ObjectIdentifier
  /// The encapsulated content.
  let content: [UInt8]
  /// DER of the signer's issuer name, if the signer is named by issuer and serial number.
  let signerIssuer: [UInt8]?
  /// The signer's serial number, big-endian without leading zeros.
  let signerSerial: [UInt8]?
  /// The hash of content and attributes.
  let hash: SignatureHash
  /// The signed attributes as they are signed: as a SET.
  let signedAttributes: [UInt8]
  /// Values of the signed attributes that occur exactly once, by type.
  let attributes: [ASN1ObjectIdentifier: ASN1Node]
  /// The signature.
  let signature: [UInt8]
  /// The signature's algorithm.
  let signatureAlgorithm: ASN1ObjectIdentifier

  private static let malformed = CertificateError.malformedTimestamp("not a CMS SignedData")

  /// Reads a ContentInfo that holds a SignedData with exactly one signer.
  init(contentInfo node: ASN1Node) throws {
    var info = try Self.children(node)
    guard try Self.identifier(info.next()) == [1, 2, 840, 113549, 1, 7, 2],
      let wrapped = info.next(), wrapped.identifier == Self.context(0)
    else { throw Self.malformed }
    var explicit = try Self.children(wrapped)
    guard let signedData = explicit.next() else { throw Self.malformed }
    var fields = try Self.children(signedData)
    _ = fields.next()  // version
    _ = fields.next()  // digestAlgorithms

    guard let encapsulated = fields.next() else { throw Self.malformed }
    var parts = try Self.children(encapsulated)
    contentType = try Self.identifier(parts.next())
    guard let contentNode = parts.next(), contentNode.identifier == Self.context(0) else {
      throw Self.malformed
    }
    var octets = try Self.children(contentNode)
    guard let octetNode = octets.next() else { throw Self.malformed }
    content = Array(try ASN1OctetString(derEncoded: octetNode).bytes)

    var signers: ASN1Node?
    while let field = fields.next() {
      if field.identifier == Self.context(0) || field.identifier == Self.context(1) { continue }
      guard signers == nil else { throw Self.malformed }
      signers = field
    }
    guard let signers else { throw Self.malformed }
    var list = try Self.children(signers)
    guard let signer = list.next(), list.next() == nil else {
      throw CertificateError.malformedTimestamp("it must have exactly one signer")
    }

    var info2 = try Self.children(signer)
    _ = info2.next()  // version
    guard let sid = info2.next() else { throw Self.malformed }
    if sid.identifier == .sequence {
      var pair = try Self.children(sid)
      guard let issuer = pair.next(), let serial = pair.next() else { throw Self.malformed }
      signerIssuer = Array(issuer.encodedBytes)
      // Without the sign's leading zero, as the certificate library keeps serial numbers.
      signerSerial = Array(try ArraySlice<UInt8>(derEncoded: serial))
    } else {
      // subjectKeyIdentifier
      guard sid.identifier == Self.context(0) else { throw Self.malformed }
      signerIssuer = nil
      signerSerial = nil
    }
    guard let digestAlgorithm = info2.next() else { throw Self.malformed }
    var algorithm = try Self.children(digestAlgorithm)
    guard let hash = SignatureHash(try Self.identifier(algorithm.next())) else {
      throw CertificateError.malformedTimestamp("its digest algorithm is not accepted")
    }
    self.hash = hash

    guard let attributeNode = info2.next(), attributeNode.identifier == Self.context(0) else {
      throw CertificateError.malformedTimestamp("it has no signed attributes")
    }
    // RFC 5652 §5.4: signed with the SET tag in the place of [0].
    var signed = Array(attributeNode.encodedBytes)
    signed[0] = 0x31
    signedAttributes = signed
    attributes = try Self.attributes(attributeNode)

    guard let algorithmNode = info2.next() else { throw Self.malformed }
    var signatureFields = try Self.children(algorithmNode)
    signatureAlgorithm = try Self.identifier(signatureFields.next())
    guard let signatureNode = info2.next() else { throw Self.malformed }
    signature = Array(try ASN1OctetString(derEncoded: signatureNode).bytes)
  }

  private static func attributes(
    _ node: ASN1Node
  ) throws -> [ASN1ObjectIdentifier: ASN1Node] {
    var result: [ASN1ObjectIdentifier: ASN1Node] = [:]
    var seen: Set<ASN1ObjectIdentifier> = []
    var list = try children(node)
    while let attribute = list.next() {
      guard seen.count < 64 else {
        throw CertificateError.malformedTimestamp("more than 64 attributes")
      }
      var fields = try children(attribute)
      let type = try identifier(fields.next())
      guard seen.insert(type).inserted else {
        throw CertificateError.malformedTimestamp("an attribute occurs twice")
      }
      guard let set = fields.next() else { throw malformed }
      var values = try children(set)
      guard let value = values.next(), values.next() == nil else { continue }
      result[type] = value
    }
    return result
  }

  /// A constructed node's children.
  static func children(_ node: ASN1Node) throws -> ASN1NodeCollection.Iterator {
    guard case .constructed(let nodes) = node.content else { throw malformed }
    return nodes.makeIterator()
  }

  /// A primitive node's bytes.
  static func primitive(_ node: ASN1Node) throws -> ArraySlice<UInt8> {
    guard case .primitive(let bytes) = node.content else { throw malformed }
    return bytes
  }

  /// An object identifier that must be there.
  static func identifier(_ node: ASN1Node?) throws -> ASN1ObjectIdentifier {
    guard let node else { throw malformed }
    return try ASN1ObjectIdentifier(derEncoded: node)
  }

  static func context(_ number: UInt) -> ASN1Identifier {
    ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
  }
}
