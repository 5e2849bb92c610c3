// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
import SwiftASN1
package import X509

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
  /// The certificate in DER.
  package let der: [UInt8]
  /// The library's view of it.
  package let certificate: Certificate
  /// The key that the certificate is for.
  package let publicKey: SignatureKey
  /// The one name that the key is bound to.
  package let subjectAlternativeName: SubjectAlternativeName
  /// The claims of the identity token, by extension.
  package let claims: [FulcioExtension: String]
  /// First moment of validity.
  package let notBefore: Timestamp
  /// Last moment of validity.
  package let notAfter: Timestamp

  /// Reads a leaf certificate and checks its own profile: exactly one name, not a CA, key usage
  /// `digitalSignature`, extended key usage `codeSigning`, readable Fulcio extensions.
  ///
  /// - Throws: ``CertificateError``.
  package init(der: [UInt8]) throws(CertificateError) {
    guard der.count <= 64 << 10 else { throw .malformedCertificate("larger than 64 KiB") }
    let certificate: Certificate
    do {
      certificate = try Certificate(derEncoded: der)
    } catch {
      throw .malformedCertificate("not an X.509 certificate in DER")
    }
    self.der = der
    self.certificate = certificate
    publicKey = try SignatureKey(certificate.publicKey)
    subjectAlternativeName = try Self.name(of: certificate)
    try Self.checkUsage(of: certificate)
    claims = try FulcioExtension.claims(of: certificate)
    notBefore = Timestamp(
      unixSeconds: Int64(certificate.notValidBefore.timeIntervalSince1970.rounded(.down)))
    notAfter = Timestamp(
      unixSeconds: Int64(certificate.notValidAfter.timeIntervalSince1970.rounded(.down)))
  }

  /// The token's issuer: the current extension, else the deprecated one.
  package var issuer: String? { claims[.issuer] ?? claims[.issuerV1] }

  private static func name(
    of certificate: Certificate
  ) throws(CertificateError) -> SubjectAlternativeName {
    let names: SubjectAlternativeNames?
    do {
      names = try certificate.extensions.subjectAlternativeNames
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

  private static func checkUsage(of certificate: Certificate) throws(CertificateError) {
    let extensions = certificate.extensions
    let constraints: BasicConstraints?
    let usage: KeyUsage?
    let extended: ExtendedKeyUsage?
    do {
      constraints = try extensions.basicConstraints
      usage = try extensions.keyUsage
      extended = try extensions.extendedKeyUsage
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
