// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Certificates
import Encodings
import Sigstore
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `verify-bundle` of sigstore-conformance (docs/cli_protocol.md of that suite).
struct VerifyBundle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-bundle",
    abstract: "Verify a bundle for a file or digest and an exact identity.")

  @Flag(help: "Use the staging instance's trusted root instead of the public-good one.")
  var staging = false

  @Option(help: "The bundle.")
  var bundle: String

  @Option(help: "The exact subject alternative name.")
  var certificateIdentity: String?

  @Option(help: "The exact OIDC issuer.")
  var certificateOidcIssuer: String?

  @Option(help: "A public key in PEM, in the place of identity and issuer.")
  var key: String?

  @Option(help: "A trusted root to use instead.")
  var trustedRoot: String?

  @Argument(help: "A file, or sha256:HEX.")
  var fileOrDigest: String

  func validate() throws {
    let identity = [certificateIdentity, certificateOidcIssuer].compactMap { $0 }.count
    guard identity == (key == nil ? 2 : 0) else {
      throw ValidationError(
        "expected --certificate-identity and --certificate-oidc-issuer, or --key")
    }
  }

  func run() async throws {
    let report: VerificationReport
    do {
      report = try await verify()
    } catch let error as DocumentError {
      report = VerificationReport([VerificationCheck(.wellFormed, .failed("\(error)"))])
    } catch let error as CertificateError {
      report = VerificationReport([VerificationCheck(.wellFormed, .failed("\(error)"))])
    }
    guard let failure = report.primaryFailure else {
      guard report.passed else { throw ExitCode(1) }
      return
    }
    var sentence = "rejected"
    if case .failed(let text) = failure.outcome { sentence = text }
    let line = Array("\(failure.rule.rawValue): \(sentence)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    throw ExitCode(1)
  }

  private func verify() async throws -> VerificationReport {
    let root: TrustedRoot
    if let trustedRoot {
      root = try TrustedRoot(
        parsing: try FileReading.bytes(of: trustedRoot, limit: Evidence.sizeLimit))
    } else {
      root = try staging ? TrustedRoot.staging() : TrustedRoot.publicGood()
    }
    let parsed = try Bundle(
      parsing: try FileReading.bytes(of: bundle, limit: Evidence.sizeLimit))
    let verifier = Verifier(trusting: root)
    if let key {
      let pem = try FileReading.bytes(of: key, limit: 64 << 10)
      return await verifier.verify(
        parsed, artifact: try digest(),
        signedBy: try SignatureKey(pem: String(decoding: pem, as: UTF8.self)),
        now: FileReading.now())
    }
    let result = await verifier.verify(parsed, artifact: try digest(), now: FileReading.now())
    var report = result.report
    if let verified = result.verified, let name = certificateIdentity,
      let issuer = certificateOidcIssuer
    {
      for check in SignerIdentity(name: name, issuer: issuer).checks(verified) {
        report.record(check)
      }
    }
    return report
  }

  /// Text that looks like a digest is one only if no file has that name (protocol rule).
  private func digest() throws -> SHA256Hash {
    if fileOrDigest.hasPrefix("sha256:"), !FileReading.isPresent(fileOrDigest),
      let digest = SHA256Hash(hexadecimal: fileOrDigest.dropFirst(7))
    {
      return digest
    }
    return try FileReading.sha256(of: fileOrDigest)
  }
}
