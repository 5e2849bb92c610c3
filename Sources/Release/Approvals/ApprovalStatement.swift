// SPDX-License-Identifier: Apache-2.0

package import Attestations
package import Encodings

/// What an approver signs: an in-toto statement about all files of a release.
///
/// ```json
/// {"_type": "https://in-toto.io/Statement/v1",
///  "subject": [{"name": "greeting-1.1.0-py3-none-any.whl", "digest": {"sha256": "…"}}],
///  "predicateType": "urn:hallmark:predicate:approval:v1",
///  "predicate": {
///    "approver": "author", "approvedAt": "2026-11-28T12:00:00Z",
///    "policy": {"sha256": "…"},
///    "release": {"project": "greeting", "version": "1.1.0", "origins": [{…}]},
///    "previous": {"project": "greeting", "version": "1.0.0", "origins": [{…}], "files": [{…}]},
///    "verified": {"report": {"sha256": "…"}, "tag": "v1.1.0", "commit": "…",
///                 "questions": ["tag-signed", "tag-version", "rebuilt"]}}}
/// ```
/// `previous` is there if the approver was shown what changed since that release, `verified` if a
/// report of `hallmark verify-release` about these files, whose answers are all yes, was at hand.
/// Members that are not known are errors.
package struct ApprovalStatement: Hashable, Sendable {
  /// The approver's name in the policy.
  package let approver: String
  /// When, by the approver's clock.
  package let time: Timestamp
  /// The policy's file by its SHA-256.
  package let policy: SHA256Hash
  /// What was approved.
  package let release: ReleaseRecord
  /// The release that it was compared with.
  package let previous: ReleaseRecord?
  /// What was found by verifying it before.
  package let verified: ReleaseVerified?

  /// Puts a statement together.
  package init(
    approver: String, time: Timestamp, policy: SHA256Hash, release: ReleaseRecord,
    previous: ReleaseRecord?, verified: ReleaseVerified? = nil
  ) {
    self.approver = approver
    // Nobody's clock is better than this, and shorter texts are read more easily.
    self.time = Timestamp(unixSeconds: time.seconds)
    self.policy = policy
    self.release = release
    self.previous = previous
    self.verified = verified
  }

  /// Reads a payload.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing payload: [UInt8]) throws(DocumentError) {
    let statement = try Statement(parsing: payload)
    guard statement.predicateType.utf8.elementsEqual(PredicateType.approval.utf8) else {
      throw DocumentError(
        path: "predicateType", problem: "it is `\(statement.predicateType)`, not an approval")
    }
    for subject in statement.subjects where subject.sha256 == nil || subject.digests.count != 1 {
      throw DocumentError(
        path: "subject", problem: "`\(subject.name)` is not named by its SHA-256 alone")
    }
    let node = JSONNode(statement.predicate, path: "predicate")
    try node.allowOnly(["approver", "approvedAt", "policy", "release", "previous", "verified"])
    approver = try node.required("approver").string()
    time = try node.required("approvedAt").timestamp()
    let policyNode = try node.required("policy")
    try policyNode.allowOnly(["sha256"])
    let digestNode = try policyNode.required("sha256")
    guard let digest = SHA256Hash(hexadecimal: try digestNode.string()) else {
      throw digestNode.error("expected 64 lower-case hexadecimal digits")
    }
    policy = digest
    release = try ReleaseRecord(try node.required("release"), files: statement.subjects)
    previous = try node.optional("previous").map { node throws(DocumentError) in
      try ReleaseRecord(node, files: nil)
    }
    verified = try node.optional("verified").map { node throws(DocumentError) in
      try ReleaseVerified(node)
    }
  }

  /// The statement.
  package var statement: Statement {
    var predicate = JSONObject([
      ("approver", .string(approver)), ("approvedAt", .string(time.rfc3339)),
      ("policy", ["sha256": .string(policy.hexadecimal)]),
      ("release", release.json(withFiles: false)),
    ])
    predicate["previous"] = previous?.json(withFiles: true)
    predicate["verified"] = verified?.json
    return Statement(
      subjects: release.files, predicateType: PredicateType.approval,
      predicate: .object(predicate))
  }

  /// Whether it is about exactly these files: the same names with the same contents.
  package func isAbout(_ files: [Subject]) -> Bool {
    func keys(_ subjects: [Subject]) -> Set<[UInt8]> {
      Set(subjects.map { Array($0.name.utf8) + [0] + ($0.sha256?.bytes ?? []) })
    }
    return release.files.count == files.count && keys(release.files) == keys(files)
      && keys(files).count == files.count
  }
}
