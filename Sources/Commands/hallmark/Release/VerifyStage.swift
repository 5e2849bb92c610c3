// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import PythonPackaging
import Rebuild
import ServiceClients
import Sigstore
import SystemPackage
import Verification

/// The fourth stage: what the index serves now, checked as a stranger would, against the policy
/// and trusted root that were written.
struct VerifyStage: Sendable {
  let build: BuildResult
  let options: ReleaseOptions
  let services: StackServices
  /// A folder for downloads.
  let work: FilePath

  private static let documentLimit = 4 << 20

  func run() async throws {
    let policyPath = options.output.appending(AttestStage.policyName)
    let policy = try Policy(
      parsing: try FileReading.bytes(of: policyPath.string, limit: Self.documentLimit))
    let rootPath = options.output.appending(AttestStage.trustedRootName)
    let root = try TrustedRoot(
      parsing: try FileReading.bytes(of: rootPath.string, limit: Self.documentLimit))
    let verifier = ArtifactVerifier(trusting: root, policy: policy)

    guard let page = try await services.index.page(of: build.project) else {
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic("the index does not list `\(build.project)` after the upload"))
    }
    for file in build.files {
      let name = file.filename.text
      guard let listed = page.page.file(named: name) else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic("the index does not list `\(name)` after the upload"))
      }
      let target = work.appending(name)
      let (digest, _) = try await services.index.download(
        listed, of: page, to: target, expected: file.sha256)
      Platform.removeFile(target)
      guard let provenance = try await services.index.provenance(of: listed, of: page) else {
        throw CommandFailure(
          status: ExitStatus.rejected.rawValue,
          Diagnostic("the index serves no provenance for `\(name)`"))
      }
      let place = listed.provenance ?? "the index's provenance"
      let verdict = await verifier.verify(
        Artifact(filename: name, digest: digest),
        evidence: try Evidence.parse(provenance, place: place), now: FileReading.now())
      try check(verdict, name: name)
    }
  }

  private func check(_ verdict: ArtifactVerdict, name: String) throws {
    switch verdict.outcome {
    case .accepted: return
    case .noExpectation:
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic("the policy expects nobody as the publisher of `\(name)`"))
    case .rejected(let failure, let place):
      let sentence = if case .failed(let text) = failure.outcome { text } else { "not checked" }
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "what the index serves for `\(name)` does not satisfy the policy: \(sentence)",
          code: failure.rule.rawValue, place: place, expected: failure.expected,
          found: failure.found))
    case .undecided(_, let place):
      throw CommandFailure(
        status: ExitStatus.rejected.rawValue,
        Diagnostic(
          "what the index serves for `\(name)` cannot be judged without more", place: place))
    }
  }

  /// The stage's line.
  static func summary(_ build: BuildResult) -> String {
    "\(build.files.count) files at the index: digest, publisher, both predicates"
  }
}
