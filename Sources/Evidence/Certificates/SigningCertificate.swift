// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SwiftASN1
import X509

/// The subject alternative name that a signing certificate binds to its key.
package enum SubjectAlternativeName: Hashable, Sendable, CustomStringConvertible {
  /// An e-mail address.
  case email(String)
  /// A URI, such as a workflow with its ref.
  case uri(String)
  /// Fulcio's `user!domain` name (OtherName `1.3.6.1.4.1.57264.1.7`).
  case username(String)

  /// The name itself.
  package var text: String {
    switch self {
    case .email(let text), .uri(let text), .username(let text): text
    }
  }

  /// The name itself.
  package var description: String { text }
}

/// A leaf certificate for signing (Fulcio's certificate profile): parsed, not yet trusted.
package struct SigningCertificate: Hashable, Sendable {
  /// The certificate's parts.
  let fields: CertificateFields
  /// The key that the certificate is for.
  package let publicKey: SignatureKey
  /// The one name that the key is bound to.
  package let subjectAlternativeName: SubjectAlternativeName
  /// The claims of the identity token, by extension.
  package let claims: [FulcioExtension: String]

  /// Reads a leaf certificate and checks its own profile: exactly one name, not a CA, key usage
  /// `digitalSignature`, extended key usage `codeSigning`, readable Fulcio extensions.
  ///
  /// - Throws: ``CertificateError``.
  package init(der: [UInt8]) throws(CertificateError) {
    guard der.count <= 64 << 10 else { throw .malformedCertificate("larger than 64 KiB") }
    do {
      fields = try CertificateFields(der: der)
    } catch {
      throw .malformedCertificate("not an X.509 certificate in DER")
    }
    publicKey = try SignatureKey(subjectPublicKeyInfo: Array(fields.subjectPublicKeyInfo))
    subjectAlternativeName = try Self.name(in: fields)
    try Self.checkUsage(in: fields)
    claims = try FulcioExtension.claims(in: fields)
  }

  /// The certificate in DER.
  package var der: [UInt8] { fields.der }
  /// The bytes that its issuer signed.
  package var tbsCertificate: ArraySlice<UInt8> { fields.tbsCertificate }
  /// First moment of validity.
  package var notBefore: Timestamp { fields.notBefore }
  /// Last moment of validity.
  package var notAfter: Timestamp { fields.notAfter }

  /// The token's issuer: the current extension, else the deprecated one.
  package var issuer: String? { claims[.issuer] ?? claims[.issuerV1] }

  private static func name(
    in fields: CertificateFields
  ) throws(CertificateError) -> SubjectAlternativeName {
    let names: SubjectAlternativeNames?
    do {
      names = try fields.library(.subjectAlternativeName).map { try .init($0) }
    } catch {
      throw .malformedCertificate("its subject alternative name is not readable")
    }
    guard let names, names.count == 1, let name = names.first else {
      throw .malformedCertificate("it must have exactly one subject alternative name")
    }
    switch name {
    case .uniformResourceIdentifier(let text): return .uri(text)
    case .rfc822Name(let text): return .email(text)
    case .otherName(let other) where other.typeID == [1, 3, 6, 1, 4, 1, 57264, 1, 7]:
      guard let value = other.value, let text = try? ASN1UTF8String(asn1Any: value) else {
        throw .malformedCertificate("its user name is not readable")
      }
      return .username(String(text))
    default:
      throw .malformedCertificate("its subject alternative name is neither URI, e-mail nor user")
    }
  }

  private static func checkUsage(in fields: CertificateFields) throws(CertificateError) {
    let constraints: BasicConstraints?
    let usage: KeyUsage?
    let extended: ExtendedKeyUsage?
    do {
      constraints = try fields.library(.basicConstraints).map { try .init($0) }
      usage = try fields.library(.keyUsage).map { try .init($0) }
      extended = try fields.library(.extendedKeyUsage).map { try .init($0) }
    } catch {
      throw .malformedCertificate("its usage extensions are not readable")
    }
    if case .isCertificateAuthority = constraints {
      throw .malformedCertificate("it is a certificate authority's, not a signer's")
    }
    guard let usage, usage.digitalSignature else {
      throw .malformedCertificate("its key usage does not include digitalSignature")
    }
    guard let extended, extended.contains(.codeSigning) else {
      throw .malformedCertificate("its extended key usage does not include codeSigning")
    }
  }
}

/// Extensions of every certificate, whose contents the X.509 library reads.
enum CommonExtension: CaseIterable {
  case keyUsage
  case subjectAlternativeName
  case basicConstraints
  case nameConstraints
  case extendedKeyUsage

  /// The content of the object identifier, `2.5.29.n`.
  var identifier: [UInt8] {
    switch self {
    case .keyUsage: [0x55, 0x1d, 15]
    case .subjectAlternativeName: [0x55, 0x1d, 17]
    case .basicConstraints: [0x55, 0x1d, 19]
    case .nameConstraints: [0x55, 0x1d, 30]
    case .extendedKeyUsage: [0x55, 0x1d, 37]
    }
  }

  /// The library's object identifier.
  var objectIdentifier: ASN1ObjectIdentifier {
    switch self {
    case .keyUsage: .X509ExtensionID.keyUsage
    case .subjectAlternativeName: .X509ExtensionID.subjectAlternativeName
    case .basicConstraints: .X509ExtensionID.basicConstraints
    case .nameConstraints: .X509ExtensionID.nameConstraints
    case .extendedKeyUsage: .X509ExtensionID.extendedKeyUsage
    }
  }
}

extension CertificateFields {
  /// An extension in the library's form.
  func library(_ kind: CommonExtension) -> Certificate.Extension? {
    self.extension(kind.identifier).map {
      Certificate.Extension(
        oid: kind.objectIdentifier, critical: $0.isCritical, value: der[$0.value])
    }
  }
}
