// SPDX-License-Identifier: Apache-2.0

package import SwiftASN1
import X509

/// The certificate extensions by which Fulcio writes down the claims of the identity token
/// (`1.3.6.1.4.1.57264.1.n`, fulcio's `oid-info.md`).
///
/// Numbers 1 to 6 hold the text's bytes as they are, 8 and up a DER UTF8String.
package enum FulcioExtension: UInt, CaseIterable, Hashable, Sendable {
  /// The token's issuer, deprecated form.
  case issuerV1 = 1
  /// GitHub: event that triggered the workflow.
  case gitHubWorkflowTrigger = 2
  /// GitHub: commit.
  case gitHubWorkflowSHA = 3
  /// GitHub: name of the workflow.
  case gitHubWorkflowName = 4
  /// GitHub: `owner/repository`.
  case gitHubWorkflowRepository = 5
  /// GitHub: ref.
  case gitHubWorkflowRef = 6
  /// The token's issuer.
  case issuer = 8
  /// The workflow or pipeline definition that signed, with its ref.
  case buildSignerURI = 9
  /// The commit of that definition.
  case buildSignerDigest = 10
  /// `github-hosted` or `self-hosted`.
  case runnerEnvironment = 11
  /// URL of the source repository.
  case sourceRepositoryURI = 12
  /// The source commit.
  case sourceRepositoryDigest = 13
  /// The source ref.
  case sourceRepositoryRef = 14
  /// The forge's immutable number of the repository.
  case sourceRepositoryIdentifier = 15
  /// URL of the repository's owner.
  case sourceRepositoryOwnerURI = 16
  /// The forge's immutable number of the owner.
  case sourceRepositoryOwnerIdentifier = 17
  /// The top-level build definition, with its ref.
  case buildConfigURI = 18
  /// The commit of that definition.
  case buildConfigDigest = 19
  /// What triggered the build.
  case buildTrigger = 20
  /// URL of the run.
  case runInvocationURI = 21
  /// `public` or `private`.
  case sourceRepositoryVisibility = 22
  /// The deployment environment.
  case deploymentEnvironment = 23
  /// The token's subject.
  case tokenSubject = 24

  /// Whether the value is the raw text instead of a DER UTF8String.
  package var isRawText: Bool { rawValue <= 6 }

  /// The object identifier.
  package var objectIdentifier: ASN1ObjectIdentifier {
    [1, 3, 6, 1, 4, 1, 57264, 1, rawValue]
  }

  /// The content of `1.3.6.1.4.1.57264.1` as an object identifier.
  private static let prefix: [UInt8] = [0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1]

  /// The field's name as Fulcio's documentation writes it.
  package var title: String {
    switch self {
    case .issuerV1: "Issuer (V1)"
    case .gitHubWorkflowTrigger: "GitHub Workflow Trigger"
    case .gitHubWorkflowSHA: "GitHub Workflow SHA"
    case .gitHubWorkflowName: "GitHub Workflow Name"
    case .gitHubWorkflowRepository: "GitHub Workflow Repository"
    case .gitHubWorkflowRef: "GitHub Workflow Ref"
    case .issuer: "Issuer"
    case .buildSignerURI: "Build Signer URI"
    case .buildSignerDigest: "Build Signer Digest"
    case .runnerEnvironment: "Runner Environment"
    case .sourceRepositoryURI: "Source Repository URI"
    case .sourceRepositoryDigest: "Source Repository Digest"
    case .sourceRepositoryRef: "Source Repository Ref"
    case .sourceRepositoryIdentifier: "Source Repository Identifier"
    case .sourceRepositoryOwnerURI: "Source Repository Owner URI"
    case .sourceRepositoryOwnerIdentifier: "Source Repository Owner Identifier"
    case .buildConfigURI: "Build Config URI"
    case .buildConfigDigest: "Build Config Digest"
    case .buildTrigger: "Build Trigger"
    case .runInvocationURI: "Run Invocation URI"
    case .sourceRepositoryVisibility: "Source Repository Visibility At Signing"
    case .deploymentEnvironment: "Deployment Environment"
    case .tokenSubject: "Token Subject"
    }
  }

  /// The extension's value for a text: raw or as a DER UTF8String.
  package func encodedValue(_ text: String) throws -> [UInt8] {
    if isRawText { return Array(text.utf8) }
    var serializer = DER.Serializer()
    try serializer.serialize(ASN1UTF8String(text))
    return serializer.serializedBytes
  }

  /// Reads the extension's value, which lies in a range of a certificate; `nil` if it is not the
  /// text that it should be.
  private func decodedValue(_ der: [UInt8], _ range: Range<Int>) -> String? {
    if isRawText { return Self.text(der, range) }
    var reader = DERReader(der, in: range)
    guard let text = try? reader.next(DERReader.Tag.utf8String), reader.isAtEnd else { return nil }
    return Self.text(der, text.content)
  }

  private static func text(_ der: [UInt8], _ range: Range<Int>) -> String? {
    let bytes = der[range]
    // ASCII, which nearly all is, cannot be invalid, and is told quickly.
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Reads all known extensions of a certificate.
  ///
  /// - Throws: ``CertificateError/malformedCertificate(_:)`` when one is there but not readable, or
  ///   when the two forms of the issuer disagree.
  static func claims(
    in fields: CertificateFields
  ) throws(CertificateError) -> [FulcioExtension: String] {
    var claims: [FulcioExtension: String] = [:]
    claims.reserveCapacity(Self.allCases.count)
    for found in fields.extensions {
      // All numbers fit into one byte, the last.
      let identifier = fields.der[found.identifier]
      guard identifier.count == prefix.count + 1, identifier.starts(with: prefix),
        let item = identifier.last.flatMap({ Self(rawValue: UInt($0)) })
      else { continue }
      guard let text = item.decodedValue(fields.der, found.value) else {
        throw .malformedCertificate("the extension `\(item.title)` is not readable")
      }
      claims[item] = text
    }
    if let old = claims[.issuerV1], let new = claims[.issuer],
      !old.utf8.elementsEqual(new.utf8)
    {
      throw .malformedCertificate("its two issuer extensions disagree")
    }
    return claims
  }
}
