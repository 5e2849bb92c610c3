// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Identity
import Policies
import PyPIAttestations
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// The second stage: one key, one certificate, and for every file a publish attestation and a
/// provenance, logged and verified; then all is written at once.
struct AttestStage: Sendable {
  /// The audience of tokens for the certificate authority.
  static let audience = "sigstore"
  /// Names of the files that belong to the release as a whole.
  static let policyName = "hallmark.toml"
  static let trustedRootName = "trusted_root.json"
  static let signingConfigName = "signing_config.v0.2.json"

  let build: BuiltRelease
  let options: ReleaseOptions
  let services: StackServices

  func run() async throws -> ReleaseOutcome.Attested {
    let stale = build.files.flatMap { names(for: $0) } + [EvidenceDiscovery.shared]
    let token = try await services.tokens.token(audience: Self.audience)
    let signer = try await Signer(
      identityToken: token.unsafelyRevealedText,
      services: SigningServices(
        certificateIssuer: services.certificateAuthority, logs: [services.log],
        timestampSources: []),
      verifier: Verifier(trusting: services.trustedRoot), randomness: SystemRandomness(),
      now: { FileReading.now() })
    let certificate = signer.certificate
    let subject = certificate.subjectAlternativeName.text
    guard let issuer = certificate.issuer else {
      throw SigningError(.certificate, "it does not say who issued the identity")
    }
    let statements = try ReleaseStatements(build: build, builder: subject)

    var files: [OutputFiles.File] = []
    var signed: [ReleaseOutcome.SignedStatement] = []
    var attestations: [String: [JSONValue]] = [:]
    func sign(_ statement: Statement) async throws -> Bundle {
      let bundle = try await signer.sign(statement).bundle
      let index = bundle.logEntries.first?.logIndex ?? 0
      signed.append(
        ReleaseOutcome.SignedStatement(
          predicateType: statement.predicateType, subjects: statement.subjects.map(\.name),
          logIndex: index, entryURL: services.log.entryURL(logIndex: index).description))
      return bundle
    }
    for file in build.files {
      let name = file.filename.text
      let publish = try attestation(try await sign(statements.publish(file)))
      let bundle = try await sign(statements.provenance(file))
      let provenance = try attestation(bundle)
      attestations[name] = [publish.json, provenance.json]
      for (name, json) in zip(names(for: file), [publish.json, provenance.json, bundle.json]) {
        files.append(Self.line(name, json))
      }
    }
    let all = try await sign(statements.provenanceOfAll())
    files.append(Self.line(EvidenceDiscovery.shared, all.json))

    let policy = Policy(publishers: [
      PublisherPolicy(
        signer: .hallmark(issuer: issuer, subject: subject),
        requiredPredicates: [PredicateType.publish, PredicateType.slsaProvenance])
    ])
    files.append(OutputFiles.File(name: Self.policyName, bytes: Array(policy.text.utf8)))
    files.append(OutputFiles.File(name: Self.trustedRootName, bytes: services.trustedRootBytes))
    files.append(
      OutputFiles.File(name: Self.signingConfigName, bytes: services.signingConfigBytes))

    // Evidence of an earlier build would be about files that are no longer there.
    for name in stale { Platform.removeFile(options.output.appending(name)) }
    try OutputFiles.write(files, into: options.output)
    return ReleaseOutcome.Attested(
      subject: subject, issuer: issuer, notBefore: certificate.notBefore,
      notAfter: certificate.notAfter, statements: signed, logURL: services.logAddress,
      attestations: attestations, files: files.map(\.name))
  }

  /// The names of a file's evidence: publish attestation, provenance, bundle.
  private func names(for file: BuiltRelease.File) -> [String] {
    ["publish.attestation", "slsa.attestation", "sigstore.json"].map {
      "\(file.filename.text).\($0)"
    }
  }

  private func attestation(_ bundle: Bundle) throws -> PyPIAttestation {
    guard let attestation = PyPIAttestation(bundle) else {
      throw SigningError(
        .unverifiable, "the bundle is not an attestation in the sense of PEP 740")
    }
    // What is written is read again, so that its form is right too.
    return try PyPIAttestation(parsing: Array(attestation.json.compactText.utf8))
  }

  private static func line(_ name: String, _ json: JSONValue) -> OutputFiles.File {
    OutputFiles.File(name: name, bytes: Array((json.compactText + "\n").utf8))
  }

  /// The stage's line.
  static func summary(_ attested: ReleaseOutcome.Attested) -> String {
    "\(attested.statements.count) statements signed, logged and verified"
  }
}
