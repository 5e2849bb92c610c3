// SPDX-License-Identifier: Apache-2.0

import Encodings
import Policies
import PythonPackaging
import ServiceClients
import Sigstore
import SystemPackage
import TrustedPublishing
import Verification

/// The fourth stage: what the index serves now, checked as a stranger would, against the policy
/// and trusted root that were written.
struct VerifyStage: Sendable {
  let build: BuiltRelease
  let options: ReleaseOptions
  let services: StackServices

  func run() async throws {
    let policy = try TrustFiles.policy(options.output.appending(AttestStage.policyName).string)
    let roots = try TrustFiles.roots([
      options.output.appending(AttestStage.trustedRootName).string
    ])
    let verifier = ArtifactVerifier(trusting: roots, expecting: .publishers(policy))

    try await StrangerStage(
      project: build.project, files: build.files.map(\.planned), verifier: verifier,
      index: services.index, withAttestations: true
    ).run()
  }

  /// The stage's line.
  static func summary(_ build: BuiltRelease) -> String {
    "\(build.files.count) files at the index: digest, publisher, both predicates"
  }
}
