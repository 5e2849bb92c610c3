// SPDX-License-Identifier: Apache-2.0

package import Encodings

/// A verification summary (slsa.dev/verification_summary/v1): somebody's word that an artifact
/// met a policy.
package struct VerificationSummary: Hashable, Sendable {
  /// The predicate type.
  package static let predicateType = "https://slsa.dev/verification_summary/v1"

  /// What was verified.
  package let subjects: [Subject]
  /// Who verified, a URI; empty when absent.
  package let verifierID: String
  /// What was verified, as a URI; empty when absent.
  package let resourceURI: String
  /// `PASSED` or `FAILED`.
  package let result: String
  /// Levels such as `SLSA_BUILD_LEVEL_3`.
  package let verifiedLevels: [String]
  /// When.
  package let verifiedOn: Timestamp?

  /// Reads a statement's payload.
  ///
  /// - Throws: `DocumentError`.
  package init(parsing payload: [UInt8]) throws(DocumentError) {
    let statement = try Statement(parsing: payload)
    guard statement.predicateType.utf8.elementsEqual(Self.predicateType.utf8) else {
      throw DocumentError(path: "predicateType", problem: "not a verification summary")
    }
    subjects = statement.subjects
    let node = try JSONNode(parsing: payload).required("predicate")
    verifierID = try node.optional("verifier")?.text("id") ?? ""
    resourceURI = try node.text("resourceUri")
    result = try node.text("verificationResult")
    var levels: [String] = []
    for level in try node.optional("verifiedLevels")?.array(limit: 64) ?? [] {
      levels.append(try level.string())
    }
    verifiedLevels = levels
    verifiedOn = try node.optional("timeVerified")?.timestamp()
  }
}
