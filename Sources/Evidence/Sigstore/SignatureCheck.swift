// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings

/// Checks that the signature is valid and that it is about the artifact.
struct SignatureCheck {
  let key: SignatureKey

  /// Records the outcomes; returns the statement of an envelope, if it has one.
  ///
  /// The artifact is `nil` when the caller compares the statement's subjects.
  func run(
    _ content: Bundle.Content, artifact: ArtifactDigest?,
    recordingIn report: inout VerificationReport
  ) -> Statement? {
    switch content {
    case .messageSignature(let digest, let signature):
      guard let artifact else {
        report.record(
          VerificationCheck(
            .artifactBinding, .failed("it signs a file's digest, not a statement")))
        return nil
      }
      if let digest, digest != artifact {
        report.record(
          VerificationCheck(
            .artifactBinding, .failed("the file is not the one that was signed"),
            expected: "\(digest)", found: "\(artifact)"))
      } else {
        report.record(VerificationCheck(.artifactBinding, .passed))
      }
      let isValid = key.isValidSignature(signature, forDigest: artifact)
      report.record(
        VerificationCheck(
          .signature,
          isValid ? .passed : .failed("the signature is not valid for this file and key")))
      return nil

    case .envelope(let envelope):
      checkSignature(of: envelope, &report)
      guard envelope.payloadType == DSSEEnvelope.inTotoPayloadType else {
        report.record(
          VerificationCheck(
            .artifactBinding, .failed("the envelope does not hold an in-toto statement"),
            expected: DSSEEnvelope.inTotoPayloadType, found: envelope.payloadType))
        return nil
      }
      return checkStatement(envelope.payload, artifact: artifact, &report)
    }
  }

  private func checkSignature(
    of envelope: DSSEEnvelope, _ report: inout VerificationReport
  ) {
    let signed = envelope.preAuthenticationEncoding
    // P-384 and P-521 keys signed SHA-256 digests in the first years of Sigstore.
    let isValid =
      key.isValidSignature(envelope.signature, for: signed)
      || key.isValidSignature(envelope.signature, forDigest: SHA256Hash(hashing: signed))
    report.record(
      VerificationCheck(
        .signature,
        isValid ? .passed : .failed("the envelope's signature is not valid under its key")))
  }

  private func checkStatement(
    _ payload: [UInt8], artifact: ArtifactDigest?, _ report: inout VerificationReport
  ) -> Statement? {
    do {
      let statement = try Statement(parsing: payload)
      guard let artifact else { return statement }
      let matches = statement.subjects.contains { $0.has(artifact) }
      let algorithm = artifact.algorithm.rawValue
      let subjects = statement.subjects.prefix(3).map { subject in
        "\(subject.name) \(algorithm):\(subject.digests[algorithm] ?? "none")"
      }
      report.record(
        VerificationCheck(
          .artifactBinding,
          matches ? .passed : .failed("the statement is not about this file"),
          expected: subjects.joined(separator: ", "), found: "\(artifact)"))
      return statement
    } catch {
      report.record(
        VerificationCheck(.artifactBinding, .failed("the statement is malformed: \(error)")))
      return nil
    }
  }
}
