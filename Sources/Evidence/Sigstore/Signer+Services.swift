// SPDX-License-Identifier: Apache-2.0

import Certificates
import Encodings

/// The answers of timestamp authorities and logs, each verified when it arrives.
extension Signer {
  /// Has a signature dated.
  ///
  /// - Throws: ``SigningError`` that names the authority, and what its client throws.
  func timestamp(
    over signature: [UInt8], from source: any TimestampSource
  ) async throws -> [UInt8] {
    let query = TimestampQuery(message: signature, nonce: randomness.nonce())
    let answer = try await source.timestamp(for: query.der)
    do {
      try query.check(try RFC3161Timestamp(parsing: answer))
    } catch {
      throw SigningError(.timestamp, service: source.address, "\(error)")
    }
    let (times, problem) = await TimestampCheck(
      authorities: verifier.trustedRoot.timestampAuthorities, now: latest
    ).run([answer], signature: signature)
    guard !times.isEmpty else {
      throw SigningError(.timestamp, service: source.address, problem ?? "it has no time")
    }
    for time in times { try check(time, of: source.address) }
    return answer
  }

  /// Checks that a signature was dated while its certificate was valid.
  private func check(_ time: Timestamp, of service: String) throws(SigningError) {
    let (first, last) = (certificate.notBefore, certificate.notAfter)
    guard time >= first, time <= last else {
      throw SigningError(
        .expired, service: service,
        "\(service) says that it was signed at \(time), and the certificate is valid from \(first)"
          + " to \(last)")
    }
  }

  /// Has a signature logged.
  ///
  /// - Throws: ``SigningError`` that names the log, and what its client throws.
  func entry(
    for content: Bundle.Content, in log: any LogSubmitter
  ) async throws -> TransparencyLogEntry {
    let entry = try await log.submit(content, certificate: certificate.der)
    let bundle = Bundle(certificate: certificate.der, content: content, logEntries: [entry])
    var binding = EntryBinding(
      bundle: bundle, material: .certificate(certificate.der), key: certificate.publicKey)
    if let problem = binding.problem(entry) {
      throw SigningError(.logEntry, service: log.address, problem)
    }
    var report = VerificationReport()
    let time = LogEntryCheck(
      entry: entry, trustedRoot: verifier.trustedRoot, requirements: verifier.requirements,
      now: latest
    ).run(recordingIn: &report)
    if let problem = report.primaryProblem {
      throw SigningError(.logEntry, service: log.address, problem)
    }
    if let time { try check(time, of: log.address) }
    return entry
  }
}
