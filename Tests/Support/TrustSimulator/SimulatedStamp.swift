// SPDX-License-Identifier: Apache-2.0

import Crypto
import Encodings
import SwiftASN1
import X509

/// The object identifiers of timestamps.
private enum Identifier {
  static let sha1: ASN1ObjectIdentifier = [1, 3, 14, 3, 2, 26]
  static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
  static let ecdsaSHA256: ASN1ObjectIdentifier = [1, 2, 840, 10045, 4, 3, 2]
  static let data: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 1]
  static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
  static let timestampInfo: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 1, 4]
  static let contentType: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 3]
  static let messageDigest: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 4]
  static let signingCertificateV2: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 9, 16, 2, 47]
  static let policy: ASN1ObjectIdentifier = [1, 2, 3, 4, 1]
}

extension SimulatedStamper {
  /// Answers a request for a message's timestamp (TimeStampResp), with the lies that concern it.
  func answer(
    for message: [UInt8], at time: Timestamp, lie: Lie? = nil, withCertificates: Bool = true
  ) throws -> [UInt8] {
    let message = lie == .stampOfOtherSignature ? message + [0] : message
    let imprint =
      lie == .stampImprintSHA1
      ? Array(Insecure.SHA1.hash(data: message)) : Array(SHA256.hash(data: message))
    return try answer(
      imprint: imprint, nonce: nil, at: time, lie: lie, withCertificates: withCertificates)
  }

  /// Answers a request that has a digest, and repeats its nonce, the content of an INTEGER.
  func answer(
    imprint: [UInt8], nonce: [UInt8]?, at time: Timestamp, lie: Lie? = nil,
    withCertificates: Bool = true
  ) throws -> [UInt8] {
    if lie == .stampNotDER { return [0x30, 0x03, 0x02] }
    let status: UInt8 = lie == .stampRefused ? 2 : 0
    let content = try info(imprint, nonce: nonce, at: time, lie: lie)
    let padding = lie == .stampTooLarge ? (64 << 10) : 0
    let token = try signedData(
      content, lie: lie, padding: padding, withCertificates: withCertificates)
    var answer = try der { coder in
      try coder.appendConstructedNode(identifier: .sequence) { coder in
        coder.appendConstructedNode(identifier: .sequence) { coder in
          coder.appendPrimitiveNode(identifier: .integer) { $0.append(status) }
        }
        guard lie != .stampNoToken else { return }
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(Identifier.signedData)
          coder.appendConstructedNode(identifier: Self.context(0)) {
            $0.serializeRawBytes(token)
          }
        }
      }
    }
    if lie == .stampTrailing { answer.append(0) }
    return answer
  }

  private static func context(_ number: UInt) -> ASN1Identifier {
    ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific)
  }

  private static func algorithm(
    _ identifier: ASN1ObjectIdentifier, _ coder: inout DER.Serializer
  ) throws {
    try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(identifier) }
  }

  /// TSTInfo.
  private func info(
    _ imprint: [UInt8], nonce: [UInt8]?, at time: Timestamp, lie: Lie?
  ) throws -> [UInt8] {
    let isOld = lie == .stampImprintSHA1
    let digits = time.rfc3339.utf8.filter { $0 >= 0x30 && $0 <= 0x39 } + [UInt8(ascii: "Z")]
    return try der { coder in
      try coder.appendConstructedNode(identifier: .sequence) { coder in
        try coder.serialize(lie == .stampVersion ? 2 : 1)
        try coder.serialize(Identifier.policy)
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try Self.algorithm(isOld ? Identifier.sha1 : Identifier.sha256, &coder)
          try coder.serialize(ASN1OctetString(contentBytes: imprint[...]))
        }
        try coder.serialize(4711)
        coder.appendPrimitiveNode(identifier: .generalizedTime) { $0.append(contentsOf: digits) }
        guard let nonce else { return }
        // Accuracy of a second, before the nonce as real authorities write it.
        try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(1) }
        coder.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: nonce) }
      }
    }
  }

  /// SignedData around a TSTInfo.
  private func signedData(
    _ content: [UInt8], lie: Lie?, padding: Int, withCertificates: Bool
  ) throws -> [UInt8] {
    let type = lie == .stampContentOther ? Identifier.data : Identifier.timestampInfo
    let signer = try signerInfo(content, type: type, lie: lie)
    return try der { coder in
      try coder.appendConstructedNode(identifier: .sequence) { coder in
        try coder.serialize(3)
        try coder.appendConstructedNode(identifier: .set) {
          try Self.algorithm(Identifier.sha256, &$0)
        }
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(type)
          try coder.appendConstructedNode(identifier: Self.context(0)) {
            try $0.serialize(ASN1OctetString(contentBytes: content[...]))
          }
        }
        if withCertificates {
          try coder.appendConstructedNode(identifier: Self.context(0)) { coder in
            coder.serializeRawBytes(try leaf(lie).derBytes)
            if lie == .stampByBagCertificate { coder.serializeRawBytes(try sibling.derBytes) }
            if padding > 0 {
              try coder.serialize(
                ASN1OctetString(contentBytes: [UInt8](repeating: 0, count: padding)[...]))
            }
          }
        }
        coder.appendConstructedNode(identifier: .set) { coder in
          if lie == .stampNoSigner { return }
          coder.serializeRawBytes(signer)
          if lie == .stampTwoSigners { coder.serializeRawBytes(signer) }
        }
      }
    }
  }

  /// SignerInfo.
  private func signerInfo(
    _ content: [UInt8], type: ASN1ObjectIdentifier, lie: Lie?
  ) throws -> [UInt8] {
    let named = lie == .stampByBagCertificate ? sibling : leaf(lie)
    let attributes = try signedAttributes(content, type: type, lie: lie)
    let signingKey: StampKey =
      switch lie {
      case .stampByBagCertificate: siblingKey
      case .stampByUnknownAuthority: .p256(P256.Signing.PrivateKey())
      default: key
      }
    var signed = der { coder in
      coder.appendConstructedNode(identifier: .set) { coder in
        for attribute in attributes { coder.serializeRawBytes(attribute) }
      }
    }
    if lie == .stampForged { signed.append(0) }
    let signature = try signingKey.signature(for: signed)
    let identifier: ASN1ObjectIdentifier =
      lie == .stampSignatureAlgorithm
      ? [1, 2, 840, 10045, 4, 1]  // ecdsa-with-SHA1
      : Identifier.ecdsaSHA256
    return try der { coder in
      try coder.appendConstructedNode(identifier: .sequence) { coder in
        try coder.serialize(1)
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(lie == .stampOfOtherIssuer ? leaf.subject : named.issuer)
          try coder.serialize(lie == .stampOfOtherSerial ? [7] : named.serialNumber.bytes)
        }
        try Self.algorithm(lie == .stampDigestSHA1 ? Identifier.sha1 : Identifier.sha256, &coder)
        if lie != .stampNoAttributes {
          coder.appendConstructedNode(identifier: Self.context(0)) { coder in
            for attribute in attributes { coder.serializeRawBytes(attribute) }
          }
        }
        try Self.algorithm(identifier, &coder)
        try coder.serialize(ASN1OctetString(contentBytes: signature[...]))
      }
    }
  }

  /// The signed attributes in the order of DER's SET OF.
  private func signedAttributes(
    _ content: [UInt8], type: ASN1ObjectIdentifier, lie: Lie?
  ) throws -> [[UInt8]] {
    func attribute(
      _ type: ASN1ObjectIdentifier, _ write: (inout DER.Serializer) throws -> Void
    ) throws -> [UInt8] {
      try der { coder in
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.serialize(type)
          try coder.appendConstructedNode(identifier: .set, write)
        }
      }
    }
    let digested = lie == .stampMessageDigest ? content + [0] : content
    let digest =
      lie == .stampDigestSHA1
      ? Array(Insecure.SHA1.hash(data: digested)) : Array(SHA256.hash(data: digested))
    let certificate = lie == .stampNamesOtherCertificate ? root : leaf(lie)
    let hash = Array(SHA256.hash(data: try certificate.derBytes))
    var list = [
      try attribute(Identifier.contentType) {
        try $0.serialize(lie == .stampContentTypeAttribute ? Identifier.data : type)
        if lie == .stampAttributeOfTwoValues { try $0.serialize(Identifier.data) }
      },
      try attribute(Identifier.messageDigest) {
        try $0.serialize(ASN1OctetString(contentBytes: digest[...]))
      },
      // ESSCertIDv2 with the default hash.
      try attribute(Identifier.signingCertificateV2) { coder in
        try coder.appendConstructedNode(identifier: .sequence) { coder in
          try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
              try coder.serialize(ASN1OctetString(contentBytes: hash[...]))
            }
          }
        }
      },
    ]
    if lie == .stampAttributeTwice { list.append(list[1]) }
    if lie == .stampAttributesTooMany {
      for number in 0..<UInt(64) {
        list.append(try attribute([1, 2, 3, 4, number]) { try $0.serialize(1) })
      }
    }
    return list.sorted { $0.lexicographicallyPrecedes($1) }
  }
}
