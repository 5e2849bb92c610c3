// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SwiftASN1
@_spi(FixedExpiryValidationTime) import X509

/// The certificates of one trusted timestamp authority: its signing leaf, intermediates, root.
package struct TimestampAuthorityChain: Hashable, Sendable {
  private let leaf: Certificate
  private let leafDER: [UInt8]
  private let key: SignatureKey
  private let intermediates: [Certificate]
  private let root: Certificate

  /// Reads an authority's certificates in DER, leaf first and root last.
  ///
  /// - Throws: ``CertificateError``.
  package init(der certificates: [[UInt8]]) throws(CertificateError) {
    guard certificates.count >= 2, certificates.count <= 8 else {
      throw .malformedCertificate("a timestamp authority has 2 to 8 certificates")
    }
    var parsed: [Certificate] = []
    for der in certificates {
      do {
        parsed.append(try Certificate(derEncoded: der))
      } catch {
        throw .malformedCertificate("a timestamp authority's certificate is not X.509 in DER")
      }
    }
    leaf = parsed[0]
    leafDER = certificates[0]
    key = try SignatureKey(parsed[0].publicKey)
    root = parsed[parsed.count - 1]
    intermediates = Array(parsed[1..<(parsed.count - 1)])
  }

  /// Checks that this authority made a timestamp for a message (RFC 3161 §2.3 and §2.4.2,
  /// RFC 5816 §2.2).
  ///
  /// The signer is the leaf of the trusted root and nothing else: certificates within the token
  /// are never used.
  ///
  /// - Throws: ``CertificateError``.
  package func check(
    _ timestamp: RFC3161Timestamp, message: [UInt8]
  ) async throws(CertificateError) {
    let data = timestamp.signedData
    if let issuer = data.signerIssuer, let serial = data.signerSerial {
      guard issuer == (try Self.der(of: leaf.issuer)), serial == Array(leaf.serialNumber.bytes)
      else { throw .untrusted("the timestamp is by another authority") }
    }
    try checkAttributes(of: data)
    guard hasValidSignature(data) else {
      throw .untrusted("the timestamp's signature is not valid")
    }
    guard timestamp.imprintHash.digest(of: message) == timestamp.imprint else {
      throw .untrusted("the timestamp is for another signature")
    }
    try await validate(at: timestamp.time)
  }

  private func checkAttributes(of data: CMSSignedData) throws(CertificateError) {
    guard let type = data.attributes[[1, 2, 840, 113549, 1, 9, 3]],
      (try? ASN1ObjectIdentifier(derEncoded: type)) == data.contentType
    else { throw .malformedTimestamp("its content type is not signed") }
    guard let digestNode = data.attributes[[1, 2, 840, 113549, 1, 9, 4]],
      let digest = try? ASN1OctetString(derEncoded: digestNode),
      Array(digest.bytes) == data.hash.digest(of: data.content)
    else { throw .untrusted("the timestamp's content is not the one that was signed") }
    // signingCertificateV2, if it is there and readable.
    guard let node = data.attributes[[1, 2, 840, 113549, 1, 9, 16, 2, 47]],
      let (hash, expected) = Self.signingCertificateHash(node)
    else { return }
    guard expected == hash.digest(of: leafDER) else {
      throw .untrusted("the timestamp names another signing certificate")
    }
  }

  /// The hash and certHash of the first ESSCertIDv2 (RFC 5035 §4), SHA-256 if it names none; `nil`
  /// if it is not readable or of a hash that is not accepted.
  private static func signingCertificateHash(_ node: ASN1Node) -> (SignatureHash, [UInt8])? {
    guard var outer = try? CMSSignedData.children(node), let list = outer.next(),
      var identifiers = try? CMSSignedData.children(list), let first = identifiers.next(),
      var fields = try? CMSSignedData.children(first), var field = fields.next()
    else { return nil }
    var hash = SignatureHash.sha256
    if field.identifier == .sequence {
      guard var algorithm = try? CMSSignedData.children(field),
        let identifier = try? CMSSignedData.identifier(algorithm.next()),
        let named = SignatureHash(identifier), let next = fields.next()
      else { return nil }
      hash = named
      field = next
    }
    return (try? ASN1OctetString(derEncoded: field)).map { (hash, Array($0.bytes)) }
  }

  private func hasValidSignature(_ data: CMSSignedData) -> Bool {
    let hash: SignatureHash
    switch data.signatureAlgorithm {
    case [1, 2, 840, 10045, 4, 3, 2]: hash = .sha256
    case [1, 2, 840, 10045, 4, 3, 3]: hash = .sha384
    case [1, 2, 840, 10045, 4, 3, 4]: hash = .sha512
    case [1, 2, 840, 113549, 1, 1, 11]: hash = .sha256
    case [1, 2, 840, 113549, 1, 1, 12]: hash = .sha384
    case [1, 2, 840, 113549, 1, 1, 13]: hash = .sha512
    // rsaEncryption and Ed25519 leave the hash to the digest algorithm or to themselves.
    case [1, 2, 840, 113549, 1, 1, 1]: hash = data.hash
    case [1, 3, 101, 112]:
      return key.algorithm == .ed25519
        && key.isValidSignature(data.signature, for: data.signedAttributes)
    default: return false
    }
    return key.isValidSignature(data.signature, for: data.signedAttributes, hash: hash)
  }

  /// Builds the chain as of the moment that the authority asserts, never as of now: the
  /// certificates of a timestamp outlive their validity.
  private func validate(at time: Timestamp) async throws(CertificateError) {
    let date = Date(timeIntervalSince1970: Double(time.seconds))
    var verifier = X509.Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy(fixedExpiryValidationTime: date)
      TimestampingUsagePolicy()
    }
    let result = await verifier.validate(
      leaf: leaf, intermediates: CertificateStore(intermediates))
    if case .couldNotValidate(let failures) = result {
      let reason = failures.first.map { ": \($0.policyFailureReason)" } ?? ""
      throw .untrusted("the timestamp authority's certificate was not valid then\(reason)")
    }
  }

  private static func der(of name: DistinguishedName) throws(CertificateError) -> [UInt8] {
    var serializer = DER.Serializer()
    do {
      try serializer.serialize(name)
    } catch {
      throw .malformedCertificate("a name cannot be written in DER")
    }
    return serializer.serializedBytes
  }
}

/// A timestamp authority's leaf: not a CA, and for timestamps alone, marked critical
/// (RFC 3161 §2.3).
struct TimestampingUsagePolicy: VerifierPolicy {
  var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
    [.X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage]
  }

  func chainMeetsPolicyRequirements(
    chain: UnverifiedCertificateChain
  ) async -> PolicyEvaluationResult {
    let leaf = chain[chain.startIndex]
    if case .isCertificateAuthority = try? leaf.extensions.basicConstraints {
      return .failsToMeetPolicy(reason: "the signer is a certificate authority")
    }
    guard let found = leaf.extensions[oid: .X509ExtensionID.extendedKeyUsage], found.critical,
      let usage = try? leaf.extensions.extendedKeyUsage, usage.count == 1,
      usage.contains(.timeStamping)
    else { return .failsToMeetPolicy(reason: "the signer is not for timestamps alone") }
    if let usage = try? leaf.extensions.keyUsage, !usage.digitalSignature {
      return .failsToMeetPolicy(reason: "the signer's key usage is not digitalSignature")
    }
    for index in chain.startIndex..<chain.endIndex where index != chain.startIndex {
      if let usage = try? chain[index].extensions.keyUsage, !usage.keyCertSign {
        return .failsToMeetPolicy(reason: "an issuer's key usage is not keyCertSign")
      }
    }
    return .meetsPolicy
  }
}
