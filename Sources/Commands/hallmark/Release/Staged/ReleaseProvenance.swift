// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Rebuild
import Sigstore

/// The provenance of a release, by who builds: the build type of GitHub or GitLab where the identity
/// is that of a job there, else this program's own.
struct ReleaseProvenance: Sendable {
  /// The predicate.
  let predicate: JSONValue
  /// Whether it is true of every file of the job, and not only of those that this program built.
  let coversOthers: Bool

  /// Chooses by the claims of the token.
  ///
  /// - Throws: `CommandFailure` when a job's token lacks a claim.
  init(
    of build: BuildResult, by signer: TokenIdentity, version: String
  ) throws(CommandFailure) {
    if let claims = try? JSONNode(signer.claims).object(),
      GitHubWorkflowProvenance.describes(claims) || GitLabJobProvenance.describes(claims)
    {
      predicate = try TokenProvenance.predicate(of: signer)
      coversOthers = true
    } else {
      let name = signer.names.first ?? signer.subject
      // A builder is named by a URI; people have e-mail addresses.
      let builder = name.utf8.contains(UInt8(ascii: ":")) ? name : "mailto:\(name)"
      predicate = ReleaseStatements(build: build, builder: builder, version: version).predicate
      coversOthers = false
    }
  }
}
