// SPDX-License-Identifier: Apache-2.0

import Attestations
import Certificates
import Encodings
import Sigstore
import Verification

/// Runs single cases through the code that `hallmark verify` runs.
struct SLSACaseRunner {
  /// The folder in which the cases' files are.
  let files: String
  /// Whom to trust.
  let trustedRoot: TrustedRoot
  /// The keys of registries and build services.
  let keys: TrustFolder
  /// The present.
  let now: Timestamp

  /// `pass`, the name of the error, or why the case cannot be run.
  func outcome(of item: SLSACase) async -> String {
    do {
      return try await name(item)
    } catch {
      return "cannot-run(\(error))"
    }
  }

  private func name(_ item: SLSACase) async throws -> String {
    switch item.command {
    case .artifact, .gitHubAttestation, .npmPackage:
      return try await fileName(item)
    case .image: return try await imageName(item)
    case .summary: return try summaryName(item)
    }
  }

  private func fileName(_ item: SLSACase) async throws -> String {
    do throws(ProvenanceFailure) {
      _ = try BuildService(builder: item.expectations.builderID)
    } catch {
      return error.reason.rawValue
    }
    let digests = try digests(item, item.command == .npmPackage ? .sha512 : .sha256)
    let evidence: [Evidence]
    do {
      evidence = try Evidence.parse(try read(item.provenance), place: "provenance")
    } catch is DocumentError {
      return ProvenanceReason.invalidFormat.rawValue
    }
    var builders: Set<String> = []
    for digest in digests {
      let verdict = await verify(Artifact(filename: nil, digest: digest), evidence, item)
      if let reason = verdict.provenanceReason { return reason.rawValue }
      guard case .accepted(_, .builder(let builder)) = verdict.outcome else {
        throw Problem("no decision: \(verdict.outcome)")
      }
      builders.insert(builder)
    }
    // All artifacts of one command line must be of one builder.
    return builders.count == 1 ? "pass" : ProvenanceReason.mismatchBuilderID.rawValue
  }

  private func imageName(_ item: SLSACase) async throws -> String {
    let image: ImageReference
    let service: BuildService
    do throws(ProvenanceFailure) {
      image = try ImageReference(item.image ?? "")
      service = try BuildService(builder: item.expectations.builderID)
    } catch {
      return error.reason.rawValue
    }
    let evidence: [Evidence]
    switch service {
    case .cloudBuild:
      do {
        evidence = try Evidence.parse(try read(item.provenance), place: "provenance")
      } catch is DocumentError {
        return ProvenanceReason.invalidDssePayload.rawValue
      }
    case .gitHub: evidence = try CosignLayout(folder: "\(files)/\(image.name)").evidence().evidence
    }
    let artifact = Artifact(filename: nil, digest: image.digest, imageName: image.name)
    let verdict = await verify(artifact, evidence, item)
    return verdict.provenanceReason?.rawValue ?? (verdict.exitStatus == .done ? "pass" : "none")
  }

  private func summaryName(_ item: SLSACase) throws -> String {
    let key = String(decoding: try read(item.publicKeyPath), as: UTF8.self)
    let evidence: [Evidence]
    do {
      evidence = try Evidence.parse(try read(item.provenance), place: "summary")
    } catch is DocumentError {
      return ProvenanceReason.invalidDssePayload.rawValue
    }
    let verdict = ArtifactVerifier.verifySummary(
      evidence, unreadable: [], item.summary, signedBy: try SignatureKey(pem: key))
    return verdict.provenanceReason?.rawValue ?? (verdict.exitStatus == .done ? "pass" : "none")
  }

  private func verify(
    _ artifact: Artifact, _ evidence: [Evidence], _ item: SLSACase
  ) async -> ArtifactVerdict {
    await ArtifactVerifier(
      trusting: [trustedRoot],
      expecting: .provenance(item.expectations, package: item.package), keys: keys
    ).verify(artifact, evidence: evidence, now: now)
  }

  private func digests(
    _ item: SLSACase, _ algorithm: ArtifactDigest.Algorithm
  ) throws -> [ArtifactDigest] {
    var given = try item.artifactDigests.map { text in
      guard let digest = ArtifactDigest(text) else { throw Problem("not a digest: \(text)") }
      return digest
    }[...]
    if given.count == item.artifacts.count { return Array(given) }
    // Fewer digests than artifacts are those of the artifacts that are not among the files.
    return try item.artifacts.map { path in
      let file = "\(files)/\(path)"
      if !FileReading.exists(file), let digest = given.popFirst() { return digest }
      return try FileReading.digest(of: file, algorithm)
    }
  }

  private func read(_ path: String?) throws -> [UInt8] {
    guard let path else { throw Problem("the case names no such file") }
    return try FileReading.bytes(of: "\(files)/\(path)", limit: Evidence.sizeLimit)
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
