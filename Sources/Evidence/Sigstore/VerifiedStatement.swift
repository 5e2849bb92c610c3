// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
package import Encodings

/// A statement whose signature, signer and log entries were verified, and whose subjects were
/// compared with nothing yet.
///
/// Rules over a statement need it before they know whether it is about the artifact: a package's
/// subjects have SHA-512, an image's layer names other things than the image. By itself it is never
/// a pass: the caller must find the artifact among ``statement``'s subjects.
package struct VerifiedStatement: Hashable, Sendable {
  /// Who signed.
  package enum Signer: Hashable, Sendable {
    /// A certificate; its claims are authentic.
    case certificate(SigningCertificate)
    /// A key that the caller trusts.
    case key(SignatureKey)
  }

  /// Who signed.
  package let signer: Signer
  /// The signed bytes of the statement.
  package let payload: [UInt8]
  /// The statement.
  package let statement: Statement
  /// The verified moments of signing.
  package let signingTimes: [Timestamp]

  /// The certificate, if one signed.
  package var certificate: SigningCertificate? {
    if case .certificate(let certificate) = signer { certificate } else { nil }
  }

  /// The outcome: the report, and the statement if every rule is met.
  package struct Result: Sendable {
    /// Every rule that was looked at.
    package let report: VerificationReport
    /// Present exactly when the report passed.
    package let verified: VerifiedStatement?
  }
}

extension Verifier {
  /// Verifies everything about a bundle with a statement but what the statement is about.
  ///
  /// - Parameters:
  ///   - bundle: a bundle that is signed by a certificate.
  ///   - now: the present; times beyond it are refused.
  /// - Returns: the report, and the statement if every rule is met.
  package func verifyStatement(
    in bundle: Bundle, now: Timestamp
  ) async -> VerifiedStatement.Result {
    var report = VerificationReport()
    guard case .certificate(let der) = bundle.material else {
      return Self.unreadable("it is signed by a bare key, not by a certificate")
    }
    let known = cache[der]
    let certificate: SigningCertificate
    do {
      certificate = try known?.certificate ?? SigningCertificate(der: der)
      report.record(VerificationCheck(.wellFormed, .passed))
    } catch {
      return Self.unreadable("\(error)")
    }
    let (statement, times) = await signatureChecks(
      bundle, artifact: nil, material: .certificate(der), key: certificate.publicKey, now: now,
      report: &report)
    await CertificateCheck(trustedRoot: trustedRoot, cache: cache).run(
      certificate, known: known, times: times, recordingIn: &report)
    return Self.result(report, .certificate(certificate), bundle, statement, times)
  }

  /// Verifies everything about a bundle that is signed by a bare key, but what the statement is
  /// about.
  ///
  /// - Parameters:
  ///   - bundle: a bundle that is signed by a bare key.
  ///   - key: the key, which the caller trusts.
  ///   - validity: when the key counts; every verified time must lie within.
  ///   - now: the present.
  /// - Returns: the report, and the statement if every rule is met.
  package func verifyStatement(
    in bundle: Bundle, signedBy key: SignatureKey, validity: ValidityPeriod, now: Timestamp
  ) async -> VerifiedStatement.Result {
    var report = VerificationReport()
    guard case .publicKey = bundle.material else {
      return Self.unreadable("it is signed by a certificate, not by a bare key")
    }
    report.record(VerificationCheck(.wellFormed, .passed))
    let (statement, times) = await signatureChecks(
      bundle, artifact: nil, material: .publicKey(key.subjectPublicKeyInfo), key: key, now: now,
      report: &report)
    if let outside = times.first(where: { !validity.contains($0) }) {
      report.record(
        VerificationCheck(.identity, .failed("the key was not in use at \(outside)")))
    }
    return Self.result(report, .key(key), bundle, statement, times)
  }

  private static func unreadable(_ sentence: String) -> VerifiedStatement.Result {
    VerifiedStatement.Result(
      report: VerificationReport([VerificationCheck(.wellFormed, .failed(sentence))]),
      verified: nil)
  }

  private static func result(
    _ report: VerificationReport, _ signer: VerifiedStatement.Signer, _ bundle: Bundle,
    _ statement: Statement?, _ times: [Timestamp]
  ) -> VerifiedStatement.Result {
    guard report.passed, let statement, case .envelope(let envelope) = bundle.content else {
      return VerifiedStatement.Result(report: report, verified: nil)
    }
    return VerifiedStatement.Result(
      report: report,
      verified: VerifiedStatement(
        signer: signer, payload: envelope.payload, statement: statement, signingTimes: times))
  }
}
