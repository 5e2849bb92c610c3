// SPDX-License-Identifier: Apache-2.0

import Certificates
import Crypto
import Encodings

/// A certificate authority's answer, verified at once: key, holder, validity, chain, certificate
/// timestamp.
struct CertificateAnswer {
  /// The chain in DER, leaf first; what is above the leaf comes from the trusted root instead.
  let chain: [[UInt8]]
  /// Where the authority is.
  let service: String
  let verifier: Verifier

  /// The certificate, if all of it is right.
  ///
  /// - Throws: ``SigningError`` that names the authority.
  func certificate(
    for key: P256.Signing.PublicKey, token: String, expected: SignerIdentity?, now: Timestamp
  ) async throws(SigningError) -> SigningCertificate {
    guard let leaf = chain.first else { throw error(.certificate, "it is empty") }
    let certificate: SigningCertificate
    do {
      certificate = try SigningCertificate(der: leaf)
    } catch {
      throw self.error(.certificate, "\(error)")
    }
    guard certificate.publicKey.subjectPublicKeyInfo == Array(key.derRepresentation) else {
      throw error(.certificate, "it is for another key")
    }
    if let problem = try identityProblem(certificate, token: token, expected: expected) {
      throw error(.identity, problem)
    }
    let (first, last) = (certificate.notBefore, certificate.notAfter)
    let tolerance = Signer.clockTolerance
    guard now.adding(seconds: tolerance) >= first, now < last else {
      throw SigningError(
        .clock,
        "this machine's clock says \(now), and the certificate that \(service) issued just now is"
          + " valid from \(first) to \(last)")
    }
    var report = VerificationReport()
    await CertificateCheck(trustedRoot: verifier.trustedRoot, cache: verifier.cache).run(
      certificate, known: nil, times: [max(now, first)], recordingIn: &report)
    if let problem = report.primaryProblem { throw error(.certificate, problem) }
    return certificate
  }

  private func identityProblem(
    _ certificate: SigningCertificate, token: String, expected: SignerIdentity?
  ) throws(SigningError) -> String? {
    if let expected {
      let failed = expected.checks(certificate).first { $0.outcome != .passed }
      return failed.map { "it is for `\($0.found ?? "")`, not for `\($0.expected ?? "")`" }
    }
    do {
      return try TokenIdentity(token: token).problem(with: certificate)
    } catch {
      throw SigningError(.identityToken, "the identity token is not usable: \(error)")
    }
  }

  private func error(_ reason: SigningError.Reason, _ detail: String) -> SigningError {
    SigningError(reason, service: service, detail)
  }
}
