// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
package import Encodings

/// A bundle whose signature, certificate and log entries were verified for an artifact.
///
/// Only ``Verifier`` makes one. It says that *somebody* signed: whether it was who should have is
/// for an identity expectation or a policy to decide, so by itself it is never a pass.
package struct VerifiedBundle: Hashable, Sendable {
  /// The artifact's digest that the signature covers.
  package let artifact: ArtifactDigest
  /// The certificate; its claims are authentic.
  package let certificate: SigningCertificate
  /// The verified moments of signing.
  package let signingTimes: [Timestamp]
  /// The statement, for DSSE bundles.
  package let statement: Statement?
  /// The log entries that were verified.
  package let logEntries: [TransparencyLogEntry]
  /// The base URL of the log of the first entry, as the trusted root has it.
  package let logURL: String

  init(
    artifact: ArtifactDigest, certificate: SigningCertificate, signingTimes: [Timestamp],
    statement: Statement?, logEntries: [TransparencyLogEntry], logURL: String
  ) {
    self.artifact = artifact
    self.certificate = certificate
    self.signingTimes = signingTimes
    self.statement = statement
    self.logEntries = logEntries
    self.logURL = logURL
  }
}

/// Who must have signed: exact name and exact issuer, compared as UTF-8 bytes.
package struct SignerIdentity: Hashable, Sendable {
  /// The subject alternative name.
  package let name: String
  /// The OIDC issuer.
  package let issuer: String

  /// Expects a name and an issuer.
  package init(name: String, issuer: String) {
    self.name = name
    self.issuer = issuer
  }

  /// Compares with the certificate of a verified bundle.
  package func checks(_ bundle: VerifiedBundle) -> [VerificationCheck] {
    checks(bundle.certificate)
  }

  /// Compares with a certificate that was verified.
  package func checks(_ certificate: SigningCertificate) -> [VerificationCheck] {
    let found = certificate.subjectAlternativeName.text
    let foundIssuer = certificate.issuer
    return [
      VerificationCheck(
        .identity,
        found.utf8.elementsEqual(name.utf8)
          ? .passed : .failed("it was signed by a different identity"),
        expected: name, found: found),
      VerificationCheck(
        .issuer,
        foundIssuer.map { $0.utf8.elementsEqual(issuer.utf8) } == true
          ? .passed : .failed("the signer's identity is from a different issuer"),
        expected: issuer, found: foundIssuer ?? "no issuer"),
    ]
  }
}
