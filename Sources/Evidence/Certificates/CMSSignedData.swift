// SPDX-License-Identifier: Apache-2.0

/// The parts of a CMS SignedData (RFC 5652 §5) that a timestamp token needs: one signer, signed
/// attributes, encapsulated content.
///
/// ```
/// ContentInfo      ::= SEQUENCE { contentType, [0] { SignedData } }
/// SignedData       ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, certificates [0]
///   OPTIONAL, crls [1] OPTIONAL, SET OF SignerInfo }
/// EncapsulatedContentInfo ::= SEQUENCE { eContentType, [0] { OCTET STRING } }
/// SignerInfo       ::= SEQUENCE { version, sid, digestAlgorithm, signedAttrs [0] SET OF Attribute,
///   signatureAlgorithm, signature OCTET STRING, unsignedAttrs [1] OPTIONAL }
/// Attribute        ::= SEQUENCE { type OBJECT IDENTIFIER, values SET }
/// ```
/// Certificates inside are not read: the signer's certificate comes from the trusted root, and
/// forged ones in the bag have confused verifiers.
struct CMSSignedData: Sendable {
  /// What ranges are about.
  let der: [UInt8]
  /// The type of the encapsulated content, an object identifier's content.
  let contentType: ArraySlice<UInt8>
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
  /// The signature.
  let signature: [UInt8]
  /// The signature's algorithm, an object identifier's content.
  let signatureAlgorithm: ArraySlice<UInt8>
  private let attributes: [Attribute]

  private struct Attribute: Sendable {
    let type: Range<Int>
    /// The value, if there is exactly one.
    let value: DERReader.Element?
  }

  /// The value of the signed attribute of a type, by its object identifier's content, if it has
  /// exactly one.
  func attribute(_ type: [UInt8]) -> DERReader.Element? {
    attributes.first { der[$0.type].elementsEqual(type) }?.value
  }

  /// `1.2.840.113549.1.7.2`.
  private static let signedData: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2]

  /// Reads a ContentInfo that holds a SignedData with exactly one signer.
  init(_ der: [UInt8], contentInfo: DERReader.Element) throws {
    self.der = der
    guard contentInfo.tag == DERReader.Tag.sequence else { throw DERReader.Malformed() }
    var info = DERReader(der, in: contentInfo.content)
    let type = try info.next(DERReader.Tag.objectIdentifier).content
    guard der[type].elementsEqual(Self.signedData) else { throw DERReader.Malformed() }
    var explicit = try info.enter(0xa0)
    var fields = try explicit.enter(DERReader.Tag.sequence)
    try info.finish()
    try explicit.finish()
    _ = try fields.next(DERReader.Tag.integer)  // version
    _ = try fields.next(DERReader.Tag.set)  // digestAlgorithms

    var encapsulated = try fields.enter(DERReader.Tag.sequence)
    contentType = der[try encapsulated.next(DERReader.Tag.objectIdentifier).content]
    var octets = try encapsulated.enter(0xa0)
    content = Array(der[try octets.next(DERReader.Tag.octetString).content])
    try octets.finish()
    try encapsulated.finish()

    // Certificates and revocation lists, which come from the trusted root instead.
    for tag in [0xa0, 0xa1] as [UInt8] where fields.nextTag == tag { _ = try fields.next() }
    var signers = try fields.enter(DERReader.Tag.set)
    try fields.finish()
    guard !signers.isAtEnd else { throw Self.oneSigner }
    var signer = try signers.enter(DERReader.Tag.sequence)
    guard signers.isAtEnd else { throw Self.oneSigner }

    _ = try signer.next(DERReader.Tag.integer)  // version
    (signerIssuer, signerSerial) = try Self.identifier(&signer, der)
    var digestAlgorithm = try signer.enter(DERReader.Tag.sequence)
    let digest = try digestAlgorithm.next(DERReader.Tag.objectIdentifier).content
    guard let hash = SignatureHash(der[digest]) else {
      throw CertificateError.malformedTimestamp("its digest algorithm is not accepted")
    }
    self.hash = hash
    try Self.finishParameters(&digestAlgorithm)

    guard signer.nextTag == 0xa0 else {
      throw CertificateError.malformedTimestamp("it has no signed attributes")
    }
    let attributes = try signer.next()
    // RFC 5652 §5.4: signed with the SET tag in the place of [0].
    signedAttributes = [DERReader.Tag.set] + der[attributes.whole].dropFirst()
    self.attributes = try Self.attributes(attributes, der)

    var algorithm = try signer.enter(DERReader.Tag.sequence)
    signatureAlgorithm = der[try algorithm.next(DERReader.Tag.objectIdentifier).content]
    try Self.finishParameters(&algorithm)
    signature = Array(der[try signer.next(DERReader.Tag.octetString).content])
    // Unsigned attributes say nothing here.
    if signer.nextTag == 0xa1 { _ = try signer.next() }
    try signer.finish()
  }

  /// The parameters of the algorithms that are accepted: none, or NULL.
  private static func finishParameters(_ algorithm: inout DERReader) throws {
    if algorithm.nextTag == DERReader.Tag.null {
      guard try algorithm.next().content.isEmpty else { throw DERReader.Malformed() }
    }
    try algorithm.finish()
  }

  private static let oneSigner = CertificateError.malformedTimestamp(
    "it must have exactly one signer")

  /// `sid`: issuer and serial number, or a key identifier, which says nothing here.
  private static func identifier(
    _ signer: inout DERReader, _ der: [UInt8]
  ) throws -> ([UInt8]?, [UInt8]?) {
    let sid = try signer.next()
    guard sid.tag == DERReader.Tag.sequence else {
      guard sid.tag == 0x80 else { throw DERReader.Malformed() }
      return (nil, nil)
    }
    var pair = DERReader(der, in: sid.content)
    let issuer = try pair.next()
    var serial = try pair.next(DERReader.Tag.integer).content
    try pair.finish()
    // Without the sign's leading zero, as the certificate library keeps serial numbers.
    if serial.count > 1, der[serial.lowerBound] == 0 { serial = serial.dropFirst() }
    return (Array(der[issuer.whole]), Array(der[serial]))
  }

  private static func attributes(
    _ element: DERReader.Element, _ der: [UInt8]
  ) throws -> [Attribute] {
    var result: [Attribute] = []
    var list = DERReader(der, in: element.content)
    while !list.isAtEnd {
      guard result.count < 64 else {
        throw CertificateError.malformedTimestamp("more than 64 attributes")
      }
      var fields = try list.enter(DERReader.Tag.sequence)
      let type = try fields.next(DERReader.Tag.objectIdentifier).content
      guard !result.contains(where: { der[$0.type] == der[type] }) else {
        throw CertificateError.malformedTimestamp("an attribute occurs twice")
      }
      var values = try fields.enter(DERReader.Tag.set)
      let first = values.isAtEnd ? nil : try values.next()
      result.append(Attribute(type: type, value: values.isAtEnd ? first : nil))
    }
    return result
  }
}
