// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Certificates
package import Encodings

/// Verifies bundles against a trusted root, without any network.
///
/// The steps are those of the Sigstore client specification §4, in this order: parse the
/// certificate; bind each log entry to signature, content and certificate before anything of it
/// is used; signature and artifact; log, checkpoint, inclusion, signed entry timestamp; timestamps;
/// signing time; certificate validity and chain at every verified time; certificate timestamp.
/// A proof with checkpoint is required for every version of the format, unless the caller's
/// ``VerificationRequirements`` say otherwise: the media type is not signed, so "0.1 needs only a
/// promise" would be a downgrade. What an instance does not have, by its root, is not asked for: a
/// root without a log asks for timestamps, one without CT logs for no certificate timestamp.
package struct Verifier: Sendable {
  /// Whom to trust.
  package let trustedRoot: TrustedRoot
  /// What must be there.
  package let requirements: VerificationRequirements
  let cache: CertificateCache

  /// Makes a verifier.
  ///
  /// - Parameters:
  ///   - trustedRoot: whom to trust.
  ///   - requirements: what must be there.
  ///   - rememberedCertificates: of how many certificates the chain and the certificate timestamp
  ///     are kept; copies of a verifier share them. It changes no verdict.
  package init(
    trusting trustedRoot: TrustedRoot, requirements: VerificationRequirements = .init(),
    rememberedCertificates: Int = 64
  ) {
    self.trustedRoot = trustedRoot
    self.requirements = requirements
    cache = CertificateCache(limit: rememberedCertificates)
  }

  private init(_ other: Verifier, _ requirements: VerificationRequirements) {
    trustedRoot = other.trustedRoot
    self.requirements = requirements
    cache = other.cache
  }

  /// The same verifier, and the certificates that it remembers, with other requirements.
  package func requiring(_ requirements: VerificationRequirements) -> Verifier {
    Verifier(self, requirements)
  }

  /// The outcome: the report, and the verified bundle if every rule is met.
  package struct Result: Sendable {
    /// Every rule that was looked at.
    package let report: VerificationReport
    /// Present exactly when the report passed.
    package let verified: VerifiedBundle?
  }

  /// Verifies a bundle that is signed by a certificate, for an artifact.
  ///
  /// - Parameters:
  ///   - bundle: the parsed bundle.
  ///   - artifact: the artifact's digest; a signature over a file needs its SHA-256.
  ///   - now: the present; times beyond it are refused.
  /// - Returns: the report, and the verified bundle if every rule is met.
  package func verify(
    _ bundle: Bundle, artifact: ArtifactDigest, now: Timestamp
  ) async -> Result {
    var report = VerificationReport()

    // (0) The certificate's own profile.
    guard case .certificate(let der) = bundle.material else {
      report.record(
        VerificationCheck(
          .wellFormed, .failed("it is signed by a bare key, not by a certificate")))
      return Result(report: report, verified: nil)
    }
    let known = cache[der]
    let certificate: SigningCertificate
    do {
      certificate = try known?.certificate ?? SigningCertificate(der: der)
      report.record(VerificationCheck(.wellFormed, .passed))
    } catch {
      report.record(VerificationCheck(.wellFormed, .failed("\(error)")))
      return Result(report: report, verified: nil)
    }

    let (statement, times) = await signatureChecks(
      bundle, artifact: artifact, material: .certificate(der), key: certificate.publicKey,
      now: now, report: &report)

    // (5) The certificate at those times.
    await CertificateCheck(trustedRoot: trustedRoot, cache: cache).run(
      certificate, known: known, times: times, recordingIn: &report)

    guard report.passed else { return Result(report: report, verified: nil) }
    let log = bundle.logEntries.first.flatMap { entry in
      trustedRoot.transparencyLogs.first { $0.logID == entry.logID }
    }
    return Result(
      report: report,
      verified: VerifiedBundle(
        artifact: artifact, certificate: certificate, signingTimes: times, statement: statement,
        logEntries: bundle.logEntries, logURL: log?.baseURL ?? ""))
  }

  /// Verifies a bundle for an artifact that is known by its SHA-256.
  package func verify(
    _ bundle: Bundle, artifact: SHA256Hash, now: Timestamp
  ) async -> Result {
    await verify(bundle, artifact: ArtifactDigest(artifact), now: now)
  }

  /// Verifies a bundle that is signed by a bare key which the caller trusts, for an artifact.
  ///
  /// There is no certificate and so no identity: whose key it is, is the caller's knowledge. A
  /// bundle with a certificate is refused here, as one without is in the other method.
  package func verify(
    _ bundle: Bundle, artifact: ArtifactDigest, signedBy key: SignatureKey, now: Timestamp
  ) async -> VerificationReport {
    var report = VerificationReport()
    guard case .publicKey(let hint) = bundle.material else {
      report.record(
        VerificationCheck(
          .wellFormed, .failed("it is signed by a certificate, not by a bare key")))
      return report
    }
    report.record(VerificationCheck(.wellFormed, .passed))
    // A hint that is a digest must be this key's; any other hint is the signer's own note.
    if let named = (try? Base64.decode(hint)).flatMap({ SHA256Hash(bytes: $0) }) {
      report.record(
        VerificationCheck(
          .identity, named == key.keyID ? .passed : .failed("it is signed by another key"),
          expected: key.keyID.base64, found: hint))
    }
    _ = await signatureChecks(
      bundle, artifact: artifact, material: .publicKey(key.subjectPublicKeyInfo), key: key,
      now: now, report: &report)
    return report
  }

  /// Verifies a bundle that is signed by a bare key, for an artifact that is known by its SHA-256.
  package func verify(
    _ bundle: Bundle, artifact: SHA256Hash, signedBy key: SignatureKey, now: Timestamp
  ) async -> VerificationReport {
    await verify(bundle, artifact: ArtifactDigest(artifact), signedBy: key, now: now)
  }

  /// Steps (1) to (4), which do not depend on whose key it is.
  ///
  /// The artifact is `nil` when the result is a statement whose subjects the caller compares
  /// (``VerifiedStatement``).
  func signatureChecks(
    _ bundle: Bundle, artifact: ArtifactDigest?, material: LogEntryBody.VerificationMaterial,
    key: SignatureKey, now: Timestamp, report: inout VerificationReport
  ) async -> (Statement?, [Timestamp]) {
    // (1) The entries are about this bundle.
    var binding = EntryBinding(bundle: bundle, material: material, key: key)
    var problem: String?
    for entry in bundle.logEntries where problem == nil { problem = binding.problem(entry) }
    // An instance without a log (GitHub's own) vouches by timestamps alone; its root says so.
    let needsEntry = !trustedRoot.transparencyLogs.isEmpty
    if needsEntry || !bundle.logEntries.isEmpty {
      report.record(
        VerificationCheck(
          .entryBinding,
          problem.map { .failed($0) } ?? (bundle.logEntries.isEmpty ? .notReached : .passed)))
    }

    // (2) The artifact and its signature.
    let statement = SignatureCheck(key: key).run(
      bundle.content, artifact: artifact, recordingIn: &report)

    // (3) Inclusion in a trusted log, and the times it promises.
    var times: [Timestamp] = []
    if needsEntry, bundle.logEntries.isEmpty {
      report.record(VerificationCheck(.knownLog, .failed("there is no log entry")))
    }
    let entryChecks = bundle.logEntries.map {
      LogEntryCheck(
        entry: $0, trustedRoot: trustedRoot, requirements: requirements, now: now)
    }
    for check in entryChecks {
      if let time = check.run(recordingIn: &report) { times.append(time) }
    }

    // (4) The times that authorities vouch for. One that fails does not count; without any time
    // it is the reason.
    let (stamped, reason) = await TimestampCheck(
      authorities: trustedRoot.timestampAuthorities, now: now
    ).run(bundle.timestamps, signature: bundle.signature)
    times += stamped
    for check in entryChecks { check.checkKeyPeriod(at: stamped, recordingIn: &report) }
    if !stamped.isEmpty {
      report.record(VerificationCheck(.timestamp, .passed))
    } else if let reason, times.isEmpty {
      report.record(VerificationCheck(.timestamp, .failed(reason)))
    }
    report.record(
      VerificationCheck(
        .signingTime,
        times.isEmpty
          ? .failed("nothing verified says when the signature was made") : .passed))
    return (statement, times)
  }
}
