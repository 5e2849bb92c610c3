// SPDX-License-Identifier: Apache-2.0

package import Encodings
import FoundationEssentials
import SwiftASN1
@_spi(FixedExpiryValidationTime) package import X509

/// The certificates of one trusted certificate authority: intermediates, then the root.
///
/// Chains are only built within one authority, never across several.
package struct CertificateAuthorityChain: Hashable, Sendable {
  /// The anchor.
  package let root: Certificate
  /// Certificates between a leaf and the root; may be empty.
  package let intermediates: [Certificate]

  /// Reads an authority's certificates in DER, issuer of leaves first and root last.
  ///
  /// - Throws: ``CertificateError/malformedCertificate(_:)``.
  package init(der certificates: [[UInt8]]) throws(CertificateError) {
    guard certificates.count <= 8 else {
      throw .malformedCertificate("an authority has more than 8 certificates")
    }
    var parsed: [Certificate] = []
    for der in certificates {
      do {
        parsed.append(try Certificate(derEncoded: der))
      } catch {
        throw .malformedCertificate("an authority's certificate is not X.509 in DER")
      }
    }
    guard let root = parsed.popLast() else {
      throw .malformedCertificate("an authority has no certificate")
    }
    self.root = root
    intermediates = parsed
  }

  /// Builds a chain from a leaf to the root as of a moment.
  ///
  /// Signatures, names, basic and name constraints and validity are the library's; key usage and
  /// extended key usage, which it leaves open, are ``CodeSigningUsagePolicy``'s.
  ///
  /// - Returns: the SubjectPublicKeyInfo of the certificate that issued the leaf, in DER.
  /// - Throws: ``CertificateError/untrusted(_:)``.
  package func validate(
    _ leaf: SigningCertificate, at time: Timestamp
  ) async throws(CertificateError) -> [UInt8] {
    let date = Date(timeIntervalSince1970: Double(time.seconds))
    var verifier = X509.Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy(fixedExpiryValidationTime: date)
      CodeSigningUsagePolicy()
    }
    let result = await verifier.validate(
      leaf: leaf.certificate, intermediates: CertificateStore(intermediates))
    switch result {
    case .validCertificate(let chain):
      guard chain.count >= 2 else {
        throw .untrusted("the signing certificate is itself a trust anchor")
      }
      return try SignatureKey.subjectPublicKeyInfo(of: chain[1].publicKey)
    case .couldNotValidate(let failures):
      let reason = failures.first.map { ": \($0.policyFailureReason)" } ?? ""
      throw .untrusted("no chain to the authority's root\(reason)")
    }
  }
}

/// Key usage of a chain that signs code: the leaf may sign data for code signing, everything above
/// it may sign certificates (RFC 5280 §4.2.1.3 and §4.2.1.12).
struct CodeSigningUsagePolicy: VerifierPolicy {
  var verifyingCriticalExtensions: [ASN1ObjectIdentifier] {
    [
      .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
      .X509ExtensionID.subjectAlternativeName,
    ]
  }

  func chainMeetsPolicyRequirements(
    chain: UnverifiedCertificateChain
  ) async -> PolicyEvaluationResult {
    for index in chain.startIndex..<chain.endIndex {
      let extensions = chain[index].extensions
      guard let usage = try? extensions.keyUsage else {
        return .failsToMeetPolicy(reason: "a certificate has no readable key usage")
      }
      if index == chain.startIndex {
        // The leaf's own profile was checked when it was parsed.
        guard usage.digitalSignature else {
          return .failsToMeetPolicy(reason: "the leaf's key usage is not digitalSignature")
        }
      } else {
        guard usage.keyCertSign else {
          return .failsToMeetPolicy(reason: "an issuer's key usage is not keyCertSign")
        }
        if let extended = try? extensions.extendedKeyUsage,
          !extended.contains(.codeSigning), !extended.contains(.any)
        {
          return .failsToMeetPolicy(reason: "an issuer is not for code signing")
        }
      }
    }
    return .meetsPolicy
  }
}
