// SPDX-License-Identifier: Apache-2.0

import Encodings
import SwiftASN1
import X509

/// The certificates of one trusted timestamp authority: its signing leaf, intermediates, root.
package struct TimestampAuthorityChain: Hashable, Sendable {
  private let leaf: Certificate
  private let leafDER: [UInt8]
  private let key: SignatureKey
  private let issuer: [UInt8]
  private let serial: [UInt8]
  private let intermediates: [Certificate]
  private let root: Certificate
  private let issuance = Memo<Result<[CertificatePath], CertificateError>>()

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
    do {
      issuer = try parsed[0].issuer.der
    } catch {
      throw .malformedCertificate("a name cannot be written in DER")
    }
    serial = Array(parsed[0].serialNumber.bytes)
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
      guard issuer == self.issuer, serial == self.serial else {
        throw .untrusted("the timestamp is by another authority")
      }
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
    guard let type = data.attribute(Self.attribute + [3]),
      type.tag == DERReader.Tag.objectIdentifier, data.der[type.content] == data.contentType
    else { throw .malformedTimestamp("its content type is not signed") }
    guard let digest = data.attribute(Self.attribute + [4]),
      digest.tag == DERReader.Tag.octetString,
      data.der[digest.content].elementsEqual(data.hash.digest(of: data.content))
    else { throw .untrusted("the timestamp's content is not the one that was signed") }
    // signingCertificateV2, if it is there and readable.
    guard let element = data.attribute(Self.attribute + [16, 2, 47]),
      let (hash, expected) = Self.signingCertificateHash(data.der, element)
    else { return }
    guard expected.elementsEqual(hash.digest(of: leafDER)) else {
      throw .untrusted("the timestamp names another signing certificate")
    }
  }

  /// The content of `1.2.840.113549.1.9` as an object identifier.
  private static let attribute: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 9]

  /// The hash and certHash of the first ESSCertIDv2 (RFC 5035 §4), SHA-256 if it names none; `nil`
  /// if it is not readable or of a hash that is not accepted.
  private static func signingCertificateHash(
    _ der: [UInt8], _ element: DERReader.Element
  ) -> (SignatureHash, ArraySlice<UInt8>)? {
    guard element.tag == DERReader.Tag.sequence else { return nil }
    var outer = DERReader(der, in: element.content)
    guard var list = try? outer.enter(DERReader.Tag.sequence),
      var fields = try? list.enter(DERReader.Tag.sequence)
    else { return nil }
    var hash = SignatureHash.sha256
    if fields.nextTag == DERReader.Tag.sequence {
      guard var algorithm = try? fields.enter(DERReader.Tag.sequence),
        let identifier = try? algorithm.next(DERReader.Tag.objectIdentifier).content,
        let named = SignatureHash(der[identifier])
      else { return nil }
      hash = named
    }
    return (try? fields.next(DERReader.Tag.octetString)).map { (hash, der[$0.content]) }
  }

  private func hasValidSignature(_ data: CMSSignedData) -> Bool {
    let ecdsa: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3]
    let pkcs1: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1]
    let hash: SignatureHash
    // The algorithm is not signed; it must at least be one that the key has.
    guard data.signatureAlgorithm.starts(with: pkcs1) == (key.algorithm == .rsa) else {
      return false
    }
    switch Array(data.signatureAlgorithm) {
    case ecdsa + [2], pkcs1 + [11]: hash = .sha256
    case ecdsa + [3], pkcs1 + [12]: hash = .sha384
    case ecdsa + [4], pkcs1 + [13]: hash = .sha512
    // rsaEncryption and Ed25519 leave the hash to the digest algorithm or to themselves.
    case pkcs1 + [1]: hash = data.hash
    case [0x2b, 0x65, 0x70]:
      return key.algorithm == .ed25519
        && key.isValidSignature(data.signature, for: data.signedAttributes)
    default: return false
    }
    return key.isValidSignature(data.signature, for: data.signedAttributes, hash: hash)
  }

  /// Checks the chain as of the moment that the authority asserts, never as of now: the
  /// certificates of a timestamp outlive their validity.
  private func validate(at time: Timestamp) async throws(CertificateError) {
    let paths = try await issuance.value { await issuingPaths() }.get()
    let second = Timestamp(unixSeconds: time.seconds)
    guard second >= Timestamp(leaf.notValidBefore), second <= Timestamp(leaf.notValidAfter),
      paths.contains(where: { $0.contains(time) })
    else { throw .untrusted("the timestamp authority's certificate was not valid then") }
  }

  /// The paths by which the authority's root vouches for its signing certificate, at any time.
  private func issuingPaths() async -> Result<[CertificatePath], CertificateError> {
    if let problem = usageProblem { return .failure(.untrusted(problem)) }
    var issuing: [CertificatePath] = []
    for path in CertificatePath.all(of: intermediates, to: root, for: .timestamping)
    where await path.issued(leaf) { issuing.append(path) }
    return .success(issuing)
  }

  /// What speaks against the signing certificate: it must not be a CA's, and for timestamps alone,
  /// marked critical (RFC 3161 §2.3).
  private var usageProblem: String? {
    let constraints: BasicConstraints?
    let usage: KeyUsage?
    let extended: ExtendedKeyUsage?
    do {
      constraints = try leaf.extensions.basicConstraints
      usage = try leaf.extensions.keyUsage
      extended = try leaf.extensions.extendedKeyUsage
    } catch {
      return "the timestamp authority's usage extensions are not readable"
    }
    if case .isCertificateAuthority = constraints { return "the signer is a certificate authority" }
    guard leaf.extensions[oid: .X509ExtensionID.extendedKeyUsage]?.critical == true,
      let extended, extended.count == 1, extended.contains(.timeStamping)
    else { return "the signer is not for timestamps alone" }
    if let usage, !usage.digitalSignature {
      return "the signer's key usage is not digitalSignature"
    }
    return nil
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.leaf == right.leaf && left.intermediates == right.intermediates && left.root == right.root
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(leaf)
    hasher.combine(intermediates)
    hasher.combine(root)
  }
}
