// SPDX-License-Identifier: Apache-2.0

import Encodings
import FoundationEssentials
import SwiftASN1
@_spi(DisableValidityCheck) import X509

/// A path from a certificate that issues others up to its authority's root (RFC 5280 §6.1), with
/// everything checked that holds at any time: names, signatures, who may issue, for what, how deep.
///
/// What depends on the time is ``contains(_:)``; what depends on the certificate that was issued is
/// ``issued(_:for:)``. So the certificates of a trusted root are checked once, not once per bundle.
struct CertificatePath: Sendable {
  /// What the leaves of a path may be used for.
  enum Purpose: Sendable {
    /// Signing certificates.
    case codeSigning
    /// The certificates of timestamp authorities.
    case timestamping

    /// Critical extensions that the rules for leaves and issuers understand (RFC 5280 §4.2).
    var understood: [CommonExtension] {
      CommonExtension.allCases.filter { self == .codeSigning || $0 != .subjectAlternativeName }
    }
  }

  /// The issuer first, the root last.
  let certificates: [Certificate]
  private let key: SignatureKey
  private let issuer: Certificate
  private let root: Certificate
  private let purpose: Purpose
  private let issuerName: [UInt8]
  private let understood: [[UInt8]]
  private let hasNameConstraints: Bool
  private let notBefore: Timestamp
  private let notAfter: Timestamp

  /// All paths of an authority, by whichever of its certificates they begin with.
  ///
  /// - Parameters:
  ///   - intermediates: certificates below the root; at most 7, which bounds the search.
  ///   - root: the anchor.
  ///   - purpose: what leaves may be used for.
  /// - Returns: the paths that may be used, short ones first.
  static func all(
    of intermediates: [Certificate], to root: Certificate, for purpose: Purpose
  ) -> [CertificatePath] {
    let authorities = [root] + intermediates
    // Each signature is checked once, however many paths it is in.
    let parents = authorities.map { child in
      authorities.indices.filter { isIssuer(authorities[$0], of: child) }
    }
    var complete: [[Int]] = []
    var open: [[Int]] = authorities.indices.map { [$0] }
    while let path = open.popLast(), complete.count < 64 {
      guard let last = path.last else { continue }
      // The root is the anchor: nothing above it is looked for.
      if last == 0 {
        complete.append(path)
      } else {
        for parent in parents[last] where !path.contains(parent) { open.append(path + [parent]) }
      }
    }
    return complete.sorted { $0.count < $1.count }.compactMap { path in
      CertificatePath(path.map { authorities[$0] }, for: purpose)
    }
  }

  /// The SubjectPublicKeyInfo of the issuer in DER.
  var issuerKey: [UInt8] { key.subjectPublicKeyInfo }

  private init?(_ certificates: [Certificate], for purpose: Purpose) {
    guard let issuer = certificates.first, let root = certificates.last,
      let key = try? SignatureKey(issuer.publicKey),
      let name = try? issuer.subject.der,
      Self.mayIssue(certificates, for: purpose)
    else { return nil }
    self.certificates = certificates
    self.issuer = issuer
    self.root = root
    self.purpose = purpose
    self.key = key
    issuerName = name
    understood = purpose.understood.map(\.identifier)
    hasNameConstraints = certificates.contains {
      $0.extensions[oid: .X509ExtensionID.nameConstraints] != nil
    }
    notBefore = certificates.reduce(Timestamp(issuer.notValidBefore)) {
      max($0, Timestamp($1.notValidBefore))
    }
    notAfter = certificates.reduce(Timestamp(issuer.notValidAfter)) {
      min($0, Timestamp($1.notValidAfter))
    }
  }

  /// Whether one certificate's name and key are those that issued another.
  private static func isIssuer(_ parent: Certificate, of child: Certificate) -> Bool {
    parent.subject == child.issuer && child.signatureAlgorithm != .sha1WithRSAEncryption
      && parent.publicKey.isValidSignature(child.signature, for: child)
  }

  /// Whether every certificate of a path may issue those below it: basic constraints with path
  /// length (RFC 5280 §4.2.1.9), key usage (§4.2.1.3), extended key usage (§4.2.1.12).
  private static func mayIssue(_ path: [Certificate], for purpose: Purpose) -> Bool {
    var below = 0
    for certificate in path {
      guard isUnderstood(certificate, for: purpose),
        case .isCertificateAuthority(let limit) = try? certificate.extensions.basicConstraints,
        limit.map({ below <= $0 }) ?? true, hasUsage(certificate, for: purpose)
      else { return false }
      // Self-issued certificates do not count against the limit.
      if certificate.subject != certificate.issuer { below += 1 }
    }
    return true
  }

  private static func hasUsage(_ issuer: Certificate, for purpose: Purpose) -> Bool {
    let usage: KeyUsage?
    let extended: ExtendedKeyUsage?
    do {
      usage = try issuer.extensions.keyUsage
      extended = try issuer.extensions.extendedKeyUsage
    } catch {
      return false
    }
    switch purpose {
    case .codeSigning:
      guard let usage, usage.keyCertSign else { return false }
      return extended.map { $0.contains(.codeSigning) || $0.contains(.any) } ?? true
    case .timestamping:
      return usage?.keyCertSign ?? true
    }
  }

  /// Whether a certificate has no critical extension that nobody looks at.
  private static func isUnderstood(_ certificate: Certificate, for purpose: Purpose) -> Bool {
    let understood = purpose.understood.map(\.objectIdentifier)
    return certificate.version == .v3
      && certificate.extensions.allSatisfy { !$0.critical || understood.contains($0.oid) }
  }

  /// Whether all certificates of the path were valid at a moment; both ends belong to a validity.
  func contains(_ time: Timestamp) -> Bool {
    // Certificates count in whole seconds.
    let second = Timestamp(unixSeconds: time.seconds)
    return second >= notBefore && second <= notAfter
  }

  /// Whether the path's first certificate issued a signing certificate, and that has nothing that
  /// is not understood.
  func issued(_ leaf: SigningCertificate) async -> Bool {
    let fields = leaf.fields
    guard fields.issuer.elementsEqual(issuerName),
      fields.extensions.allSatisfy({ !$0.isCritical || isUnderstood(fields.der[$0.identifier]) }),
      fields.isSigned(by: key)
    else { return false }
    guard hasNameConstraints else { return true }
    guard let certificate = try? Certificate(derEncoded: fields.der) else { return false }
    return await namesAreAllowed(certificate)
  }

  private func isUnderstood(_ identifier: ArraySlice<UInt8>) -> Bool {
    understood.contains { identifier.elementsEqual($0) }
  }

  /// Whether the path's first certificate issued a leaf, and the leaf has nothing that is not
  /// understood; the leaf's own usage is for its caller to check.
  func issued(_ leaf: Certificate) async -> Bool {
    guard Self.isUnderstood(leaf, for: purpose), Self.isIssuer(issuer, of: leaf) else {
      return false
    }
    return hasNameConstraints ? await namesAreAllowed(leaf) : true
  }

  /// Name constraints (RFC 5280 §4.2.1.10), which hardly an authority has, are the library's.
  private func namesAreAllowed(_ leaf: Certificate) async -> Bool {
    var verifier = X509.Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy.withValidityCheckDisabled()
      UnderstoodExtensions(verifyingCriticalExtensions: purpose.understood.map(\.objectIdentifier))
    }
    let result = await verifier.validate(
      leaf: leaf, intermediates: CertificateStore(certificates.dropLast()))
    if case .validCertificate = result { return true }
    return false
  }
}

/// Tells the library which critical extensions the rules here look at.
private struct UnderstoodExtensions: VerifierPolicy {
  let verifyingCriticalExtensions: [ASN1ObjectIdentifier]

  func chainMeetsPolicyRequirements(
    chain: UnverifiedCertificateChain
  ) async -> PolicyEvaluationResult { .meetsPolicy }
}

extension DistinguishedName {
  /// The name in DER.
  var der: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}

extension Timestamp {
  /// The moment of a certificate's validity.
  init(_ date: Date) {
    self.init(unixSeconds: Int64(date.timeIntervalSince1970.rounded(.down)))
  }
}
