// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Testing
import TrustSimulator

/// Files that are signed by another hash than SHA-256: the digest that counts is the bundle's.
@Suite struct FileDigestTests {
  static let simulator = Result { try TrustSimulator() }
  static let file = Array("a file".utf8)

  private func rule(_ bundle: Bundle, _ artifact: ArtifactDigest) async throws -> VerificationRule?
  {
    let simulator = try Self.simulator.get()
    let parsed = try Bundle(parsing: Array(bundle.json.compactText.utf8))
    let report = await Verifier(trusting: try simulator.trustedRoot()).verify(
      parsed, artifact: artifact, signedBy: try simulator.publicKey(), now: TrustSimulator.now)
    return report.passed ? nil : report.primaryFailure?.rule ?? .evidence
  }

  @Test(arguments: ArtifactDigest.Algorithm.allCases, [false, true])
  func eachHash(hash: ArtifactDigest.Algorithm, isTiled: Bool) async throws {
    let bundle = try Self.simulator.get().sign(file: Self.file, hash: hash, isTiled: isTiled)
    for other in ArtifactDigest.Algorithm.allCases {
      let found = try await rule(bundle, ArtifactDigest(other, hashing: Self.file))
      #expect(found == (other == hash ? nil : .artifactBinding), "\(other)")
    }
    #expect(try await rule(bundle, ArtifactDigest(hash, hashing: [1])) == .artifactBinding)
  }

  /// The entry of another hash of the same file is another entry.
  @Test func hashesAreNotMixed() async throws {
    let simulator = try Self.simulator.get()
    let one = try simulator.sign(file: Self.file, hash: .sha256)
    let other = try simulator.sign(file: Self.file, hash: .sha384)
    let mixed = Bundle(keyHint: "", content: one.content, logEntries: other.logEntries)
    #expect(
      try await rule(mixed, ArtifactDigest(.sha256, hashing: Self.file)) == .entryBinding)
    // The signature repeats no digest, so that the entry's is the one it must be valid for.
    let silent = Bundle(
      keyHint: "", content: .messageSignature(digest: nil, signature: one.signature),
      logEntries: one.logEntries)
    #expect(try await rule(silent, ArtifactDigest(.sha256, hashing: Self.file)) == nil)
    #expect(try await rule(silent, ArtifactDigest(.sha384, hashing: Self.file)) == .signature)
  }
}
