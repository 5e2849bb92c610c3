// SPDX-License-Identifier: Apache-2.0

package import Encodings
import SwiftASN1
package import X509

/// The certificates of one trusted certificate authority: intermediates, then the root.
///
/// Chains are only built within one authority, never across several.
package struct CertificateAuthorityChain: Hashable, Sendable {
  /// The anchor.
  package let root: Certificate
  /// Certificates between a leaf and the root; may be empty.
  package let intermediates: [Certificate]
  private let paths = Memo<[CertificatePath]>()

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

  /// What this authority says about a leaf at any time: by which of its paths it issued the leaf.
  ///
  /// It holds whether or not the certificates are still valid, so it can be kept;
  /// ``Issuance/issuerKey(at:)`` is the part that depends on the time.
  package func issuance(of leaf: SigningCertificate) async -> Issuance {
    let all = await paths.value {
      CertificatePath.all(of: intermediates, to: root, for: .codeSigning)
    }
    var issuing: [CertificatePath] = []
    for path in all where await path.issued(leaf) { issuing.append(path) }
    return Issuance(paths: issuing, notBefore: leaf.notBefore, notAfter: leaf.notAfter)
  }

  /// The paths by which an authority issued a leaf.
  package struct Issuance: Sendable {
    fileprivate let paths: [CertificatePath]
    fileprivate let notBefore: Timestamp
    fileprivate let notAfter: Timestamp

    /// The SubjectPublicKeyInfo, in DER, of the certificate that issued the leaf.
    ///
    /// - Throws: ``CertificateError/untrusted(_:)`` if the leaf or every path was not valid at the
    ///   moment.
    package func issuerKey(at time: Timestamp) throws(CertificateError) -> [UInt8] {
      guard !paths.isEmpty else {
        throw .untrusted("no chain to the authority's root")
      }
      // Certificates count in whole seconds.
      let second = Timestamp(unixSeconds: time.seconds)
      guard second >= notBefore, second <= notAfter else {
        throw .untrusted("the certificate was not valid at \(time)")
      }
      guard let path = paths.first(where: { $0.contains(time) }) else {
        throw .untrusted("the authority's certificates were not valid at \(time)")
      }
      return path.issuerKey
    }
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.root == right.root && left.intermediates == right.intermediates
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(root)
    hasher.combine(intermediates)
  }
}
