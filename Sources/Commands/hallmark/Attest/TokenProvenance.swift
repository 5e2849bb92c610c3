// SPDX-License-Identifier: Apache-2.0

import Attestations
import Encodings
import Sigstore
import Verification

/// The provenance that the claims of an identity token give.
enum TokenProvenance {
  /// The predicate, by the build type of the system that made the token.
  ///
  /// - Throws: `CommandFailure` when the token is not that of a build, or lacks a claim.
  static func predicate(of signer: TokenIdentity) throws(CommandFailure) -> JSONValue {
    do {
      let node = JSONNode(signer.claims)
      let claims = try node.object()
      if GitHubWorkflowProvenance.describes(claims) {
        return try GitHubWorkflowProvenance.predicate(claims: node)
      }
      if GitLabJobProvenance.describes(claims) {
        return try GitLabJobProvenance.predicate(claims: node)
      }
    } catch {
      throw CommandFailure(
        status: ExitStatus.couldNotRun.rawValue,
        Diagnostic(
          "the identity token does not say how it was built: \(error)",
          notes: ["the token is of \(signer.issuer)"],
          help: ["write the predicate to a file and name it by --predicate slsa=FILE"]))
    }
    throw CommandFailure(
      status: ExitStatus.couldNotRun.rawValue,
      Diagnostic(
        "provenance is made from the token of a job on GitHub or GitLab, and this one is of"
          + " \(signer.issuer)",
        help: [
          "write the predicate to a file and name it by --predicate slsa=FILE, or leave slsa out"
        ]))
  }
}
