// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
package import Encodings
import TransparencyLog

/// Verifies bundles against a trusted root, without any network.
///
/// The steps are those of the Sigstore client specification §4, in this order: parse the
/// certificate; bind each log entry to signature, content and certificate before anything of it
/// is used; signature and artifact; log, checkpoint, inclusion, signed entry timestamp; signing
/// time; certificate validity and chain at every verified time; certificate timestamp.
/// A proof with checkpoint is required for every version of the format: the media type is not
/// signed, so "0.1 needs only a promise" would be a downgrade.
package struct Verifier: Sendable {
  /// Whom to trust.
  package let trustedRoot: TrustedRoot

  /// Makes a verifier.
  package init(trusting trustedRoot: TrustedRoot) {
    self.trustedRoot = trustedRoot
  }

  /// The outcome: the report, and the verified bundle if every rule is met.
  package struct Result: Sendable {
    /// Every rule that was looked at.
    package let report: VerificationReport
    /// Present exactly when the report passed.
    package let verified: VerifiedBundle?
  }

  /// Verifies a bundle for an artifact.
  ///
  /// - Parameters:
  ///   - bundle: the parsed bundle.
  ///   - artifact: SHA-256 of the artifact.
  ///   - now: the present; times beyond it are refused.
  package func verify(
    _ bundle: Bundle, artifact: SHA256Hash, now: Timestamp
  ) async -> Result {
    var report = VerificationReport()

    // (0) The certificate's own profile.
    let certificate: SigningCertificate
    do {
      certificate = try SigningCertificate(der: bundle.certificate)
      report.record(VerificationCheck(.wellFormed, .passed))
    } catch {
      report.record(VerificationCheck(.wellFormed, .failed("\(error)")))
      return Result(report: report, verified: nil)
    }

    // (1) The entries are about this bundle.
    report.record(entryBinding(of: bundle, certificate: certificate))

    // (2) The artifact and its signature.
    let statement = artifactChecks(
      bundle, artifact: artifact, certificate: certificate, report: &report)

    // (3) Inclusion in a trusted log, and the times it promises.
    let times = logChecks(bundle, now: now, report: &report)

    // (4) The certificate at those times.
    await certificateChecks(certificate, times: times, report: &report)

    guard report.passed, let entry = bundle.logEntries.first else {
      return Result(report: report, verified: nil)
    }
    let log = trustedRoot.transparencyLogs.first { $0.logID == entry.logID }
    return Result(
      report: report,
      verified: VerifiedBundle(
        artifact: artifact, certificate: certificate, signingTimes: times, statement: statement,
        logEntries: bundle.logEntries, logURL: log?.baseURL ?? ""))
  }

  private func entryBinding(
    of bundle: Bundle, certificate: SigningCertificate
  ) -> VerificationCheck {
    for entry in bundle.logEntries {
      if let problem = EntryBinding.problem(entry, bundle: bundle, certificate: certificate) {
        return VerificationCheck(.entryBinding, .failed(problem))
      }
    }
    return VerificationCheck(
      .entryBinding, bundle.logEntries.isEmpty ? .notReached : .passed)
  }

  private func artifactChecks(
    _ bundle: Bundle, artifact: SHA256Hash, certificate: SigningCertificate,
    report: inout VerificationReport
  ) -> Statement? {
    switch bundle.content {
    case .messageSignature(let digest, let signature):
      if let digest, digest != artifact {
        report.record(
          VerificationCheck(
            .artifactBinding, .failed("the file is not the one that was signed"),
            expected: "sha256:\(digest)", found: "sha256:\(artifact)"))
      } else {
        report.record(VerificationCheck(.artifactBinding, .passed))
      }
      let isValid = certificate.publicKey.isValidSignature(signature, forDigest: artifact)
      report.record(
        VerificationCheck(
          .signature,
          isValid ? .passed : .failed("the signature is not valid for this file and key")))
      return nil

    case .envelope(let envelope):
      let signed = envelope.preAuthenticationEncoding
      let key = certificate.publicKey
      // P-384 and P-521 keys signed SHA-256 digests in the first years of Sigstore.
      let isValid =
        key.isValidSignature(envelope.signature, for: signed)
        || key.isValidSignature(envelope.signature, forDigest: SHA256Hash(hashing: signed))
      report.record(
        VerificationCheck(
          .signature,
          isValid ? .passed : .failed("the envelope's signature is not valid under its key")))
      guard envelope.payloadType == DSSEEnvelope.inTotoPayloadType else {
        report.record(
          VerificationCheck(
            .artifactBinding, .failed("the envelope does not hold an in-toto statement"),
            expected: DSSEEnvelope.inTotoPayloadType, found: envelope.payloadType))
        return nil
      }
      do {
        let statement = try Statement(parsing: envelope.payload)
        let matches = !statement.subjects(with: artifact).isEmpty
        let subjects = statement.subjects.prefix(3).map { subject in
          "\(subject.name) sha256:\(subject.digests["sha256"] ?? "none")"
        }
        report.record(
          VerificationCheck(
            .artifactBinding,
            matches ? .passed : .failed("the statement is not about this file"),
            expected: subjects.joined(separator: ", "), found: "sha256:\(artifact)"))
        return statement
      } catch {
        report.record(
          VerificationCheck(.artifactBinding, .failed("the statement is malformed: \(error)")))
        return nil
      }
    }
  }

  /// Checks every entry and returns the verified times.
  private func logChecks(
    _ bundle: Bundle, now: Timestamp, report: inout VerificationReport
  ) -> [Timestamp] {
    guard !bundle.logEntries.isEmpty else {
      report.record(VerificationCheck(.knownLog, .failed("there is no log entry")))
      return []
    }
    var times: [Timestamp] = []
    for entry in bundle.logEntries {
      let check = LogEntryCheck(entry: entry, trustedRoot: trustedRoot, now: now)
      if let time = check.run(recordingIn: &report) { times.append(time) }
    }
    if times.isEmpty {
      report.record(
        VerificationCheck(
          .signingTime, .failed("nothing verified says when the signature was made")))
    } else {
      report.record(VerificationCheck(.signingTime, .passed))
    }
    return times
  }

  private func certificateChecks(
    _ certificate: SigningCertificate, times: [Timestamp], report: inout VerificationReport
  ) async {
    guard !times.isEmpty else {
      for rule in [.certificateValidity, .certificateChain, .certificateTimestamp]
        as [VerificationRule]
      {
        report.record(VerificationCheck(rule, .notReached))
      }
      return
    }
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
  ) async -> Swift.Result<[UInt8], CertificateError> {
    var failure = CertificateError.untrusted(
      "no certificate authority of the trusted root was in use at \(time)")
    for authority in trustedRoot.certificateAuthorities where authority.validity.contains(time) {
      do {
        return .success(try await authority.chain.validate(certificate, at: time))
      } catch {
        failure = error
      }
    }
    return .failure(failure)
  }
}
