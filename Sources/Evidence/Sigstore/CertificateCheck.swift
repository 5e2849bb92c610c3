// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// Checks a signing certificate at the verified times: validity, chain, certificate timestamp.
struct CertificateCheck {
  let trustedRoot: TrustedRoot
  let cache: CertificateCache

  /// Records the outcomes, with what the cache already says about the certificate; without a
  /// verified time nothing of it can be decided.
  func run(
    _ certificate: SigningCertificate, known: CertificateCache.Entry?, times: [Timestamp],
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

    var issuances = known?.issuances ?? []
    if known == nil {
      for authority in trustedRoot.certificateAuthorities {
        issuances.append(await authority.chain.issuance(of: certificate))
      }
    }
    var found: [UInt8]?
    for time in times {
      let key: [UInt8]
      switch issuerKey(issuances, at: time) {
      case .success(let issuer): key = issuer
      case .failure(let error):
        report.record(VerificationCheck(.certificateChain, .failed("\(error)")))
        report.record(VerificationCheck(.certificateTimestamp, .notReached))
        return
      }
      guard found == nil || found == key else {
        report.record(
          VerificationCheck(
            .certificateChain,
            .failed("the certificate has different issuers at different times")))
        report.record(VerificationCheck(.certificateTimestamp, .notReached))
        return
      }
      found = key
    }
    guard let issuerKey = found else { return }
    report.record(VerificationCheck(.certificateChain, .passed))
    if let known, known.timestampedFor == issuerKey {
      report.record(VerificationCheck(.certificateTimestamp, .passed))
      return
    }
    // An instance without CT logs asks for no certificate timestamp.
    guard !trustedRoot.certificateLogs.isEmpty else { return }
    let check = CertificateTimestampCheck(logs: trustedRoot.certificateLogs).run(
      certificate, issuerKey: issuerKey)
    report.record(check)
    if check.outcome == .passed {
      cache.insert(
        CertificateCache.Entry(
          certificate: certificate, issuances: issuances, timestampedFor: issuerKey))
    }
  }

  /// The key that issued the certificate, by the first authority that vouches for it at a time.
  private func issuerKey(
    _ issuances: [CertificateAuthorityChain.Issuance], at time: Timestamp
  ) -> Result<[UInt8], CertificateError> {
    var failure = CertificateError.untrusted(
      "no certificate authority of the trusted root was in use at \(time)")
    for (authority, issuance) in zip(trustedRoot.certificateAuthorities, issuances)
    where authority.validity.contains(time) {
      do {
        return .success(try issuance.issuerKey(at: time))
      } catch {
        failure = error
      }
    }
    return .failure(failure)
  }
}
