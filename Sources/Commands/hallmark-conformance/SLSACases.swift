// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Attestations
import Certificates
import Encodings
import Sigstore
import Verification

/// Runs a file of slsa-verifier's command lines with the outcomes that are expected of them.
struct SLSACases: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slsa",
    abstract: "Run a file of slsa-verifier cases.",
    discussion: """
      Prints every case whose outcome differs, as `id expected got`, and closes with \
      `N passed, N failed`. Exits with 1 if any differs.
      """)

  @Argument(help: "The cases, one JSON object per line.")
  var cases: String

  @Option(help: "The folder in which the cases' files are.")
  var files: String

  @Option(help: "The folder with gcb-keys and npm-keys (default: where the cases are).")
  var keys: String?

  @Option(
    help: "A trusted root (default: trusted_root.json where the cases are, else the public one).")
  var trustedRoot: String?

  func run() async throws {
    let runner = try runner()
    let bytes = try FileReading.bytes(of: cases, limit: 256 << 20)
    var passed = 0
    var failed = 0
    for (number, line) in bytes.split(separator: 0x0a).enumerated() {
      let item: SLSACase
      do {
        item = try SLSACase(parsing: Array(line))
      } catch {
        throw ValidationError("\(cases), line \(number + 1): \(error)")
      }
      let outcome = await runner.outcome(of: item)
      if outcome == item.expected {
        passed += 1
      } else {
        failed += 1
        print("\(item.id) \(item.expected) \(outcome)")
      }
    }
    print("\(passed) passed, \(failed) failed")
    if failed > 0 { throw ExitCode(1) }
  }

  private func runner() throws -> SLSACaseRunner {
    let folder = cases.lastIndex(of: "/").map { String(cases[..<$0]) } ?? "."
    let beside = "\(folder)/trusted_root.json"
    let root: TrustedRoot
    if let path = trustedRoot ?? (FileReading.exists(beside) ? beside : nil) {
      root = try TrustedRoot(parsing: try FileReading.bytes(of: path, limit: Evidence.sizeLimit))
    } else {
      root = try TrustedRoot.publicGood()
    }
    return SLSACaseRunner(
      files: files,
      verifier: ProvenanceVerifier(
        trusting: root, keys: TrustFolder(path: keys ?? folder), now: FileReading.now()))
  }
}

/// Runs single cases.
struct SLSACaseRunner {
  /// The folder in which the cases' files are.
  let files: String
  /// What is tested.
  let verifier: ProvenanceVerifier

  /// `pass`, the name of the error, or why the case cannot be run.
  func outcome(of item: SLSACase) async -> String {
    do {
      return try await decision(item).name
    } catch {
      return "cannot-run(\(error))"
    }
  }

  private func decision(_ item: SLSACase) async throws -> ProvenanceDecision {
    switch item.command {
    case .artifact:
      return await verifier.verifyArtifacts(
        try digests(item, .sha256), provenance: try provenance(item), item.expectations)
    case .gitHubAttestation:
      return await verifier.verifyGitHubAttestation(
        try single(digests(item, .sha256)), attestation: try provenance(item), item.expectations)
    case .npmPackage:
      return await verifier.verifyNpmPackage(
        try single(digests(item, .sha512)), attestations: try provenance(item),
        item.expectations, package: item.package)
    case .image:
      return try await imageDecision(item)
    case .summary:
      let key = try read(item.publicKeyPath)
      return verifier.verifySummary(
        try provenance(item),
        signedBy: try SignatureKey(pem: String(decoding: key, as: UTF8.self)), item.summary)
    }
  }

  private func imageDecision(_ item: SLSACase) async throws -> ProvenanceDecision {
    let image: ImageReference
    let service: BuildService
    do throws(ProvenanceFailure) {
      image = try ImageReference(item.image ?? "")
      service = try BuildService(builder: item.expectations.builderID)
    } catch {
      return .rejected(error)
    }
    switch service {
    case .cloudBuild:
      return verifier.verifyCloudBuildImage(
        image, provenance: try provenance(item), item.expectations)
    case .gitHub:
      let layout = CosignLayout(folder: "\(files)/\(image.name)")
      return await verifier.verifyImage(
        image, attestations: try layout.attestations(), item.expectations)
    }
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

  private func single(_ digests: [ArtifactDigest]) throws -> ArtifactDigest {
    guard digests.count == 1, let digest = digests.first else {
      throw Problem("expected exactly one artifact")
    }
    return digest
  }

  private func provenance(_ item: SLSACase) throws -> [UInt8] { try read(item.provenance) }

  private func read(_ path: String?) throws -> [UInt8] {
    guard let path else { throw Problem("the case names no such file") }
    return try FileReading.bytes(of: "\(files)/\(path)", limit: Evidence.sizeLimit)
  }

  private struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }
}
