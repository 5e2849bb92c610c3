// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore

/// Decides whether a bundle of an earlier run is the one that was to be made: this instance, this
/// signer, this content.
struct ExistingBundle {
  let verifier: Verifier
  let now: Timestamp

  /// The bundle, if it is the wanted one.
  ///
  /// - Parameters:
  ///   - text: what is there.
  ///   - item: what was to be signed.
  ///   - problem: what speaks against a signer, in a sentence.
  /// - Returns: the bundle with its bytes.
  /// - Throws: `SigningError` that says what is there instead.
  func bundle(
    _ text: [UInt8], of item: SigningItem, signer problem: (SigningCertificate) -> String?
  ) async throws(SigningError) -> SignedBundle {
    func other(_ reason: String) -> SigningError {
      SigningError(
        .existing, "the bundle of `\(item.name)` that is already there is another one: \(reason)")
    }
    let bundle: Bundle
    do {
      bundle = try Bundle(parsing: text)
    } catch {
      throw other("it is not readable: \(error)")
    }
    let report: VerificationReport
    let certificate: SigningCertificate?
    switch item.content {
    case .statement(let payload):
      let result = await verifier.verifyStatement(in: bundle, now: now)
      report = result.report
      certificate = result.verified?.certificate
      if let verified = result.verified {
        let isWanted = item.accepts.map { $0(verified.statement) } ?? (verified.payload == payload)
        guard isWanted else { throw other("it is about something else") }
      }
    case .file(let digest):
      let result = await verifier.verify(bundle, artifact: digest, now: now)
      report = result.report
      certificate = result.verified?.certificate
      if case .envelope = bundle.content { throw other("it holds a statement") }
    }
    guard let certificate else {
      throw other("it does not verify" + (report.primaryProblem.map { ": \($0)" } ?? ""))
    }
    if let problem = problem(certificate) { throw other(problem) }
    return SignedBundle(bundle: bundle, bytes: text)
  }
}
