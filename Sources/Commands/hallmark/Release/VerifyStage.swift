// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import PythonPackaging
import Rebuild
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// The fourth stage: what the index serves now, checked as a stranger would, against the policy
/// and trusted root that were written.
struct VerifyStage: Sendable {
  let build: BuildResult
  let options: ReleaseOptions
  let services: StackServices

  private static let documentLimit = 4 << 20

  func run() async throws {
    let policyPath = options.output.appending(AttestStage.policyName)
    let policy = try Policy(
      parsing: try FileReading.bytes(of: policyPath.string, limit: Self.documentLimit))
    let rootPath = options.output.appending(AttestStage.trustedRootName)
    let root = try TrustedRoot(
      parsing: try FileReading.bytes(of: rootPath.string, limit: Self.documentLimit))
    let verifier = ArtifactVerifier(trusting: root, policy: policy)

    try await StrangerStage(
      project: build.project, files: build.files.map(\.planned), verifier: verifier,
      index: services.index, withAttestations: true
    ).run()
  }

  /// The stage's line.
  static func summary(_ build: BuildResult) -> String {
    "\(build.files.count) files at the index: digest, publisher, both predicates"
  }
}

extension BuildResult.File {
  /// The file as plans compare it.
  var planned: PublicationPlan.LocalFile {
    PublicationPlan.LocalFile(name: filename.text, sha256: sha256, size: size)
  }
}
