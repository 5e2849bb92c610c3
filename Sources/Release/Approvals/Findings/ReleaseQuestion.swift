// SPDX-License-Identifier: Apache-2.0

package import Verification

/// What is asked of a release before and after it is published; the text names the question in JSON.
package enum ReleaseQuestion: String, CaseIterable, Hashable, Sendable {
  /// The tag is annotated, and an allowed signer signed it.
  case tagSigned = "tag-signed"
  /// The tag is of the version of the files.
  case tagVersion = "tag-version"
  /// Everybody who knows the tag says the same commit.
  case tagUnmoved = "tag-unmoved"
  /// The run of CI was of the tagged commit, and ended well.
  case runCommit = "run-commit"
  /// A file is what the tagged commit makes.
  case rebuilt
  /// The index serves the bytes that CI made.
  case indexBytes = "index-bytes"
  /// The index serves no other file of the version.
  case indexComplete = "index-complete"
  /// The forge's release has the same bytes.
  case forgeBytes = "forge-bytes"
  /// Signatures and attestations satisfy the policy.
  case attested
  /// The attestations name the tag's commit.
  case attestedCommit = "attested-commit"
  /// Enough rebuilders vouch for the file.
  case rebuilders
  /// Enough approvers approved the files.
  case approved

  /// The question as a person asks it.
  package var text: String {
    switch self {
    case .tagSigned: "is the tag signed by an allowed signer?"
    case .tagVersion: "is the tag of this version?"
    case .tagUnmoved: "does the tag stand for one commit everywhere?"
    case .runCommit: "was the run of CI of the tagged commit?"
    case .rebuilt: "is it what the tagged commit makes?"
    case .indexBytes: "does the index serve the same bytes?"
    case .indexComplete: "does the index serve these files and no others?"
    case .forgeBytes: "has the forge's release the same bytes?"
    case .attested: "do its attestations satisfy the policy?"
    case .attestedCommit: "is the attested commit the tag's?"
    case .rebuilders: "do enough rebuilders vouch for it?"
    case .approved: "did enough approvers approve the files?"
    }
  }

  /// The exit status of a no: evidence that does not hold, or things that differ.
  package var statusOfNo: ExitStatus {
    switch self {
    case .tagSigned, .tagVersion, .attested, .rebuilders, .approved: .rejected
    case .tagUnmoved, .runCommit, .rebuilt, .indexBytes, .indexComplete, .forgeBytes,
      .attestedCommit:
      .differs
    }
  }
}
