// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// The provenance of a release, by who builds: the build type of GitHub or GitLab where the identity
/// is that of a job there, else what the record of the build says.
struct ReleaseProvenance: Sendable {
  /// The predicate.
  let predicate: JSONValue
  /// Whether it is true of every file of the job, and not only of those that this program built.
  let coversOthers: Bool

  /// Chooses by the claims of the token.
  ///
  /// - Throws: `CommandFailure` when a job's token lacks a claim.
  init(
    of build: BuiltRelease, by signer: TokenIdentity
  ) throws(CommandFailure) {
    if let claims = try? JSONNode(signer.claims).object(),
      GitHubWorkflowProvenance.describes(claims) || GitLabJobProvenance.describes(claims)
    {
      predicate = try TokenProvenance.predicate(of: signer, adding: build.provenance)
      coversOthers = true
    } else {
      let name = signer.names.first ?? signer.subject
      // A builder is named by a URI; people have e-mail addresses.
      let builder = name.utf8.contains(UInt8(ascii: ":")) ? name : "mailto:\(name)"
      do {
        predicate = try build.provenance.predicate(builder: builder)
      } catch {
        throw CommandFailure(
          status: ExitStatus.couldNotRun.rawValue,
          Diagnostic("the build record cannot be used: \(error)", help: ["build again"]))
      }
      coversOthers = false
    }
  }
}
