// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import PythonPackaging
import Sigstore
import Signing
import SystemPackage
import Verification

/// The second stage of a release in stages: a publish attestation for every file, provenance for
/// what was built, each written as soon as it is logged and verified.
struct SignStage: Sendable {
  let build: BuiltRelease
  /// All files of the release: what was built, and what was made elsewhere.
  let files: [ArtifactFile]
  let output: FilePath
  let services: ReleaseServices
  let console: Console

  /// What is to be signed, for the holder of a token.
  ///
  /// - Throws: `CommandFailure`.
  func targets(for signer: TokenIdentity) throws(CommandFailure) -> [SigningTarget] {
    let provenance = try ReleaseProvenance(of: build, by: signer)
    let built = Set(build.files.map(\.filename.text))
    func plan(_ types: [(String, JSONValue)]) -> AttestPlan {
      AttestPlan(
        predicates: types.map { AttestPlan.Predicate(type: $0.0, value: $0.1) }, folder: output,
        writesPyPIAttestations: true)
    }
    let both = [
      (PredicateType.publish, JSONValue.null), (PredicateType.slsaProvenance, provenance.predicate),
    ]
    let covered = files.filter { provenance.coversOthers || built.contains($0.name) }
    let others = files.filter { file in !covered.contains(file) }
    return try plan(both).targets(for: covered)
      + (try plan([both[0]]).targets(for: others))
      + [try plan([both[1]]).target(forAll: covered.map(\.subject), in: output)]
  }

  /// Signs what is missing.
  ///
  /// - Throws: `CommandFailure`, with how much is done; `CancellationError`.
  func run() async throws -> (outcomes: [SigningOutcome], signer: TokenIdentity) {
    do {
      let session = try services.session()
      let signer = try await session.tokenIdentity()
      let run = SigningRun(session: session, overwrites: false, console: console)
      return (try await run.run(try targets(for: signer)), signer)
    } catch {
      throw SigningFailure.ending(error)
    }
  }

  /// The stage's line.
  static func summary(_ outcomes: [SigningOutcome]) -> String {
    let all = outcomes.reduce(0) { $0 + $1.bundles.count }
    let signed = outcomes.reduce(0) { $0 + $1.signed.count }
    return signed == all
      ? "\(all) statements signed, logged and verified"
      : "\(signed) statements signed, logged and verified; \(all - signed) were there"
  }
}
