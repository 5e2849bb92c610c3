// SPDX-License-Identifier: Apache-2.0

import Encodings

/// A version 3 certificate taken apart (RFC 5280 §4.1), without a judgement about any part.
///
/// ```
/// Certificate     ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue BIT STRING }
/// TBSCertificate  ::= SEQUENCE { [0] { 2 }, serialNumber INTEGER, signature, issuer Name,
///   validity SEQUENCE { notBefore, notAfter }, subject Name, subjectPublicKeyInfo,
///   issuerUniqueID [1] OPTIONAL, subjectUniqueID [2] OPTIONAL, [3] { extensions } }
/// Extension       ::= SEQUENCE { OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, OCTET STRING }
/// ```
struct CertificateFields: Hashable, Sendable {
  /// An extension, by where its parts lie in the certificate.
  struct Extension: Hashable, Sendable {
    /// The content of the object identifier.
    let identifier: Range<Int>
    /// Whether who does not understand it must refuse the certificate.
    let isCritical: Bool
    /// The content of the octet string.
    let value: Range<Int>
  }

  /// With what a certificate is signed.
  enum SignatureAlgorithm: Hashable, Sendable {
    /// ECDSA on the curve of the issuer's key.
    case ecdsa(SignatureHash)
    /// RSA with PKCS #1 v1.5 padding.
    case rsa(SignatureHash)
    /// Ed25519.
    case ed25519
  }

  /// The whole certificate.
  let der: [UInt8]
  private let tbs: Range<Int>
  private let issuerRange: Range<Int>
  private let keyRange: Range<Int>
  private let signatureRange: Range<Int>
  /// The signature's algorithm; `nil` if it is none of those that are accepted.
  let signatureAlgorithm: SignatureAlgorithm?
  /// First moment of validity.
  let notBefore: Timestamp
  /// Last moment of validity.
  let notAfter: Timestamp
  /// The extensions, each at most once.
  let extensions: [Extension]

  /// The bytes that are signed.
  var tbsCertificate: ArraySlice<UInt8> { der[tbs] }
  /// The issuer's name in DER.
  var issuer: ArraySlice<UInt8> { der[issuerRange] }
  /// The SubjectPublicKeyInfo in DER.
  var subjectPublicKeyInfo: ArraySlice<UInt8> { der[keyRange] }
  /// The signature's bytes.
  var signature: ArraySlice<UInt8> { der[signatureRange] }

  /// The extension of a type, by the content of its object identifier.
  func `extension`(_ identifier: [UInt8]) -> Extension? {
    extensions.first {
      $0.identifier.count == identifier.count && der[$0.identifier].elementsEqual(identifier)
    }
  }

  /// Takes a certificate apart.
  init(der: [UInt8]) throws(DERReader.Malformed) {
    self.der = der
    var top = DERReader(der, in: der.indices)
    var certificate = try top.enter(DERReader.Tag.sequence)
    try top.finish()
    let body = try certificate.next(DERReader.Tag.sequence)
    tbs = body.whole
    let outerAlgorithm = try certificate.next(DERReader.Tag.sequence).whole
    let signature = try certificate.next(DERReader.Tag.bitString).content
    try certificate.finish()
    // A signature is whole bytes: no unused bits.
    guard signature.count > 1, der[signature.lowerBound] == 0 else { throw .init() }
    signatureRange = signature.dropFirst()

    var fields = DERReader(der, in: body.content)
    var version = try fields.enter(0xa0)
    guard der[try version.next(DERReader.Tag.integer).content] == [2] else { throw .init() }
    try version.finish()
    let serial = der[try fields.next(DERReader.Tag.integer).content]
    guard Self.isPositive(serial) else { throw .init() }
    // RFC 5280 §4.1.1.2: the algorithm stands in both places.
    let algorithm = try fields.next(DERReader.Tag.sequence).whole
    guard der[algorithm] == der[outerAlgorithm] else { throw .init() }
    signatureAlgorithm = Self.accepted.first { der[algorithm].elementsEqual($0.0) }?.1
    issuerRange = try Self.name(&fields, der)
    var validity = try fields.enter(DERReader.Tag.sequence)
    notBefore = try Self.time(try validity.next(), der)
    notAfter = try Self.time(try validity.next(), der)
    try validity.finish()
    _ = try Self.name(&fields, der)
    keyRange = try fields.next(DERReader.Tag.sequence).whole
    for uniqueID: UInt8 in [0x81, 0x82] where fields.nextTag == uniqueID { _ = try fields.next() }
    extensions = fields.isAtEnd ? [] : try Self.extensions(&fields, der)
    try fields.finish()
  }

  private static func extensions(
    _ fields: inout DERReader, _ der: [UInt8]
  ) throws(DERReader.Malformed) -> [Extension] {
    var wrapper = try fields.enter(0xa3)
    var list = try wrapper.enter(DERReader.Tag.sequence)
    try wrapper.finish()
    var extensions: [Extension] = []
    extensions.reserveCapacity(32)
    while !list.isAtEnd {
      var item = try list.enter(DERReader.Tag.sequence)
      let identifier = try item.next(DERReader.Tag.objectIdentifier).content
      var isCritical = false
      if item.nextTag == DERReader.Tag.boolean {
        // DER has one form of true and leaves a default value out.
        guard der[try item.next().content] == [0xff] else { throw .init() }
        isCritical = true
      }
      let value = try item.next(DERReader.Tag.octetString).content
      try item.finish()
      guard extensions.count < 64,
        !extensions.contains(where: { isEqual($0.identifier, identifier, in: der) })
      else { throw .init() }
      extensions.append(Extension(identifier: identifier, isCritical: isCritical, value: value))
    }
    guard !extensions.isEmpty else { throw .init() }
    return extensions
  }

  /// Whether the bytes of two ranges are equal; most differ in length or in the last byte.
  private static func isEqual(_ left: Range<Int>, _ right: Range<Int>, in der: [UInt8]) -> Bool {
    left.count == right.count && der[left.upperBound - 1] == der[right.upperBound - 1]
      && der[left] == der[right]
  }

  /// A Name: `SEQUENCE OF SET OF SEQUENCE { OBJECT IDENTIFIER, value }`.
  private static func name(
    _ fields: inout DERReader, _ der: [UInt8]
  ) throws(DERReader.Malformed) -> Range<Int> {
    let name = try fields.next(DERReader.Tag.sequence)
    var sets = DERReader(der, in: name.content)
    while !sets.isAtEnd {
      var attributes = try sets.enter(DERReader.Tag.set)
      while !attributes.isAtEnd {
        var attribute = try attributes.enter(DERReader.Tag.sequence)
        _ = try attribute.next(DERReader.Tag.objectIdentifier)
        _ = try attribute.next()
        try attribute.finish()
      }
    }
    return name.whole
  }

  /// Whether the content of an INTEGER is not negative, and in the fewest bytes.
  private static func isPositive(_ content: ArraySlice<UInt8>) -> Bool {
    guard let first = content.first, first < 0x80 else { return false }
    guard let second = content.dropFirst().first else { return true }
    return first != 0 || second >= 0x80
  }

  /// `YYMMDDHHMMSSZ` up to the year 2049, `YYYYMMDDHHMMSSZ` (RFC 5280 §4.1.2.5).
  private static func time(
    _ element: DERReader.Element, _ der: [UInt8]
  ) throws(DERReader.Malformed) -> Timestamp {
    var digits = Array(der[element.content])
    switch (element.tag, digits.count) {
    case (DERReader.Tag.utcTime, 13):
      digits.insert(contentsOf: (digits[0] >= UInt8(ascii: "5") ? "19" : "20").utf8, at: 0)
    case (DERReader.Tag.generalizedTime, 15): break
    default: throw .init()
    }
    func part(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
    let text =
      "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12))"
      + ":\(part(12..<15))"
    guard digits[14] == UInt8(ascii: "Z"), let time = try? Timestamp(rfc3339: text) else {
      throw .init()
    }
    return time
  }

  /// AlgorithmIdentifiers in DER that a certificate may be signed with: ECDSA and RSA (PKCS #1 v1.5,
  /// with its NULL and without, RFC 4055 §5) over SHA-256 and longer, Ed25519.
  private static let accepted: [([UInt8], SignatureAlgorithm)] = [
    ([0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3], .ecdsa(.sha384)),
    ([0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], .ecdsa(.sha256)),
    ([0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4], .ecdsa(.sha512)),
    ([0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11, 5, 0], .rsa(.sha256)),
    ([0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 12, 5, 0], .rsa(.sha384)),
    ([0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 13, 5, 0], .rsa(.sha512)),
    ([0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 11], .rsa(.sha256)),
    ([0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 12], .rsa(.sha384)),
    ([0x30, 11, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 13], .rsa(.sha512)),
    ([0x30, 5, 6, 3, 0x2b, 0x65, 0x70], .ed25519),
  ]
}

extension CertificateFields {
  /// Whether a key made the certificate's signature, with the algorithm that the certificate names.
  func isSigned(by key: SignatureKey) -> Bool {
    let (signature, message) = (Array(signature), Array(tbsCertificate))
    switch (signatureAlgorithm, key.algorithm) {
    case (.ecdsa(let hash), .p256), (.ecdsa(let hash), .p384), (.ecdsa(let hash), .p521),
      (.rsa(let hash), .rsa):
      return key.isValidSignature(signature, for: message, hash: hash)
    case (.ed25519, .ed25519): return key.isValidSignature(signature, for: message)
    default: return false
    }
  }
}
