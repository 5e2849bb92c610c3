// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore

/// A verification summary says what the user expects.
///
/// slsa-verifier `verifiers/internal/vsa/verifier.go` (`matchExpectedValues`) and
/// slsa.dev/verification_summary/v1, "How to verify".
struct SummaryRules {
  let summary: VerificationSummary
  let expected: SummaryExpectations

  /// Checks subjects, verifier, resource, result and levels.
  ///
  /// - Throws: the reason of the first that fails.
  func check(_ trace: inout ProvenanceTrace) throws(ProvenanceFailure) {
    try trace.check(
      .artifactBinding, expected: expected.subjectDigests.joined(separator: " ")
    ) { () throws(ProvenanceFailure) in try checkSubjects() }
    try trace.check(
      .summary, expected: "verifier \(expected.verifierID)", found: summary.verifierID
    ) { () throws(ProvenanceFailure) in
      try checkEqual(summary.verifierID, expected.verifierID, .mismatchVerifierID, "verifier")
    }
    try trace.check(
      .summary, expected: "resource \(expected.resourceURI)", found: summary.resourceURI
    ) { () throws(ProvenanceFailure) in
      try checkEqual(summary.resourceURI, expected.resourceURI, .mismatchResourceURI, "resource")
    }
    try trace.check(.summary, expected: "result PASSED", found: summary.result) {
      () throws(ProvenanceFailure) in
      guard summary.result == "PASSED" else {
        throw ProvenanceReason.invalidVerificationResult.failure(
          "the result is `\(summary.result)`")
      }
    }
    try trace.check(
      .summary, expected: "levels \(expected.verifiedLevels.joined(separator: " "))",
      found: summary.verifiedLevels.joined(separator: " ")
    ) { () throws(ProvenanceFailure) in try checkLevels() }
  }

  private func checkSubjects() throws(ProvenanceFailure) {
    guard !expected.subjectDigests.isEmpty else {
      throw ProvenanceReason.emptyRequiredField.failure("no subject's digest is expected")
    }
    for text in expected.subjectDigests {
      let parts = text.utf8.split(
        separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw ProvenanceReason.invalidDssePayload.failure("`\(text)` is not of the form type:value")
      }
      let isThere = summary.subjects.contains { subject in
        subject.digests[parts[0].text]?.utf8.elementsEqual(parts[1]) ?? false
      }
      guard isThere else {
        throw ProvenanceReason.missingSubjectDigest.failure("it is not about `\(text)`")
      }
    }
  }

  private func checkEqual(
    _ found: String, _ wanted: String, _ reason: ProvenanceReason, _ name: String
  ) throws(ProvenanceFailure) {
    guard !found.isEmpty else {
      throw ProvenanceReason.emptyRequiredField.failure("it names no \(name)")
    }
    guard found.utf8.elementsEqual(wanted.utf8) else {
      throw reason.failure("expected the \(name) `\(wanted)`, found `\(found)`")
    }
  }

  func checkLevels() throws(ProvenanceFailure) {
    let wanted = try Self.tracks(expected.verifiedLevels)
    let found = try Self.tracks(summary.verifiedLevels)
    for (track, level) in wanted.sorted(by: { $0.key < $1.key })
    where found[track].map({ $0 < level }) ?? true {
      throw ProvenanceReason.mismatchVerifiedLevels.failure(
        "expected the track \(track) at level \(level) or higher")
    }
    for level in expected.verifiedLevels
    where !Self.isTrack(level) && !summary.verifiedLevels.contains(bytesOf: level) {
      throw ProvenanceReason.mismatchVerifiedLevels.failure("expected the level `\(level)`")
    }
  }

  private static func isTrack(_ level: String) -> Bool { level.utf8.starts(with: "SLSA_".utf8) }

  /// The highest level of each track in `SLSA_TRACK_LEVEL_n`.
  static func tracks(_ levels: [String]) throws(ProvenanceFailure) -> [String: UInt64] {
    var tracks: [String: UInt64] = [:]
    for level in levels where isTrack(level) {
      let parts = level.utf8.split(
        separator: UInt8(ascii: "_"), maxSplits: 3, omittingEmptySubsequences: false)
      guard parts.count == 4, level.utf8.allSatisfy({ $0 < 0x80 }),
        parts[2].elementsEqual("LEVEL".utf8),
        let number = DecimalText.parse(parts[3])
      else {
        throw ProvenanceReason.invalidSLSALevel.failure("`\(level)` is not a level of SLSA")
      }
      tracks[parts[1].text] = max(number, tracks[parts[1].text] ?? 0)
    }
    return tracks
  }
}
