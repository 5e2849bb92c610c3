// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// Checks a signing certificate at the verified times: validity, chain, certificate timestamp.
struct CertificateCheck {
  let trustedRoot: TrustedRoot

  /// Records the outcomes; without a verified time nothing of it can be decided.
  func run(
    _ certificate: SigningCertificate, times: [Timestamp],
    recordingIn report: inout VerificationReport
  ) async {
    guard !times.isEmpty else {
      for rule in [.certificateValidity, .certificateChain, .certificateTimestamp]
        as [VerificationRule]
      {
        report.record(VerificationCheck(rule, .notReached))
      }
      return
    }
    // At every time, not just one: a genuine second timestamp outside must count too.
    let outside = times.first { $0 < certificate.notBefore || $0 > certificate.notAfter }
    if let outside {
      report.record(
        VerificationCheck(
          .certificateValidity, .failed("the certificate was not valid when it was used"),
          expected: "\(certificate.notBefore) to \(certificate.notAfter)", found: "\(outside)"))
    } else {
      report.record(VerificationCheck(.certificateValidity, .passed))
    }

    var issuerKeys: Set<[UInt8]> = []
    for time in times {
      switch await issuerKey(of: certificate, at: time) {
      case .success(let key): issuerKeys.insert(key)
      case .failure(let error):
        report.record(VerificationCheck(.certificateChain, .failed("\(error)")))
        report.record(VerificationCheck(.certificateTimestamp, .notReached))
        return
      }
    }
    guard let issuerKey = issuerKeys.first, issuerKeys.count == 1 else {
      report.record(
        VerificationCheck(
          .certificateChain, .failed("the certificate has different issuers at different times")))
      report.record(VerificationCheck(.certificateTimestamp, .notReached))
      return
    }
    report.record(VerificationCheck(.certificateChain, .passed))
    let check = CertificateTimestampCheck(logs: trustedRoot.certificateLogs)
    report.record(check.run(certificate, issuerKey: issuerKey))
  }

  /// The key that issued the certificate, by the first authority that vouches for it at a time.
  private func issuerKey(
    of certificate: SigningCertificate, at time: Timestamp
  ) async -> Result<[UInt8], CertificateError> {
    var failure = CertificateError.untrusted(
      "no certificate authority of the trusted root was in use at \(time)")
    for authority in trustedRoot.certificateAuthorities where authority.validity.contains(time) {
      do {
        return .success(try await authority.chain.issuance(of: certificate).issuerKey(at: time))
      } catch {
        failure = error
      }
    }
    return .failure(failure)
  }
}
